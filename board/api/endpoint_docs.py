"""Descriptions of all endpoints of /api/v1: parameters, bodies, responses and refusals, for OpenAPI and for people."""

from board.audit_log import api_schema as audit_shapes
from board.commands import handovers, schemas, searches, sightings, sources
from board.commands.alerts import MAX_LISTED
from board.commands.schemas import COMMAND_ID, Schema
from board.displays import api_schema as display_shapes
from board.handover import api as report_calls
from board.history.unseen_api import MAX_POSITIONS
from board.i18n import N_
from board.lookup import suggestions_api
from board.predefined_tasks import younger_than
from board.web.schema_helpers import (
    COUNT,
    EVERYWHERE,
    ID,
    ON_A_BOARD,
    TEXT,
    TIME,
    TRUE,
    UUID,
    EndpointDoc,
    array_of,
    nullable,
    object_schema,
    ref,
)
from models.accounts import ROLES
from models.alert import KINDS as ALERTS
from models.alert import SECURITY
from models.board import OPERATIONS
from realtime.strict_json import MAX_INTEGER

_HEAD: Schema = {"board": ID, "epoch": TEXT, "seq": COUNT}
_MOMENT: Schema = {"anyOf": [{"type": "integer", "minimum": 0, "maximum": MAX_INTEGER}, TIME]}
_ACCOUNT: Schema = {"id": ID, "name": TEXT, "role": {"enum": list(ROLES)}}
PLACES: dict[str, Schema] = {
    "board": {"type": "string", "pattern": f"^({OPERATIONS}|{UUID})$"},
    "sighting": {"type": "string", "pattern": f"^{UUID}$"},
    "display": {"type": "string", "pattern": f"^{UUID}$"},
    "number": {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER},
}


def _intake_body() -> Schema:
    """Return the schema of a sighting with its source, for a search given by id or reference."""
    written, private = schemas.schema_of(sightings.Fields), schemas.schema_of(sources.Private)
    both = {"id": COMMAND_ID} | written["properties"] | private["properties"]
    named = [{one: TEXT, other: {"type": "null"}} for one, other in (("board", "reference"), ("reference", "board"))]
    return {
        "oneOf": [
            {
                "type": "object", "properties": both | names, "required": ["id", next(iter(names)), *written["required"]],
                "additionalProperties": False,
            }
            for names in named
        ]
    }  # fmt: skip


_SEEN, _SEARCH = schemas.state(sightings.KIND)["properties"], schemas.state(searches.KIND)["properties"]
_CHILD = _SEARCH["person"]["properties"]
_NUMBER: Schema = nullable({"type": "number"})
_NAMES: Schema = {"fr": TEXT, "nl": TEXT, "de": TEXT}
_PLACE: Schema = object_schema({
    "id": TEXT, "kind": {"enum": ["municipality", "locality", "city"]}, "name": TEXT, **_NAMES, "postal": array_of(TEXT),
    "within": nullable(object_schema({"id": TEXT, **_NAMES})), "province": nullable(object_schema(_NAMES)), "country": TEXT,
    "lat": _NUMBER, "lon": _NUMBER, "radius_m": _NUMBER,
})  # fmt: skip
_SOURCE: Schema = {"name": nullable(TEXT), "contact": nullable(TEXT)}
_EARLIER: Schema = object_schema(_SOURCE | {"seq": COUNT, "at": TIME, "account": nullable(ID)})
_ALERT: Schema = object_schema({
    "board": ID, "reference": nullable(TEXT), "seq": COUNT, "at": TIME, "kind": {"enum": [*ALERTS, SECURITY]}, "type": TEXT,
    "actor": nullable(object_schema({"id": ID, "name": TEXT})), "entity": object_schema({"kind": TEXT, "id": ID}),
    "card": nullable(object_schema({"kind": {"enum": ["sighting", "task"]}, "id": ID, "number": COUNT})),
    "value": nullable(TEXT), "acknowledge": nullable(TEXT), "reason": nullable(TEXT), "handover": nullable(COUNT),
    "read": {"type": "boolean"}, "desktop": {"type": "boolean"},
}, {"first_name": TEXT})  # fmt: skip

_MARK: Schema = object_schema(
    {"board": ID, "epoch": {"type": "string", "maxLength": 64}, "seq": COUNT | {"maximum": MAX_INTEGER}}
)
_MARKS: Schema = object_schema({"seen": array_of(object_schema(_HEAD | {"at": TIME, "own": COUNT}))})
_TOUCHED, _NUMBER_OF_CARD = {"kind": TEXT, "id": ID, "seq": COUNT}, {"number": COUNT}
_DIFFERS = {
    "change": {"enum": ["added", "changed", "removed"]},
    "fields": array_of(object_schema({"path": TEXT, "from": {}, "to": {}})),
}
_CHANGE, _BACK = (
    object_schema(_TOUCHED | _DIFFERS, _NUMBER_OF_CARD),
    object_schema(_TOUCHED | {"fields": array_of(TEXT)}, _NUMBER_OF_CARD),
)

_HANDOVER = schemas.state(handovers.KIND)["properties"]
_PEOPLE: Schema = {"type": "object", "additionalProperties": TEXT}
_CARD: Schema = {
    "kind": {"enum": ["sighting", "task"]}, "id": ID, "seq": COUNT, "number": COUNT, "title": TEXT, "assignee": nullable(ID),
    "priority": {"enum": ["low", "normal", "urgent"]}, "due": nullable(TIME), "at": nullable(TIME),
    "seen_at": nullable(TIME),
}  # fmt: skip
_PIN: Schema = _CARD | {
    "kind": {"enum": ["sighting", "task", "note"]}, "number": nullable(COUNT), "priority": nullable(_CARD["priority"]),
    "category": nullable(TEXT), "card": nullable(ID),
}  # fmt: skip
_IMPORTANT: Schema = object_schema({"seq": COUNT, "at": TIME, "type": TEXT, "kind": TEXT, "id": ID}, {"number": COUNT})
_NEWS = {"seq": COUNT, "events": COUNT, "significant": array_of(_IMPORTANT)}
_SECTION: Schema = object_schema({
    "board": ID, "epoch": TEXT, "seq": COUNT, "head": TEXT,
    "search": object_schema({
        **{name: _SEARCH[name] for name in (
            "reference", "kind", "status", "missing_since", "worrying", "lead", "access", "appeal", "outcome", "status_reason",
            "acknowledge",
        )},
        "suggested": array_of({"enum": list(younger_than())}), "undecided": {"type": "boolean"},
        "person": object_schema({name: _CHILD[name] for name in ("first_name", "last_name", "age")}),
    }),
    "outside": nullable(ID),
    "last_confirmed": nullable(object_schema(
        {"id": ID, "number": COUNT} | {name: _SEEN[name] for name in ("seen_at", "received_at", "place")}
    )),
    "since": object_schema({"from": {"enum": ["shift"]}} | _NEWS),
    "ungraded": array_of(object_schema(_CARD)),
    "tasks": object_schema({"done": array_of(object_schema(_CARD)), "overdue": array_of(object_schema(_CARD)),
    "due": array_of(object_schema(_CARD))}),
    "cards": {"type": "object", "additionalProperties": array_of(object_schema(_CARD | {"kind": TEXT}))},
    "left_out": COUNT, "briefing": nullable(ref("briefing")), "pinned": array_of(object_schema(_PIN)),
    "after": object_schema({"seq": COUNT, "events": COUNT, "significant": COUNT}),
    "reader": object_schema({"from": {"enum": ["seen", "shift"]}, "unread": {"type": "boolean"}} | _NEWS),
    "reads": {"type": "object", "additionalProperties": object_schema({"seq": COUNT, "at": TIME})},
})  # fmt: skip
_REPORT: Schema = object_schema({
    "handover": nullable(ref("handover")), "shift": nullable(ref("shift")), "composed_at": TIME, "live": {"type": "boolean"},
    "people": _PEOPLE, "withheld": COUNT, "searches": array_of(_SECTION),
})  # fmt: skip

ENDPOINTS: dict[tuple[str, str], EndpointDoc] = {
    ("GET", "/me"): EndpointDoc(
        object_schema(_ACCOUNT | {"email": TEXT, "language": nullable(TEXT)}),
        refusals=("unauthenticated", "rate_limited", "failed", "unavailable"),
    ),
    ("GET", "/me/draft-key"): EndpointDoc(object_schema({"account": ID, "key": TEXT})),
    ("POST", "/me/active"): EndpointDoc(object_schema({"ends_at": TIME})),
    ("GET", "/accounts"): EndpointDoc(
        object_schema({"accounts": array_of(object_schema(_ACCOUNT | {name: {"type": "boolean"} for name in ("enabled",
        "machine")}))})
    ),
    ("GET", "/boards"): EndpointDoc(
        object_schema({"boards": array_of(object_schema(
            {"board": ID, "kind": {"enum": ["operations", "search"]}, "epoch": TEXT, "seq": COUNT},
            {"reference": TEXT, "status": {"enum": ["open", "found", "closed"]}},
        ))}),
        query={"reference": TEXT},
    ),
    ("GET", "/find"): EndpointDoc(
        object_schema({"more": {"type": "boolean"}, "hits": array_of(object_schema({
            "board": ID, "reference": nullable(TEXT), "kind": {"enum": ["search", "sighting", "task", "note"]}, "id": ID,
            "number": nullable(COUNT), "card": nullable(ID), "withdrawn": {"type": "boolean"},
            "found": array_of(object_schema({
                "field": TEXT, "text": TEXT,
                "marks": array_of({"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2}),
            })),
        }))}),
        (*ON_A_BOARD, "invalid"),
        query={
            "q": {"type": "string", "maxLength": 200},
            "board": PLACES["board"],
            "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
        },
    ),
    ("GET", "/alerts"): EndpointDoc(
        object_schema({"alerts": array_of(_ALERT), "unread": COUNT, "quiet": {"type": "boolean"}}),
    ),
    ("POST", "/alerts/read"): EndpointDoc(
        object_schema({"unread": COUNT}),
        (*EVERYWHERE, "invalid", "too_large"),
        body={"oneOf": [
            object_schema({"all": TRUE}),
            object_schema({"alerts": array_of(object_schema({"board": ID,
            "seq": COUNT | {"maximum": MAX_INTEGER}})) | {"maxItems": MAX_LISTED}}),
        ]},
    ),
    ("GET", "/since"): EndpointDoc(
        object_schema({"boards": array_of(object_schema(
            _HEAD | {"seen": nullable(object_schema({"epoch": TEXT, "seq": COUNT, "at": TIME})), "events": COUNT},
            {"net": array_of(_CHANGE), "back": nullable(array_of(_BACK)), "more": {"type": "boolean"}},
        ))}),
        ON_A_BOARD, query={"board": PLACES["board"]},
    ),
    ("GET", "/seen"): EndpointDoc(_MARKS),
    ("POST", "/seen"): EndpointDoc(
        _MARKS, (*ON_A_BOARD, "invalid", "conflict", "too_large"),
        body={"oneOf": [_MARK, object_schema({"marks": array_of(_MARK) | {"maxItems": MAX_POSITIONS}})]},
    ),
    ("GET", "/boards/{board}/chain"): EndpointDoc(
        object_schema(_HEAD | {"head": TEXT, "holds": {"type": "boolean"}}, {"fault": TEXT, "bad_seq": COUNT}),
        ON_A_BOARD,
    ),
    ("GET", "/handover"): EndpointDoc(_REPORT, (*ON_A_BOARD,), query={"board": PLACES["board"]}),
    ("GET", "/handovers"): EndpointDoc(
        object_schema({"handovers": array_of(object_schema({name: _HANDOVER[name] for name in report_calls.FIELDS})),
        "people": _PEOPLE}),
        (*EVERYWHERE, "invalid"),
        query={"before": {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER}},
    ),
    ("GET", "/handovers/{number}"): EndpointDoc(_REPORT, (*ON_A_BOARD,), query={"board": PLACES["board"]}),
    ("GET", "/boards/{board}"): EndpointDoc(
        object_schema(_HEAD | {"entities": array_of(ref("Entity"))}),
        (*ON_A_BOARD, "invalid"),
        query={"at": _MOMENT},
        tagged=True,
    ),
    ("GET", "/boards/{board}/events"): EndpointDoc(
        object_schema(_HEAD | {"events": array_of(ref("Event"))}),
        (*ON_A_BOARD, "invalid"),
        query={
            "after": {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER, "default": 0},
            "before": {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER},
            "at": _MOMENT,
            "limit": {"type": "integer", "minimum": 1, "maximum": 1_000, "default": 500},
            "entity": TEXT,
        },
    ),
    ("POST", "/boards/{board}/commands"): EndpointDoc(
        ref("Ack"),
        (*ON_A_BOARD, "invalid", "unknown_command", "conflict", "closed", "too_large"),
        body=ref("Command"),
    ),
    ("GET", "/boards/{board}/sightings/{sighting}/source"): EndpointDoc(
        object_schema(_SOURCE, {"earlier": array_of(_EARLIER), "more": TRUE}),
        (*ON_A_BOARD, "invalid"),
        query={"before": COUNT | {"minimum": 1, "maximum": MAX_INTEGER}},
    ),
    ("GET", "/boards/{board}/cards.csv"): EndpointDoc(TEXT, ON_A_BOARD, media="text/csv"),
    ("GET", "/boards/{board}/cards.json"): EndpointDoc(object_schema(_HEAD | {"cards": array_of(ref("Entity"))}), ON_A_BOARD),
    ("GET", "/boards/{board}/journal.csv"): EndpointDoc(TEXT, ON_A_BOARD, media="text/csv"),
    ("GET", "/boards/{board}/journal.json"): EndpointDoc(object_schema(_HEAD | {"events": array_of(ref("Event"))}), ON_A_BOARD),
    ("POST", "/intake/sightings"): EndpointDoc(
        object_schema({"board": ID, "sighting": ID, "number": COUNT, "seq": COUNT}),
        (*ON_A_BOARD, "invalid", "closed", "too_large"),
        body=_intake_body(),
        status=201,
    ),
    ("GET", "/places"): EndpointDoc(
        object_schema({"places": array_of(_PLACE), "attribution": TEXT}),
        ("unauthenticated", "rate_limited", "failed", "unavailable", "invalid"),
        query={
            "q": {"type": "string", "maxLength": 200},
            "limit": {"type": "integer", "minimum": 1, "maximum": 20, "default": 8},
        },
    ),
    ("POST", "/boards/{board}/similar"): EndpointDoc(
        object_schema({"similar": array_of(object_schema({
            "sighting": ID, "number": COUNT,
            **{name: _SEEN[name] for name in ("description", "seen_at", "received_at", "place", "assessment")},
            "score": object_schema({"words": {"type": "number"}, "near": {"type": "number"}}),
        }))}),
        (*ON_A_BOARD, "invalid", "too_large"),
        body=schemas.schema_of(suggestions_api.Typed),
    ),
    ("GET", "/intake/searches"): EndpointDoc(
        object_schema({"searches": array_of(object_schema({
            "board": ID,
            "person": object_schema({name: _CHILD[name] for name in ("first_name", "last_name", "age", "sex", "description")}),
            **{name: _SEARCH[name] for name in ("reference", "kind", "missing_since", "last_seen", "worrying")},
            "distance_m": nullable(COUNT), "nearest": {"enum": ["last_seen", "sighting", None]},
        }))}),
        (*EVERYWHERE, "invalid"),
        query={
            "q": {"type": "string", "maxLength": 200},
            "lat": {"type": "number", "minimum": -90, "maximum": 90},
            "lon": {"type": "number", "minimum": -180, "maximum": 180},
        },
    ),
    **audit_shapes.ENDPOINTS,
    ("GET", "/openapi.json"): EndpointDoc({"type": "object"}, (), open=True),
    **display_shapes.ENDPOINTS,
}  # fmt: skip

SUMMARIES: dict[tuple[str, str], str] = {  # by method and path: what the endpoint does, for people
    ("GET", "/me"): N_("The account that asks."),
    ("GET", "/me/draft-key"): N_("The key by which a browser encrypts what you have typed and not sent. For sessions alone."),
    ("POST", "/me/active"): N_("Somebody is at this screen: the session goes on. For sessions alone."),
    ("GET", "/accounts"): N_("Everybody, for assigning."),
    ("GET", "/boards"): N_("The boards that you may see; with a reference, those of the searches that have it."),
    ("GET", "/alerts"): N_("What alerts you: the newest of the last 14 days, and how many are unread."),
    ("POST", "/alerts/read"): N_("Marks alerts as read, those that are named or all, on all your screens."),
    ("GET", "/since"): N_("What is new to you since you last saw each board; with a board, what changed on it."),
    ("GET", "/seen"): N_("Up to where you have seen each board."),
    ("POST", "/seen"): N_("Says that you have seen a board, or several. Never backwards."),
    ("GET", "/boards/{board}/chain"): N_("Whether the journal of a board is what it was, and up to where."),
    ("GET", "/handover"): N_("The report of the present handover, as you may see it: as it is now, or as it was signed."),
    ("GET", "/handovers"): N_("The handovers, the newest first."),
    ("GET", "/handovers/{number}"): N_("The report of a handover as it was signed."),
    ("GET", "/boards/{board}"): N_("A snapshot of a board: all that is true on it, now or at a seq or a time."),
    ("GET", "/boards/{board}/events"): N_(
        "The events of a board after a seq, or the newest before one; with an entity, those of that one."
    ),
    ("POST", "/boards/{board}/commands"): N_("A command, as over the socket."),
    ("GET", "/boards/{board}/sightings/{sighting}/source"): N_(
        "Who the source of a sighting is, and was said to be before. Each reading is kept."
    ),
    ("GET", "/boards/{board}/cards.csv"): N_("The cards of a board for a spreadsheet; of the operations board its searches."),
    ("GET", "/boards/{board}/cards.json"): N_("The cards of a board, each as in a snapshot."),
    ("GET", "/boards/{board}/journal.csv"): N_(
        "The journal of a board for a spreadsheet: who did what, when, and what it came to."
    ),
    ("GET", "/boards/{board}/journal.json"): N_("The journal of a board. Events that you may not see are left out."),
    ("POST", "/intake/sightings"): N_("Takes in a sighting, for a search that is named by its id or its reference."),
    ("GET", "/places"): N_("Places by name or postal code, in French, Dutch and German."),
    ("POST", "/boards/{board}/similar"): N_(
        "Sightings of a board that may be the same as one that is being told. Changes nothing."
    ),
    ("GET", "/intake/searches"): N_("The open searches that may be meant, by name, reference or place."),
    **audit_shapes.SUMMARIES,
    ("GET", "/openapi.json"): N_("This description, for programs."),
    ("GET", "/find"): N_("Cards, notes and searches that have all of these words, the newest first."),
    **display_shapes.SUMMARIES,
}
