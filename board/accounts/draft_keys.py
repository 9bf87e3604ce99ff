"""Keys with which browsers encrypt unsent text.

A key belongs to the account: it is the same in every browser and after a change of password. A disabled account gets none.
"""

import base64
import secrets

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine.identity import Caller, require_active
from board.errors import Refused
from board.i18n import N_
from board.web.endpoint import Call
from board.web.http import Reply, json_response, require_caller, service_of
from models.accounts import DraftKey
from models.times import format_utc, now
from realtime.wire.wire_types import Id

BYTES = 32  # AES-256
_ADD = insert(DraftKey).on_conflict_do_nothing()


AccountDraftKey = TypedDict("AccountDraftKey", {"account": Id, "key": str})


@Call("GET", "/me/draft-key", N_("Returns the key with which a browser encrypts text that you have not sent. For sessions only."))
async def draft_key(request: Request) -> Reply[AccountDraftKey]:
    """Return the key that encrypts the caller's drafts, for sessions only.

    It belongs to the account, and a change of password keeps it; see *Drafts in the browser*. A locked session does not get it.

    `key`: 32 bytes in base64.
    """
    caller = await require_caller(request)
    if caller.session is None:
        raise Refused("forbidden", N_("A token has no drafts."))
    caller.require_unlocked()
    database = service_of(request).database
    key = await database.read(lambda session: find(session, caller))
    if key is None:
        key = await database.write(lambda session: create(session, caller))
    return json_response({"account": caller.account.id, "key": key})


def find(session: Session, caller: Caller) -> str | None:
    """Return the key of the caller's account, None if it has none yet. Raises Refused `unauthenticated`."""
    account = require_active(session, caller)
    row = session.get(DraftKey, account.id)
    return row.key if row is not None else None


def create(session: Session, caller: Caller) -> str:
    """Return the key of the caller's account; create it if needed. Of two concurrent calls, the first creates it."""
    account = require_active(session, caller)
    key = base64.b64encode(secrets.token_bytes(BYTES)).decode()
    session.connection().execute(_ADD, {"account": account.id, "key": key, "created_at": format_utc(now())})
    return session.get_one(DraftKey, account.id).key
