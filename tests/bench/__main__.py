"""Measures one file: `python -m tests.bench NAME`."""

import importlib
import sys

for figure in importlib.import_module(f"tests.bench.{sys.argv[1]}").measure():
    print(figure.line(), flush=True)
