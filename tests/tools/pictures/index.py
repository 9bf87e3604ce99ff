"""Page that shows all pictures side by side."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from tests.tools.pictures.camera import Taken

STYLE = """
body { margin: 16px; font: 14px/1.4 system-ui, sans-serif; background: #eef0f2; color: #14181d; }
h2 { margin: 24px 0 8px; font-size: 16px; }
.row { display: flex; gap: 12px; overflow-x: auto; align-items: flex-start; }
figure { margin: 0; flex: none; }
img { height: 420px; max-width: 760px; object-fit: contain; object-position: top left;
  border: 1px solid #7a848e; background: #fff; }
figcaption { font-size: 12px; } .problem { color: #b3132b; max-width: 300px; }
nav a { margin-right: 10px; }
"""


def write(folder: Path, taken: Sequence[Taken]) -> Path:
    """Write `index.html`, with a row for each page; return its path."""
    rows: dict[str, list[Taken]] = {}
    for each in taken:
        rows.setdefault(each.name, []).append(each)
    body = [
        f'<section id="{name}"><h2>{name}</h2><div class="row">{"".join(map(_figure, them))}</div></section>'
        for name, them in rows.items()
    ]
    links = "".join(f'<a href="#{name}">{name}</a> ' for name in rows)
    path = folder / "index.html"
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Pictures of Searchboard</title><style>{STYLE}</style>'
        f"<h1>Pictures of Searchboard</h1><nav>{links}</nav>{''.join(body)}</html>\n",
        encoding="utf-8",
    )
    return path


def _figure(each: Taken) -> str:
    if each.problem:
        return f'<figure class="problem"><figcaption>{each.look}: {escape(each.problem)}</figcaption></figure>'
    return (
        f'<figure><a href="{each.file}"><img src="{each.file}" alt="{each.name}, {each.look}" loading="lazy"></a>'
        f"<figcaption>{each.look}</figcaption></figure>"
    )
