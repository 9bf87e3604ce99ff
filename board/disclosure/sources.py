"""Declaration of all tables for disclosures: subjects of their rows, how the rows about a person are found, and withheld columns.

A test compares it with the tables of the database, so that no new table is forgotten.
"""

from dataclasses import dataclass

from board.i18n import N_

GROUPS = {
    "search": N_("Facts of the search"), "cards": N_("Cards, notes and places"), "reports": N_("Reports and tips"),
    "contacts": N_("Contacts and sources"), "files": N_("Photos and files, in all sizes"),
    "materials": N_("Printed material, and who received it"), "alarms": N_("Alarms and alerts"),
    "handovers": N_("Sections of handovers"), "duties": N_("Duties, planned and begun"), "reads": N_("Reads"),
    "account": N_("Account and sign-ins"),
    "history": N_("History"), "audit": N_("Audit log"),
}  # fmt: skip
# Columns that no disclosure contains: secrets, digests that mean nothing to people, and the index of words.
SECRETS = frozenset({
    "password", "digest", "key", "secret", "credential", "counter", "provider_token", "commitment", "hash", "head", "seal",
    "network", "folded", "object", "sid", "subject", "batch", "position", "epoch", "share_token",
})  # fmt: skip
SOURCE = ("source_name", "source_contact")


@dataclass(frozen=True, slots=True)
class Source:
    """Table whose rows are disclosed.

    - `group`: heading above its rows, a key of GROUPS.
    - `boards`: columns with the id or number of a search that a row is about.
    - `owner`: column with the account to which a row belongs; empty if it belongs to none.
    - `identity`: columns that name a person who called or is called. A row that matches there belongs to that person.
    - `sealed`: columns that name a source. Only the source's own disclosure contains them.
    """

    group: str
    boards: tuple[str, ...] = ("board",)
    owner: str = ""
    identity: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()


_OWN = ()
SOURCES: dict[str, Source] = {  # contacts are first: notes of calls are found by their contact
    "contacts": Source("contacts", identity=("name", "phones", "email", "note", "earlier")),
    "earliersource": Source("contacts", identity=SOURCE, sealed=SOURCE),
    "search": Source("search"),
    "search_facts": Source("search"),
    "retention_holds": Source("search", owner="account"),
    "erasures": Source("search", owner="asked_by"),
    "board": Source("search", ("id",)),
    "column": Source("cards"),
    "sighting": Source("cards", identity=SOURCE, sealed=SOURCE),
    "task": Source("cards"),
    "note": Source("cards"),
    "places": Source("cards"),
    "missingreport": Source("reports", ("placed_on",), identity=SOURCE, sealed=SOURCE),
    "tip": Source("reports", ("placed_on",), identity=SOURCE, sealed=SOURCE),
    "file": Source("files"),
    "upload": Source("files", owner="account"),
    "material": Source("materials"),
    "distribution": Source("materials"),
    "alarm": Source("alarms"),
    "alert": Source("alarms", owner="account"),
    "alert_read": Source("alarms", owner="account"),
    "notification": Source("alarms", owner="account"),
    "wakes": Source("alarms", ("board", "search")),
    "briefing": Source("handovers"),
    "search_handovers": Source("handovers"),
    "handover": Source("handovers"),
    "shift": Source("duties", owner="holder"),
    "duties": Source("duties", owner="account"),
    "planned_duties": Source("duties", owner="account"),
    "reads": Source("reads", owner="account"),
    "read_positions": Source("reads", owner="account"),
    "emergency_openings": Source("reads", owner="account"),
    "disclosures": Source("reads", owner="account", identity=("name", "reach")),
    "visibility_changes": Source("reads", ("board", "search"), owner="account"),
    "board_share": Source("account", owner="account"),
    "account": Source("account", _OWN, owner="id"),
    "account_uses": Source("account", _OWN, owner="account"),
    "alert_choice": Source("account", _OWN, owner="account"),
    "draft_key": Source("account", _OWN, owner="account"),
    "factor_graces": Source("account", _OWN, owner="account"),
    "identities": Source("account", _OWN, owner="account"),
    "link": Source("account", _OWN, owner="account"),
    "link_permissions": Source("account", _OWN, owner="account"),
    "login_networks": Source("account", _OWN, owner="account"),
    "pending_sign_ins": Source("account", _OWN, owner="account"),
    "recovery_codes": Source("account", _OWN, owner="account"),
    "second_factors": Source("account", _OWN, owner="account"),
    "security_alert": Source("account", _OWN, owner="account"),
    "session": Source("account", _OWN, owner="account"),
    "token": Source("account", _OWN, owner="account"),
    "display": Source("account", _OWN, owner="paired_by"),
}
APART = "event"  # the journal, which is read event by event
UNDISCLOSED = {  # reason why no row is about a person, by table
    "clockfault": "differences between clocks of machines",
    "due_wakes": "a queue of ids, without a text",
    "file_usages": "sizes of stored files",
    "pairing": "codes of screens that wait to be paired",
    "processed_commands": "digests of ids of commands",
    "rights": "a counter",
    "upkeep": "times of maintenance",
    "upload_part": "sizes of the parts of an upload, which is disclosed itself",
    "used_assertions": "digests",
    "used_challenges": "digests",
    "verified": "checksums of the journal",
}
