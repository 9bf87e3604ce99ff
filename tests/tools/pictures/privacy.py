"""Pages about what is stored of people: holds, erasure by four eyes, disclosure, and members-only searches in an emergency."""

from tests.tools.pictures.demo import Demo
from tests.tools.pictures.shot import Scene, Shot


async def note_written(demo: Demo) -> None:
    """Write a note that a caller may want to have erased."""
    noor, text = demo.boards["DEMO-01"], "The neighbour at number 14 asks not to be called again."
    await demo.command("nadia", noor, "note.add", {"text": text})
    notes = await demo.entities("nadia", noor, "note")
    demo.numbers["note"] = next(note["id"] for note in notes if note["state"]["text"] == text)


PRIVACY = Scene(
    note_written,
    (
        Shot("retention", "/retention"),
        Shot("retention-search", "/retention/{noor}", whole=True),
        Shot("erasure", "/retention/{noor}/erasure", whole=True),
        Shot("erasure-parts", "/retention/{noor}/parts"),
        Shot("erasure-parts-found", "/retention/{noor}/parts?find=neighbour"),
        Shot("erasure-part", "/retention/{noor}/parts/note/{note}", whole=True),
        Shot("disclosure", "/disclosure", whole=True),
        Shot("emergency", "/emergency"),
    ),
)
