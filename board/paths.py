"""Paths of templates, static files and data: next to the packages in a checkout, inside `board/_data` when installed."""

from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE.parent if (_HERE.parent / "templates").is_dir() else _HERE / "_data"

TEMPLATES = _ROOT / "templates"
STATIC = _ROOT / "static"
DATA = _HERE / "config/data"
DOCS = _HERE / "docs"
CONTRACT = _HERE / "contract.md"
