"""Live state: what is pushed to sockets and displays, and who may see it."""
