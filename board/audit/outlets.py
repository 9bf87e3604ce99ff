"""Table of all outlets of data, with the audit entries that record them. A test compares it with the routes and frames of the
program, and with the table in `reference/audit-journal.md`.

A refused request on any route is recorded as `request.refused` or `rate.limited`.
"""

from typing import NamedTuple

from board.audit.entries import (
    AccountAdded,
    AccountDisabled,
    AccountEnabled,
    AuditRead,
    BreakGlassUsed,
    CallerRead,
    CommandRefused,
    ContactRead,
    DisclosureMade,
    DisplayChanged,
    DisplayPaired,
    DisplayRevoked,
    DocumentRead,
    Entry,
    ErasureAgreed,
    ErasureAsked,
    ErasureWithdrawn,
    ExportRead,
    FactorAdded,
    FactorRemoved,
    FindRun,
    GuestAdded,
    GuestEnded,
    GuestEndSet,
    GuestRightsSet,
    HistoryRead,
    HoldEnded,
    HoldPlaced,
    IdentityLinked,
    IdentityUnlinked,
    LinkAllowed,
    LinkMade,
    LinkUsed,
    NewDevice,
    OriginalRead,
    PartErasureAgreed,
    PartErasureAsked,
    PartErasureWithdrawn,
    PasskeyRefused,
    PasswordSet,
    PhotoRead,
    PreviewRead,
    ProviderRefused,
    ReadersRead,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    ReportRead,
    RequestRefused,
    RoleSet,
    SearchOpenedInEmergency,
    SessionReplaced,
    SessionsEnded,
    SessionUnlocked,
    SignedIn,
    SignedOut,
    SignInDisowned,
    SignInFailed,
    SignInThrottled,
    SnapshotRead,
    SourceRead,
    TalkRead,
    TokenAdded,
    TokenAgreed,
    TokenRevoked,
)
from board.config import page_table


class Outlet(NamedTuple):
    """Outlet of data: the data, and either the entries that record it, or the reason for none."""

    data: str
    entries: tuple[type[Entry], ...] = ()
    reason: str = ""


def _recorded(data: str, *entries: type[Entry]) -> Outlet:
    return Outlet(data, entries)


def _unrecorded(data: str, reason: str) -> Outlet:
    return Outlet(data, reason=reason)


OWN = "the caller's own data"
PUBLIC = "the same for everybody, without names"
FRAME = _unrecorded("a page without data", "its scripts read the data by the calls and frames of this table")
STATUS = "counts and codes, without names"
EVENT = "the change is an event of its board"

CALLS = {
    "GET /api/v1/me": _unrecorded("the caller's account", OWN),
    "POST /api/v1/me/lock": _unrecorded("nothing", OWN),
    "POST /api/v1/me/unlock": _recorded("nothing", SessionUnlocked, SignInFailed),
    "GET /api/v1/me/draft-key": _unrecorded("the key of the caller's drafts", OWN),
    "POST /api/v1/me/active": _unrecorded("the end of the session", OWN),
    "GET /api/v1/accounts": _unrecorded("names and roles of accounts", "each board shows them to each account"),
    "POST /api/v1/accounts": _recorded("an account and a one-time link", AccountAdded, LinkMade),
    "PATCH /api/v1/accounts/{account}": _recorded("an account", RoleSet, AccountDisabled, AccountEnabled),
    "GET /api/v1/boards": _unrecorded("references and heads of boards", "opening a board is recorded"),
    "GET /api/v1/boards/{board}": _recorded("a board, now or at an earlier time", SnapshotRead, HistoryRead),
    "GET /api/v1/boards/{board}/room": _unrecorded("numbers of entities", "no data of searches"),
    "GET /api/v1/boards/{board}/events": _recorded("events of a board", HistoryRead),
    "GET /api/v1/boards/{board}/places.geojson": _recorded("places of a search", ExportRead),
    "GET /api/v1/boards/{board}/places.gpx": _recorded("places of a search", ExportRead),
    "GET /api/v1/boards/{board}/places.kml": _recorded("places of a search", ExportRead),
    "POST /api/v1/boards/{board}/tracks/preview": _unrecorded("the places in the caller's own file", OWN),
    "GET /api/v1/boards/{board}/timeline": _recorded("what happened in a search, now or earlier", SnapshotRead, HistoryRead),
    "POST /api/v1/boards/{board}/commands": Outlet("ids and event numbers", (CommandRefused,), EVENT),
    "GET /api/v1/boards/{board}/sightings/{sighting}/source": _recorded("the source of a sighting", SourceRead),
    "GET /api/v1/boards/{board}/contacts/{contact}": _recorded("telephones, e-mail and note of a contact", ContactRead),
    "GET /api/v1/boards/{board}/talk": _recorded("the talk with a child that was found", TalkRead),
    "GET /api/v1/boards/{board}/earlier-talks": _recorded("talks after earlier disappearances of a child", TalkRead),
    "GET /api/v1/boards/{board}/chain": _unrecorded("a digest and an event number", PUBLIC),
    "GET /api/v1/tips/{tip}/source": _recorded("the source of a tip", SourceRead),
    "POST /api/v1/reports": Outlet("the ids of a new report", (CommandRefused,), EVENT),
    "GET /api/v1/reports/{report}/caller": _recorded("the caller of a report", CallerRead),
    "GET /api/v1/boards/{board}/cards.csv": _recorded("the cards of a board", ExportRead),
    "GET /api/v1/boards/{board}/cards.json": _recorded("the cards of a board", ExportRead),
    "GET /api/v1/boards/{board}/journal.csv": _recorded("the events of a board", ExportRead),
    "GET /api/v1/boards/{board}/journal.json": _recorded("the events of a board", ExportRead),
    "GET /api/v1/find": _recorded("cards, notes and searches that contain words", FindRun),
    "GET /api/v1/closed": _recorded("closed searches", FindRun),
    "GET /api/v1/unanswered": _recorded("tips and sightings that wait", ReportRead),
    "GET /api/v1/alerts": _unrecorded("the caller's alerts", "each page shows them; opening their board is recorded"),
    "POST /api/v1/alerts/read": _unrecorded("the number of unread alerts", OWN),
    "GET /api/v1/work": _unrecorded("what the caller has", "each page shows it; opening its board is recorded"),
    "GET /api/v1/alarms": _unrecorded("open alarms", "each page shows them; opening their board is recorded"),
    "GET /api/v1/watch": _recorded("figures and waits of alarms, with searches and names", ReportRead),
    "GET /api/v1/figures": _recorded("counts of searches, without names", ReportRead),
    "GET /api/v1/figures.csv": _recorded("counts of searches, without names", ExportRead),
    "GET /api/v1/since": _recorded("what changed on a board; without a board only numbers", HistoryRead),
    "GET /api/v1/seen": _unrecorded("the caller's read positions", OWN),
    "POST /api/v1/seen": _unrecorded("the caller's read positions", OWN),
    "POST /api/v1/duties/preview": _unrecorded("planned duties of one calendar", "each page shows the plan"),
    "GET /api/v1/handover": _recorded("the report of the present handover", ReportRead),
    "GET /api/v1/handovers": _recorded("the list of handovers", ReportRead),
    "GET /api/v1/handovers/{number}": _recorded("the report of a signed handover", ReportRead),
    "POST /api/v1/intake/sightings": Outlet("ids and event numbers", (CommandRefused,), EVENT),
    "GET /api/v1/places": _unrecorded("names and coordinates of places", PUBLIC),
    "POST /api/v1/boards/{board}/similar": _recorded("sightings that resemble one", FindRun),
    "GET /api/v1/intake/searches": _recorded("open searches, by name, looks or place", FindRun),
    "GET /api/v1/boards/{board}/look-again": _recorded("tips and sightings that were set aside", FindRun),
    "GET /api/v1/boards/{board}/contradictions": _recorded(
        "numbers of sightings, with distance and time between them", SnapshotRead, HistoryRead
    ),
    "POST /api/v1/statements": _unrecorded("what the vocabulary makes of the caller's own text", OWN),
    "POST /api/v1/details": _unrecorded("what the vocabulary makes of texts that the caller has", OWN),
    "GET /api/v1/boards/{board}/sightings/{sighting}/comparison": _recorded(
        "a sighting next to the looks of the child", SnapshotRead, HistoryRead
    ),
    "GET /api/v1/boards/{board}/links": _recorded("names of linked searches", SnapshotRead),
    "GET /api/v1/boards/{board}/reach": _recorded("a circle, and stations in it", SnapshotRead, HistoryRead),
    "POST /api/v1/earlier": _recorded("closed searches of a name", FindRun),
    "POST /api/v1/boards/{board}/materials/texts": _recorded("details of the child for print", SnapshotRead),
    "POST /api/v1/boards/{board}/materials/preview.pdf": _recorded("a draft of a material", ExportRead),
    "POST /api/v1/boards/{board}/materials/preview.png": _recorded("a picture of a draft", PreviewRead),
    "GET /api/v1/boards/{board}/materials/{material}.pdf": _recorded("an approved material", ExportRead),
    "GET /api/v1/documents/wait": _unrecorded("how long a paper waits", STATUS),
    "GET /api/v1/audit": _recorded("the audit log", AuditRead),
    "GET /api/v1/audit.csv": _recorded("the audit log", ExportRead),
    "POST /api/v1/wall/codes": _unrecorded("a code for a new screen", "the pairing is an entry"),
    "GET /api/v1/wall/codes/mine": _unrecorded("the state of a code", "the pairing is an entry"),
    "POST /api/v1/wall/told": _unrecorded("nothing", "a screen reports its health"),
    "GET /api/v1/displays": _unrecorded("names, settings and health of displays", "no data of searches"),
    "POST /api/v1/displays": _recorded("a new display", DisplayPaired),
    "PATCH /api/v1/displays/{display}": _recorded("settings of a display", DisplayChanged),
    "DELETE /api/v1/displays/{display}": _recorded("nothing", DisplayRevoked),
    "POST /api/v1/displays/{display}/reload": _unrecorded("nothing", "a screen loads its page again"),
    "PATCH /api/v1/boards/{board}/uploads/{upload}": _unrecorded("the offset of the caller's upload", OWN),
    "GET /api/v1/boards/{board}/uploads/{upload}": _unrecorded("the state of the caller's upload", OWN),
    "POST /api/v1/boards/{board}/uploads/{upload}/finish": _unrecorded("metadata of the caller's upload", OWN),
    "DELETE /api/v1/boards/{board}/uploads/{upload}": _unrecorded("nothing", "an upload that is no file yet"),
    "GET /api/v1/boards/{board}/files/{file}/thumb": _recorded("the preview of a picture", PreviewRead),
    "GET /api/v1/boards/{board}/files/{file}/view": _recorded("a picture in its large form", PhotoRead),
    "GET /api/v1/boards/{board}/files/{file}/original": _recorded("a picture as it came", OriginalRead),
    "GET /api/v1/boards/{board}/files/{file}/content": _recorded("a file that is not a picture", DocumentRead),
    "GET /api/v1/openapi.json": _unrecorded("the description of the API", PUBLIC),
    "GET /api/v1/asyncapi.json": _unrecorded("the description of the socket", PUBLIC),
    "GET /api/v1/{rest:path}": _unrecorded("nothing", "there is no such call"),
}

PAGES = {
    "GET /": FRAME,
    **{f"GET {page.path}": FRAME for page in page_table.frames()},
    "GET /searches/{id}": FRAME,
    "GET /searches/{id}/cards/{card}": FRAME,
    "GET /history": FRAME,
    "GET /searches/{id}/history": FRAME,
    "GET /searches/{id}/timeline": FRAME,
    "GET /handover": FRAME,
    "GET /handovers/{number:number}": FRAME,
    "GET /wall": FRAME,
    "GET /wall/searches/{id}/looks.json": _recorded("what the child of a search looks like", SnapshotRead),
    "GET /wall/searches/{id}/map.svg": _recorded("a map of a search", SnapshotRead),
    "GET /login": FRAME,
    "GET /closed": _recorded("closed searches", FindRun),
    "POST /closed": _unrecorded("the caller's own words, encrypted", OWN),
    "GET /handover.pdf": _recorded("the report of the present handover", ExportRead),
    "GET /handovers/{number:number}.pdf": _recorded("the report of a signed handover", ExportRead),
    "GET /reports/{report}/brief.pdf": _recorded("the answers and the caller of a report", ExportRead, CallerRead),
    "GET /searches/{id}/history.pdf": _recorded("events of a search", ExportRead),
    "GET /searches/{id}/map.pdf": _recorded("the points of a search", ExportRead),
    "GET /searches/{id}/map.svg": _recorded("the points of a search", ExportRead),
    "GET /map/tiles.json": _unrecorded("the kind of the installation's map tiles", PUBLIC),
    "GET /map/tiles.pmtiles": _unrecorded("parts of a map without searches", PUBLIC),
    "GET /handover.md": _recorded("the report of the present handover", ExportRead),
    "GET /handovers/{number:number}.md": _recorded("the report of a signed handover", ExportRead),
    "GET /searches/{id}/history.md": _recorded("events of a search", ExportRead),
    "GET /handover/briefing.pdf": _recorded("the briefing of the present handover", ExportRead),
    "GET /handovers/{number:number}/briefing.pdf": _recorded("the briefing of a signed handover", ExportRead),
    "GET /sign-in/second": _unrecorded("an address, and a secret that is not used yet", OWN),
    "POST /sign-in/second": _recorded(
        "a session and recovery codes", SignedIn, SignInFailed, SignInThrottled, FactorAdded, RecoveryCodeUsed, PasskeyRefused
    ),
    "POST /sign-in/second/options": _unrecorded("a challenge, and ids of the account's passkeys", OWN),
    "POST /sign-in/passkey/options": _unrecorded("a challenge", "it names nobody"),
    "POST /sign-in/passkey": _recorded("a session", SignedIn, SignInFailed, PasskeyRefused),
    "GET /step-up": FRAME,
    "POST /step-up": _recorded("nothing", SignInFailed, SignInThrottled, RecoveryCodeUsed, PasskeyRefused),
    "POST /step-up/ways": _unrecorded("how the caller can prove their identity", OWN),
    "POST /step-up/options": _unrecorded("a challenge, and ids of the caller's passkeys", OWN),
    "POST /step-up/check": _recorded("nothing", SignInFailed, SignInThrottled, RecoveryCodeUsed, PasskeyRefused),
    "POST /login": _recorded("a session", SignedIn, NewDevice, SessionReplaced, SignInFailed, SignInThrottled, BreakGlassUsed),
    "POST /logout": _recorded("nothing", SignedOut),
    "GET /sign-in/with/{provider}": _recorded("nothing; redirects to a provider", ProviderRefused),
    "GET /sign-in/with/{provider}/callback": _recorded(
        "a session", SignedIn, ProviderRefused, AccountAdded, IdentityLinked, RoleSet, AccountDisabled, AccountEnabled
    ),
    "POST /sign-in/with/{provider}/logout": _recorded("nothing", SessionsEnded, ProviderRefused),
    "GET /account": _unrecorded("the caller's settings, sessions and tokens", OWN),
    "POST /account/language": _unrecorded("nothing", OWN),
    "POST /account/theme": _unrecorded("nothing", OWN),
    "POST /account/alerts": _unrecorded("nothing", OWN),
    "POST /account/password": _recorded("nothing", PasswordSet, SignInFailed),
    "POST /account/sessions": _recorded("nothing", SessionsEnded),
    "POST /account/sessions/disown": _recorded("nothing", SignInDisowned),
    "POST /account/tokens/agree": _recorded("nothing", TokenAgreed, SignInFailed),
    "POST /account/tokens/end": _recorded("nothing", TokenRevoked),
    "GET /account/factors/app": _unrecorded("a secret that is not used yet", OWN),
    "POST /account/factors/app": _recorded("recovery codes", FactorAdded),
    "POST /account/factors/passkeys/options": _unrecorded("a challenge, and ids of the caller's passkeys", OWN),
    "POST /account/factors/passkeys": _recorded("recovery codes", FactorAdded),
    "POST /account/factors/remove": _recorded("nothing", FactorRemoved),
    "POST /account/factors/codes": _recorded("recovery codes", RecoveryCodesMade),
    "GET /password": FRAME,
    "POST /password": _recorded("a session", LinkUsed, PasswordSet, SignedIn, BreakGlassUsed),
    "POST /password/tokens": _unrecorded("a number of tokens", "known to the owner of a link only"),
    "GET /accounts": _recorded("names, addresses and roles of accounts", ReportRead),
    "POST /accounts": _recorded("a one-time link", AccountAdded, LinkMade),
    "POST /accounts/find": _unrecorded("the caller's own words, encrypted", OWN),
    "GET /accounts/{id}": _recorded("an account and its sessions", ReportRead),
    "POST /accounts/{id}/role": _recorded("nothing", RoleSet),
    "POST /accounts/{id}/enabled": _recorded("nothing", AccountDisabled, AccountEnabled),
    "POST /accounts/{id}/sessions": _recorded("nothing", SessionsEnded),
    "POST /accounts/{id}/factors": _recorded("nothing", FactorRemoved),
    "POST /accounts/{id}/link": _recorded("a one-time link", LinkMade),
    "POST /accounts/{id}/identity": _recorded("nothing", LinkAllowed),
    "POST /accounts/{id}/identity/end": _recorded("nothing", IdentityUnlinked),
    "GET /accounts/tokens": _recorded("titles and owners of tokens", ReportRead),
    "POST /accounts/tokens": _recorded("a token", TokenAdded),
    "POST /accounts/tokens/revoke": _recorded("nothing", TokenRevoked),
    "GET /accounts/access": _recorded("who can see what, with references of searches", ReportRead),
    "GET /accounts/access.csv": _recorded("who can see what, with references of searches", ExportRead),
    "GET /searches/{id}/guests": _unrecorded("names, addresses and ends of guests", "adding each of them is recorded"),
    "POST /searches/{id}/guests": _recorded("a one-time link", AccountAdded, GuestAdded, LinkMade),
    "POST /searches/{id}/guests/until": _recorded("nothing", GuestEndSet),
    "POST /searches/{id}/guests/rights": _recorded("nothing", GuestRightsSet),
    "POST /searches/{id}/guests/end": _recorded("nothing", GuestEnded),
    "GET /searches/{id}/reads": _recorded("who read a search", ReadersRead),
    "GET /account/reads": _unrecorded("the caller's reads", OWN),
    "GET /audit/unusual": _recorded("unusual reads", AuditRead),
    "GET /emergency": _unrecorded("a form", "opening a search is recorded"),
    "POST /emergency": _recorded("the id of a members-only search, which can be read for an hour", SearchOpenedInEmergency),
    "GET /retention": _recorded("references of searches whose retention has ended, or that are on hold", ReportRead),
    "GET /retention/{id}": _recorded("a search's end of retention, holds, and numbers of rows", SnapshotRead),
    "POST /retention/{id}/holds": _recorded("nothing", HoldPlaced),
    "POST /retention/{id}/holds/end": _recorded("nothing", HoldEnded),
    "GET /disclosure": _unrecorded("the caller's requests for disclosures, and names of accounts", OWN),
    "POST /disclosure": _recorded("nothing", DisclosureMade),
    "POST /disclosure/remove": _unrecorded("nothing", "it ends a request of the caller"),
    "GET /disclosure/{disclosure}.json": _recorded("everything that is stored about a person", ExportRead),
    "GET /disclosure/{disclosure}.pdf": _recorded("what is stored about a person, on paper", ExportRead),
    "GET /retention/{id}/erasure": _recorded("what an erasure removes, who asked for it and why", SnapshotRead),
    "POST /retention/{id}/erasure": _recorded("nothing", ErasureAsked),
    "POST /retention/{id}/erasure/agree": _recorded("nothing", ErasureAgreed),
    "POST /retention/{id}/erasure/withdraw": _recorded("nothing", ErasureWithdrawn),
    "GET /retention/{id}/parts": _recorded("texts of withdrawn cards, contacts and files, and of notes", SnapshotRead),
    "POST /retention/{id}/parts": _unrecorded("the caller's own words, encrypted", OWN),
    "GET /retention/{id}/parts/{kind}/{entity}": _recorded(
        "what an erasure of a part removes, and who asked for it", SnapshotRead
    ),
    "POST /retention/{id}/parts/{kind}/{entity}": _recorded("nothing", PartErasureAsked),
    "POST /retention/{id}/parts/{kind}/{entity}/agree": _recorded("nothing", PartErasureAgreed),
    "POST /retention/{id}/parts/{kind}/{entity}/withdraw": _recorded("nothing", PartErasureWithdrawn),
    "GET /audit": _recorded("the audit log", AuditRead),
    "GET /api": _unrecorded("the description of the API", PUBLIC),
    "GET /help": _unrecorded("documentation", PUBLIC),
    "GET /help/titles.json": _unrecorded("documentation", PUBLIC),
    "GET /help/{name:path}": _unrecorded("documentation", PUBLIC),
    "GET /.well-known/security.txt": _unrecorded("the security contact", PUBLIC),
    "GET /i18n/{language}.json": _unrecorded("texts of the screens", PUBLIC),
    "GET /static/v-{version}/{name:path}": _unrecorded("scripts and styles", PUBLIC),
    "ANY /static/{name:path}.d.ts": _unrecorded("nothing", "there is no such file"),
    "ANY /static": _unrecorded("scripts and styles", PUBLIC),
    "GET /healthz": _unrecorded("whether the process runs", STATUS),
    "GET /readyz": _unrecorded("whether the process is ready", STATUS),
    "GET /metrics": _unrecorded("figures", STATUS),
    "SOCKET /ws": _recorded("a socket, whose frames are below", RequestRefused),
}

FRAMES = {
    "subscribe": _recorded("a snapshot or the missed events, then each event", SnapshotRead, RequestRefused),
    "unsubscribe": _unrecorded("nothing", "it ends what the subscription began"),
    "command": Outlet("ids and event numbers", (CommandRefused,), EVENT),
    "presence": _unrecorded("nothing", "where a person is, for others who see the same board"),
    "alerts": _unrecorded("the number of unread alerts", "each page asks for it"),
    "alarms": _unrecorded("open alarms", "each page shows them; opening their board is recorded"),
    "ping": _unrecorded("nothing", "it measures the connection"),
}

SENT_FRAMES = {
    "snapshot": _recorded("a board", SnapshotRead),
    "events": _recorded("events of a board that is followed", SnapshotRead),
    "subscribed": _recorded("an event number", SnapshotRead),
    "summary": _recorded("counts of each search, for those who follow all searches", SnapshotRead),
    "unsubscribed": _unrecorded("nothing", "it ends what the subscription began"),
    "ack": _unrecorded("ids and event numbers", EVENT),
    "refused": _recorded("the reason", CommandRefused),
    "error": _recorded("the reason", RequestRefused),
    "hello": _unrecorded("the caller's account", OWN),
    "account": _unrecorded("the caller's account", OWN),
    "display": _unrecorded("settings of the display", OWN),
    "presence": _unrecorded("names of those who look at the same board", "part of a board that is followed"),
    "alerts": _unrecorded("the number of unread alerts", OWN),
    "alarms": _unrecorded("open alarms", "each page shows them; opening their board is recorded"),
    "shift": _unrecorded("who holds the shift", "each page shows it"),
    "clock": _unrecorded("whether times may be wrong", STATUS),
    "heads": _unrecorded("event numbers", STATUS),
    "pong": _unrecorded("nothing", "it measures the connection"),
}


def table() -> str:
    """Return the table for the documentation."""
    frames = {f"GET {page.path}" for page in page_table.frames()}
    outlets = {**CALLS, **{name: outlet for name, outlet in PAGES.items() if name not in frames}}
    outlets |= {f"frame `{name}` of a client": outlet for name, outlet in FRAMES.items()}
    outlets |= {f"frame `{name}` of the server": outlet for name, outlet in SENT_FRAMES.items()}
    rows = [_row(name if name.startswith("frame") else f"`{name}`", outlet) for name, outlet in outlets.items()]
    rows.append(_row("each `frame` of `board/config/page_table.py`", FRAME))
    return "\n".join(["| route or frame | data | recorded as |", "|---|---|---|", *rows])


def _row(name: str, outlet: Outlet) -> str:
    entries = ", ".join(f"`{entry.TYPE}`" for entry in outlet.entries)
    return f"| {name} | {outlet.data} | {'; '.join(part for part in (entries, outlet.reason and _not(outlet)) if part)} |"


def _not(outlet: Outlet) -> str:
    return outlet.reason if outlet.entries else f"– ({outlet.reason})"
