"""Points of boards as pages compute them, in Node.js, and as the server does, in one form."""

import json
import subprocess
from pathlib import Path
from typing import Any

from board.bootstrap import ROOT
from board.dev.node import find_node
from board.dev.script_checks import NO_PAGE
from board.maps.points import MapPoint
from board.web import declarations

Entities = list[dict[str, Any]]


def on_pages(folder: Path, boards: list[Entities], histories: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the points of boards, and of histories at each of their moments, as the scripts of pages compute them."""
    file = folder / "boards.json"
    file.write_text(json.dumps({"rules": declarations.rules(), "boards": boards, "histories": histories}))
    run = subprocess.run(
        [str(find_node().program), "--import", NO_PAGE, "tests/js/map_points.js", str(file)],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr.decode()
    points: dict[str, Any] = json.loads(run.stdout)
    return points


def in_form_of_pages(points: list[MapPoint]) -> list[dict[str, Any]]:
    """Return the server's points in the form of the scripts."""
    names = {"is_ruled_out": "isRuledOut", "is_line": "isLine"}
    form = [{names.get(name, name): value for name, value in point._asdict().items()} for point in points]
    return [dict(point) for point in json.loads(json.dumps(form))]
