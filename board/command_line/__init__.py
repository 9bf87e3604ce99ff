"""Commands of the command line, one file a subject; `board/command_line/cli.py` lists them all."""
