"""Live state: the frames that are pushed to sockets and displays, and who may see what."""
