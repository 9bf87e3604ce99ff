"""Answer of a full queue to a browser: one small page that reloads automatically. Its files would wait in the same queue, so it
has none."""

import hashlib
from base64 import b64encode
from typing import Any

from markupsafe import Markup
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from board.errors import Refused
from board.i18n import translate
from board.paths import TEMPLATES
from board.web.pages import templates
from board.web.refusals import RETRY_S, STATUS, with_retry_after

_STYLE = Markup((TEMPLATES / "busy.css").read_text())  # noqa: S704  (our own file)
_DIGEST = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; img-src data:; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def page(refused: Refused, language: str, theme: str, *, again: bool) -> Response:
    """Return the refusal as a page. `again`: the page may repeat the request after its retry time."""
    context: dict[str, Any] = {
        "message": translate(refused.message, language),
        "language": language,
        "theme": theme,
        "style": _STYLE,
    }
    context["retry_s"] = (refused.retry_after_s or RETRY_S) if again else None
    html = templates(language).get_template("busy.html").render(context)
    return with_retry_after(HTMLResponse(html, STATUS[refused.code], {"Content-Security-Policy": _POLICY}), refused)


def line(refused: Refused, language: str) -> Response:
    """Return the refusal as one line of text."""
    return with_retry_after(PlainTextResponse(translate(refused.message, language), STATUS[refused.code]), refused)
