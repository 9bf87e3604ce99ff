"""What each call of /api/v1 takes and gives, line by line: for the description that is served, and for whoever reads it."""

from board.audit_log import api_schema as audit_shapes
from board.commands import schemas, sightings, sources
from board.commands.alerts import LISTED
from board.commands.schemas import COMMAND_ID, Schema
from board.displays import api_schema as display_shapes
from board.handover import api as report_calls
from board.history.unseen_api import MOST_MARKS
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
    many,
    or_null,
    ref,
    shape,
)
from models.accounts import ROLES
from models.alert import KINDS as ALERTS
from models.alert import SECURITY
from models.board import OPERATIONS
from models.handover import Handover
from models.search import Search
from models.sighting import Sighting
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


def _taken_in() -> Schema:
    """A sighting with its source, for the search that is meant by either of its names."""
    written, private = schemas.of(sightings.Fields), schemas.of(sources.Private)
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


_SEEN, _SEARCH = schemas.state(Sighting)["properties"], schemas.state(Search)["properties"]
_CHILD = _SEARCH["person"]["properties"]
_NUMBER: Schema = or_null({"type": "number"})
_NAMES: Schema = {"fr": TEXT, "nl": TEXT, "de": TEXT}
_PLACE: Schema = shape({
    "id": TEXT, "kind": {"enum": ["municipality", "locality", "city"]}, "name": TEXT, **_NAMES, "postal": many(TEXT),
    "within": or_null(shape({"id": TEXT, **_NAMES})), "province": or_null(shape(_NAMES)), "country": TEXT,
    "lat": _NUMBER, "lon": _NUMBER, "radius_m": _NUMBER,
})  # fmt: skip
_SOURCE: Schema = {"name": or_null(TEXT), "contact": or_null(TEXT)}
_EARLIER: Schema = shape(_SOURCE | {"seq": COUNT, "at": TIME, "account": or_null(ID)})
_ALERT: Schema = shape({
    "board": ID, "reference": or_null(TEXT), "seq": COUNT, "at": TIME, "kind": {"enum": [*ALERTS, SECURITY]}, "type": TEXT,
    "actor": or_null(shape({"id": ID, "name": TEXT})), "entity": shape({"kind": TEXT, "id": ID}),
    "card": or_null(shape({"kind": {"enum": ["sighting", "task"]}, "id": ID, "number": COUNT})),
    "value": or_null(TEXT), "acknowledge": or_null(TEXT), "reason": or_null(TEXT), "handover": or_null(COUNT),
    "read": {"type": "boolean"}, "desktop": {"type": "boolean"},
}, {"first_name": TEXT})  # fmt: skip

_MARK: Schema = shape({"board": ID, "epoch": {"type": "string", "maxLength": 64}, "seq": COUNT | {"maximum": MAX_INTEGER}})
_MARKS: Schema = shape({"seen": many(shape(_HEAD | {"at": TIME, "own": COUNT}))})
_TOUCHED, _NUMBER_OF_CARD = {"kind": TEXT, "id": ID, "seq": COUNT}, {"number": COUNT}
_DIFFERS = {"change": {"enum": ["added", "changed", "removed"]}, "fields": many(shape({"path": TEXT, "from": {}, "to": {}}))}
_CHANGE, _BACK = shape(_TOUCHED | _DIFFERS, _NUMBER_OF_CARD), shape(_TOUCHED | {"fields": many(TEXT)}, _NUMBER_OF_CARD)

_HANDOVER = schemas.state(Handover)["properties"]
_PEOPLE: Schema = {"type": "object", "additionalProperties": TEXT}
_CARD: Schema = {
    "kind": {"enum": ["sighting", "task"]}, "id": ID, "seq": COUNT, "number": COUNT, "title": TEXT, "assignee": or_null(ID),
    "priority": {"enum": ["low", "normal", "urgent"]}, "due": or_null(TIME), "at": or_null(TIME),
    "seen_at": or_null(TIME),
}  # fmt: skip
_PIN: Schema = _CARD | {
    "kind": {"enum": ["sighting", "task", "note"]}, "number": or_null(COUNT), "priority": or_null(_CARD["priority"]),
    "category": or_null(TEXT), "card": or_null(ID),
}  # fmt: skip
_IMPORTANT: Schema = shape({"seq": COUNT, "at": TIME, "type": TEXT, "kind": TEXT, "id": ID}, {"number": COUNT})
_NEWS = {"seq": COUNT, "events": COUNT, "significant": many(_IMPORTANT)}
_SECTION: Schema = shape({
    "board": ID, "epoch": TEXT, "seq": COUNT, "head": TEXT,
    "search": shape({
        **{name: _SEARCH[name] for name in (
            "reference", "kind", "status", "missing_since", "worrying", "lead", "access", "appeal", "outcome", "status_reason",
            "acknowledge",
        )},
        "suggested": many({"enum": list(younger_than())}), "undecided": {"type": "boolean"},
        "person": shape({name: _CHILD[name] for name in ("first_name", "last_name", "age")}),
    }),
    "outside": or_null(ID),
    "last_confirmed": or_null(shape(
        {"id": ID, "number": COUNT} | {name: _SEEN[name] for name in ("seen_at", "received_at", "place")}
    )),
    "since": shape({"from": {"enum": ["shift"]}} | _NEWS),
    "ungraded": many(shape(_CARD)),
    "tasks": shape({"done": many(shape(_CARD)), "overdue": many(shape(_CARD)), "due": many(shape(_CARD))}),
    "left_out": COUNT, "briefing": or_null(ref("briefing")), "pinned": many(shape(_PIN)),
    "after": shape({"seq": COUNT, "events": COUNT, "significant": COUNT}),
    "reader": shape({"from": {"enum": ["seen", "shift"]}, "unread": {"type": "boolean"}} | _NEWS),
    "reads": {"type": "object", "additionalProperties": shape({"seq": COUNT, "at": TIME})},
})  # fmt: skip
_REPORT: Schema = shape({
    "handover": or_null(ref("handover")), "shift": or_null(ref("shift")), "composed_at": TIME, "live": {"type": "boolean"},
    "people": _PEOPLE, "withheld": COUNT, "searches": many(_SECTION),
})  # fmt: skip

CALLS: dict[tuple[str, str], EndpointDoc] = {
    ("GET", "/me"): EndpointDoc(
        shape(_ACCOUNT | {"email": TEXT, "language": or_null(TEXT)}),
        refusals=("unauthenticated", "rate_limited", "failed", "unavailable"),
    ),
    ("GET", "/me/draft-key"): EndpointDoc(shape({"account": ID, "key": TEXT})),
    ("POST", "/me/active"): EndpointDoc(shape({"ends_at": TIME})),
    ("GET", "/accounts"): EndpointDoc(
        shape({"accounts": many(shape(_ACCOUNT | {name: {"type": "boolean"} for name in ("enabled", "machine")}))})
    ),
    ("GET", "/boards"): EndpointDoc(
        shape({"boards": many(shape(
            {"board": ID, "kind": {"enum": ["operations", "search"]}, "epoch": TEXT, "seq": COUNT},
            {"reference": TEXT, "status": {"enum": ["open", "found", "closed"]}},
        ))}),
        query={"reference": TEXT},
    ),
    ("GET", "/find"): EndpointDoc(
        shape({"more": {"type": "boolean"}, "hits": many(shape({
            "board": ID, "reference": or_null(TEXT), "kind": {"enum": ["search", "sighting", "task", "note"]}, "id": ID,
            "number": or_null(COUNT), "card": or_null(ID), "withdrawn": {"type": "boolean"},
            "found": many(shape({
                "field": TEXT, "text": TEXT,
                "marks": many({"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2}),
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
        shape({"alerts": many(_ALERT), "unread": COUNT, "quiet": {"type": "boolean"}}),
    ),
    ("POST", "/alerts/read"): EndpointDoc(
        shape({"unread": COUNT}),
        (*EVERYWHERE, "invalid", "too_large"),
        body={"oneOf": [
            shape({"all": TRUE}),
            shape({"alerts": many(shape({"board": ID, "seq": COUNT | {"maximum": MAX_INTEGER}})) | {"maxItems": LISTED}}),
        ]},
    ),
    ("GET", "/since"): EndpointDoc(
        shape({"boards": many(shape(
            _HEAD | {"seen": or_null(shape({"epoch": TEXT, "seq": COUNT, "at": TIME})), "events": COUNT},
            {"net": many(_CHANGE), "back": or_null(many(_BACK)), "more": {"type": "boolean"}},
        ))}),
        ON_A_BOARD, query={"board": PLACES["board"]},
    ),
    ("GET", "/seen"): EndpointDoc(_MARKS),
    ("POST", "/seen"): EndpointDoc(
        _MARKS, (*ON_A_BOARD, "invalid", "conflict", "too_large"),
        body={"oneOf": [_MARK, shape({"marks": many(_MARK) | {"maxItems": MOST_MARKS}})]},
    ),
    ("GET", "/boards/{board}/chain"): EndpointDoc(
        shape(_HEAD | {"head": TEXT, "holds": {"type": "boolean"}}, {"fault": TEXT, "bad_seq": COUNT}),
        ON_A_BOARD,
    ),
    ("GET", "/handover"): EndpointDoc(_REPORT, (*ON_A_BOARD,), query={"board": PLACES["board"]}),
    ("GET", "/handovers"): EndpointDoc(
        shape({"handovers": many(shape({name: _HANDOVER[name] for name in report_calls.TOLD})), "people": _PEOPLE}),
        (*EVERYWHERE, "invalid"),
        query={"before": {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER}},
    ),
    ("GET", "/handovers/{number}"): EndpointDoc(_REPORT, (*ON_A_BOARD,), query={"board": PLACES["board"]}),
    ("GET", "/boards/{board}"): EndpointDoc(
        shape(_HEAD | {"entities": many(ref("Entity"))}),
        (*ON_A_BOARD, "invalid"),
        query={"at": _MOMENT},
        tagged=True,
    ),
    ("GET", "/boards/{board}/events"): EndpointDoc(
        shape(_HEAD | {"events": many(ref("Event"))}),
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
        shape(_SOURCE, {"earlier": many(_EARLIER), "more": TRUE}),
        (*ON_A_BOARD, "invalid"),
        query={"before": COUNT | {"minimum": 1, "maximum": MAX_INTEGER}},
    ),
    ("GET", "/boards/{board}/cards.csv"): EndpointDoc(TEXT, ON_A_BOARD, media="text/csv"),
    ("GET", "/boards/{board}/cards.json"): EndpointDoc(shape(_HEAD | {"cards": many(ref("Entity"))}), ON_A_BOARD),
    ("GET", "/boards/{board}/journal.csv"): EndpointDoc(TEXT, ON_A_BOARD, media="text/csv"),
    ("GET", "/boards/{board}/journal.json"): EndpointDoc(shape(_HEAD | {"events": many(ref("Event"))}), ON_A_BOARD),
    ("POST", "/intake/sightings"): EndpointDoc(
        shape({"board": ID, "sighting": ID, "number": COUNT, "seq": COUNT}),
        (*ON_A_BOARD, "invalid", "closed", "too_large"),
        body=_taken_in(),
        status=201,
    ),
    ("GET", "/places"): EndpointDoc(
        shape({"places": many(_PLACE), "attribution": TEXT}),
        ("unauthenticated", "rate_limited", "failed", "unavailable", "invalid"),
        query={
            "q": {"type": "string", "maxLength": 200},
            "limit": {"type": "integer", "minimum": 1, "maximum": 20, "default": 8},
        },
    ),
    ("POST", "/boards/{board}/similar"): EndpointDoc(
        shape({"similar": many(shape({
            "sighting": ID, "number": COUNT,
            **{name: _SEEN[name] for name in ("description", "seen_at", "received_at", "place", "assessment")},
            "score": shape({"words": {"type": "number"}, "near": {"type": "number"}}),
        }))}),
        (*ON_A_BOARD, "invalid", "too_large"),
        body=schemas.of(suggestions_api.Typed),
    ),
    ("GET", "/intake/searches"): EndpointDoc(
        shape({"searches": many(shape({
            "board": ID,
            "person": shape({name: _CHILD[name] for name in ("first_name", "last_name", "age", "sex", "description")}),
            **{name: _SEARCH[name] for name in ("reference", "kind", "missing_since", "last_seen", "worrying")},
            "distance_m": or_null(COUNT), "nearest": {"enum": ["last_seen", "sighting", None]},
        }))}),
        (*EVERYWHERE, "invalid"),
        query={
            "q": {"type": "string", "maxLength": 200},
            "lat": {"type": "number", "minimum": -90, "maximum": 90},
            "lon": {"type": "number", "minimum": -180, "maximum": 180},
        },
    ),
    **audit_shapes.CALLS,
    ("GET", "/openapi.json"): EndpointDoc({"type": "object"}, (), open=True),
    **display_shapes.CALLS,
}  # fmt: skip

SAYS: dict[tuple[str, str], str] = {  # what a call does, for people
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
    **audit_shapes.SAYS,
    ("GET", "/openapi.json"): N_("This description, for programs."),
    ("GET", "/find"): N_("Cards, notes and searches that have all of these words, the newest first."),
    **display_shapes.SAYS,
}
