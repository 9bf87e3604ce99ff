"""Run one benchmark: `python -m tests.bench NAME`. Without a name, print the machine and the head of the table."""

import importlib
import sys

from tests.bench import table_head

if len(sys.argv) == 1:
    from tests.bench._machine import describe_machine

    print(f"{describe_machine()}\n\n{table_head()}", flush=True)
for name in sys.argv[1:]:
    for figure in importlib.import_module(f"tests.bench.{name}").measure():
        print(figure.row(), flush=True)
