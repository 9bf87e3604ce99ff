"""What the calls of the audit journal take and give, for `board.api.endpoint_docs`."""

from board.audit.entries import ENTRIES, Entry
from board.audit_log.reading import GROUPS
from board.commands.schemas import Schema
from board.i18n import N_
from board.web.schema_helpers import COUNT, EVERYWHERE, ID, TEXT, TIME, TRUE, EndpointDoc, many, or_null, shape
from realtime.strict_json import MAX_INTEGER

_ACTOR: Schema = shape({
    "kind": {"enum": ["account", "command_line", "server", "nobody"]}, "id": or_null(ID), "name": or_null(TEXT),
    "token": or_null(ID),
})  # fmt: skip
_META: Schema = {"seq": COUNT, "at": TIME, "type": TEXT, "kind": TEXT, "id": TEXT}


def _entry(entry: type[Entry]) -> Schema:
    about = shape({name: {} for name in entry.told()})
    return shape(_META | {"type": {"const": entry.TYPE}, "kind": {"const": entry.KIND}, "actor": _ACTOR, "about": about})


_FILTER: dict[str, Schema] = {
    "account": ID,
    "kind": {"enum": [*sorted(GROUPS), *ENTRIES]},
    "from": TIME,
    "until": TIME,
}
_REFUSALS = (*EVERYWHERE, "not_found", "invalid")

CALLS: dict[tuple[str, str], EndpointDoc] = {
    ("GET", "/audit"): EndpointDoc(
        shape({
            "board": {"const": "audit"}, "epoch": TEXT, "seq": COUNT, "more": {"type": "boolean"},
            "entries": many({"oneOf": [*map(_entry, ENTRIES.values()), shape(_META | {"erased": TRUE})]}),
        }),
        _REFUSALS,
        query={
            "before": {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER},
            "limit": {"type": "integer", "minimum": 1, "maximum": 500, "default": 100},
        } | _FILTER,
    ),
    ("GET", "/audit.csv"): EndpointDoc(TEXT, _REFUSALS, query=_FILTER, media="text/csv"),
}  # fmt: skip

SAYS: dict[tuple[str, str], str] = {
    ("GET", "/audit"): N_("The audit log, newest first: sign-ins, refusals, and what administrators did. For administrators."),
    ("GET", "/audit.csv"): N_("The audit log for a spreadsheet."),
}
