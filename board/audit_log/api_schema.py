"""Schemas of the audit journal's endpoints, for `board.api.endpoint_docs`."""

from board.audit.entries import ENTRIES, Entry
from board.audit_log.reading import GROUPS
from board.commands.schemas import Schema
from board.i18n import N_
from board.web.schema_helpers import COUNT, EVERYWHERE, ID, TEXT, TIME, TRUE, EndpointDoc, array_of, nullable, object_schema
from realtime.strict_json import MAX_INTEGER

_ACTOR: Schema = object_schema({
    "kind": {"enum": ["account", "command_line", "server", "nobody"]}, "id": nullable(ID), "name": nullable(TEXT),
    "token": nullable(ID),
})  # fmt: skip
_META: Schema = {"seq": COUNT, "at": TIME, "type": TEXT, "kind": TEXT, "id": TEXT}


def _entry(entry: type[Entry]) -> Schema:
    about = object_schema({name: {} for name in entry.sent_fields()})
    return object_schema(_META | {"type": {"const": entry.TYPE}, "kind": {"const": entry.KIND}, "actor": _ACTOR, "about": about})


_FILTER: dict[str, Schema] = {
    "account": ID,
    "kind": {"enum": [*sorted(GROUPS), *ENTRIES]},
    "from": TIME,
    "until": TIME,
}
_REFUSALS = (*EVERYWHERE, "not_found", "invalid")

ENDPOINTS: dict[tuple[str, str], EndpointDoc] = {
    ("GET", "/audit"): EndpointDoc(
        object_schema({
            "board": {"const": "audit"}, "epoch": TEXT, "seq": COUNT, "more": {"type": "boolean"},
            "entries": array_of({"oneOf": [*map(_entry, ENTRIES.values()), object_schema(_META | {"erased": TRUE})]}),
        }),
        _REFUSALS,
        query={
            "before": {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER},
            "limit": {"type": "integer", "minimum": 1, "maximum": 500, "default": 100},
        } | _FILTER,
    ),
    ("GET", "/audit.csv"): EndpointDoc(TEXT, _REFUSALS, query=_FILTER, media="text/csv"),
}  # fmt: skip

SUMMARIES: dict[tuple[str, str], str] = {
    ("GET", "/audit"): N_("The audit log, newest first: sign-ins, refusals, and what administrators did. For administrators."),
    ("GET", "/audit.csv"): N_("The audit log for a spreadsheet."),
}
