"""Maintenance of a database: backup, restore, and transfer to another one."""
