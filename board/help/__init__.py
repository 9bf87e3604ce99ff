"""The documentation in the program: `/help`, and `/.well-known/security.txt`."""
