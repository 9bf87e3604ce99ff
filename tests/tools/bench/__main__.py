"""Run one benchmark: `python -m tests.tools.bench NAME`. Without a name, print the machine and the head of the table."""

import importlib
import sys

from tests.tools.bench import table_head

if len(sys.argv) == 1:
    from tests.tools.bench._machine import describe_machine

    print(f"{describe_machine()}\n\n{table_head()}", flush=True)
for name in sys.argv[1:]:
    for figure in importlib.import_module(f"tests.tools.bench.{name}").measure():
        print(figure.row(), flush=True)
