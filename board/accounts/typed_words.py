"""Words that somebody typed to find something, encrypted in the page's address.

They may be a name, and browser histories and logs store addresses.

The back button, a reload and a bookmark keep the words. Only the account that typed them can read them.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from board.accounts.seal import Seal
from board.engine.identity import Caller
from board.errors import Refused
from board.web.http import parse_form, read_body, service_of
from board.web.same_origin import check_own_page

PARAM = "words"
FIELD = "q"
MAX_WORDS = 200  # characters


async def redirect(request: Request, caller: Caller, path: str | None = None) -> Response:
    """Answer the form of a page: redirect to its address with the encrypted words and the other fields.

    `path`: path of the page, if the form is sent to another one. Raises Refused `forbidden` if the caller is a token, or the form
    comes from another site.
    """
    if not caller.is_own_session:
        raise Refused("forbidden")
    check_own_page(request)
    fields = {name: texts[0] for name, texts in parse_form(await read_body(request)).items()}
    query = urlencode(address_params(request, caller, fields))
    return RedirectResponse(f"{path or request.url.path}?{query}".rstrip("?"), status_code=303)


def address_params(request: Request, caller: Caller, fields: dict[str, str]) -> dict[str, str]:
    """Return the parameters of an address: the non-empty fields, with the words encrypted."""
    words = fields.get(FIELD, "").strip()[:MAX_WORDS]
    others = {name: text for name, text in fields.items() if text and name not in (FIELD, PARAM)}
    return ({PARAM: _seal(request, caller).close(words)} if words else {}) | others


def read(request: Request, caller: Caller) -> str:
    """Return the words in the address, also if they are unencrypted, as in old ones; empty if another account typed them."""
    sealed = request.query_params.get(PARAM)
    if sealed is None:
        return request.query_params.get(FIELD, "")
    return _seal(request, caller).open(sealed) or ""


def _seal(request: Request, caller: Caller) -> Seal:
    return Seal(service_of(request).settings.secret(), f"words {caller.account.id}")
