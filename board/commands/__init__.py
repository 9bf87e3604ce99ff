"""Commands: the table of all commands, their execution, and one file for each noun with its data and rules."""
