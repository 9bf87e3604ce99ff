"""Commands of the command line, by what they are about; `board/cli.py` lists them all."""
