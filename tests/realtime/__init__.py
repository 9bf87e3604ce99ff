"""Tests of sockets, the hub and the bus: order of events, catching up, presence, slow clients, several processes."""
