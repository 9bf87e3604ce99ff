"""Commands of the command line, one file a subject; `board/cli.py` lists them all."""
