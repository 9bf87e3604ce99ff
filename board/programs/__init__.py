"""For other programs: the calls, their description, and files to take along."""
