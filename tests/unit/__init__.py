"""Tests of one module or rule each: no server, no database, no browser."""
