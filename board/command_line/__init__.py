"""Commands of the command line, one file per subject; `board/command_line/cli.py` lists them all."""
