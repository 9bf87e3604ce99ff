"""Pages of `/help`: the documentation, without sign-in. It contains no secrets."""

import asyncio
import mimetypes
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from board.errors import MESSAGES
from board.help import documents, find
from board.help.security_txt import security_txt
from board.i18n import translate
from board.web.auth import signed_in
from board.web.language import language_for
from board.web.pages import error_page, page


async def show(request: Request) -> Response:
    """Serve a document in the reader's language if available, a downloadable file, or a picture, by its name; otherwise 404.

    With `?q=` the start page lists the sections with these words.
    """
    name = request.path_params.get("name", documents.INDEX)
    caller = await signed_in(request)
    lang = language_for(request, caller)
    document = (await asyncio.to_thread(documents.documents, lang)).get(name)
    if document is not None:
        before, after = documents.neighbours(document, lang)
        context: dict[str, Any] = {"document": document, "before": before, "after": after, "audiences": _contents(lang)}
        return page(request, "help.html", caller, **context, **await _search_results(request, document, lang))
    attachment = documents.attachments().get(name)
    if attachment is not None:
        kind = mimetypes.guess_type(attachment.name)[0]
        return Response(attachment.read_bytes(), media_type=kind or "text/plain", headers={"Content-Disposition": "attachment"})
    picture = documents.pictures().get(name)
    if picture is not None:
        return Response(picture.read_bytes(), media_type="image/png")
    return error_page(request, 404, MESSAGES["not_found"], caller)


async def _search_results(request: Request, document: documents.Document, language: str) -> dict[str, Any]:
    """Return the query on the start page, with its results by audience."""
    query = request.query_params.get("q", "").strip()[: find.MAX_QUERY] if document.name == documents.INDEX else ""
    results = await asyncio.to_thread(find.find, query, language)
    translated = [(translate(documents.AUDIENCES[audience], language), listed) for audience, listed in results.items()]
    return {"query": query, "results": translated, "limit": find.MAX_RESULTS}


def _contents(language: str) -> list[tuple[str, list[tuple[str, tuple[documents.Document, ...]]]]]:
    """Return the documents by audience and part, with headings in a language."""
    audiences: dict[str, list[tuple[str, tuple[documents.Document, ...]]]] = {}
    for part in documents.contents(language):
        title = translate(documents.PARTS[part.title], language)
        audiences.setdefault(translate(documents.AUDIENCES[part.audience], language), []).append((title, part.documents))
    return list(audiences.items())


async def titles(request: Request) -> Response:
    """Return titles and headings, for the palette."""
    reads = language_for(request, await signed_in(request))
    return JSONResponse({"titles": await asyncio.to_thread(documents.titles, reads)})


routes = [
    Route(documents.BASE, show),
    Route(f"{documents.BASE}/titles.json", titles),
    Route(f"{documents.BASE}/{{name:path}}", show),
    Route("/.well-known/security.txt", security_txt),
]
