"""Redis pub/sub between the processes of an installation."""
