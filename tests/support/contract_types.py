"""Types of frames and answers, for the type check of scripts, generated from the server's schemas.

`python -m tests.support.contract_types` writes them after a change of the contract; a test fails when that is due.
"""

import json
import re
from pathlib import Path
from typing import Any, get_args

from board.api import routes
from realtime.wire import protocol

FILE = Path(__file__).parents[1] / "js" / "contract.d.ts"
HEADER = "/* Types of what travels. Written by `python -m tests.support.contract_types` from the schemas of the contract. */\n"
STATES = ("search", "sighting", "task", "column", "note", "shift", "handover")
OTHERS = (
    "Alert", "ContactBody", "ContradictionList", "EarlierSearch", "EarlierTalk", "FigureReport", "OwnWork", "Reach",
    "ReadableDetails", "SightingComparison", "SimilarSighting", "Source", "Talk", "TextsOfMaterial", "TimelineAnswer",
    "TrackPreview", "Unanswered", "UnderstoodText", "Watch",
)  # fmt: skip
# Scripts look at these field by field, whatever the kind (static/js/types.d.ts).
BY_HAND = {
    "Entity": "Entity",
    "LiveEvent": "BoardEvent",
    "SocketAccount": "Account",
    "DisplaySettings": "DisplaySettings",
    "RefusalCode": "string",
}
RENAMED = {"Person": "PresentPerson", "SearchSummary": "Summary"}

Schema = dict[str, Any]


def contract_types() -> str:
    """Return the declarations of all frames of the server, of states, and of what they refer to."""
    known = routes.document()["components"]["schemas"] | routes.socket_document()["components"]["schemas"]
    left = [*STATES, *OTHERS, *(frame.__name__ for frame in get_args(protocol.ServerFrame))]
    written: dict[str, str] = {}
    while left:
        component = left.pop(0)
        if component not in written and component not in BY_HAND:
            written[component] = _declaration(_name(component), known[component])
            left += re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(known[component]))
    return HEADER + "".join(written[component] for component in sorted(written, key=_name))


def _declaration(name: str, schema: Schema) -> str:
    required = schema.get("required", ())
    lines = [f"  {field}{'' if field in required else '?'}: {_type(each)};\n" for field, each in schema["properties"].items()]
    return f"\ninterface {name} {{\n{''.join(lines)}}}\n"


def _name(component: str) -> str:
    return RENAMED.get(component) or BY_HAND.get(component) or (f"{component.title()}State" if component.islower() else component)


def _type(schema: Schema) -> str:
    match schema:
        case {"$ref": str(to)}:
            return _name(to.rpartition("/")[2])
        case {"type": "object", "properties": dict(fields)}:
            types, required = {name: _type(each) for name, each in fields.items()}, schema.get("required", ())
            if len(types) > 1 and len(set(types.values())) == 1:  # looked up by name
                return f"{{ [key: string]: {types.popitem()[1]} }}"
            inner = (f"{name}{'' if name in required else '?'}: {each}" for name, each in types.items())
            return f"{{ {', '.join(inner)} }}"
        case {"anyOf": list(some)}:
            return " | ".join(dict.fromkeys(map(_type, some)))
        case {"const": value}:
            return json.dumps(value)
        case {"enum": list(values)}:
            return " | ".join(map(json.dumps, values))
        case {"type": "array", "items": items}:
            return f"Array<{_type(items)}>"
        case {"type": "object"}:
            each = schema.get("additionalProperties")
            return f"{{ [key: string]: {_type(each) if isinstance(each, dict) else 'any'} }}"
        case {"format": "date-time"}:
            return "IsoTime"
        case {"type": "integer" | "number"}:
            return "number"
        case {"type": str(name)}:
            return name
    return "any"


if __name__ == "__main__":
    FILE.write_text(contract_types())
