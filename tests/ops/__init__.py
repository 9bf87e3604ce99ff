"""Tests of running a board: processes, databases, backups, upgrades, command line, logs, metrics, demo, measuring and faults."""
