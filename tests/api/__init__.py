"""Tests of commands, permissions, pages and HTTP calls, through a board that runs in this process."""
