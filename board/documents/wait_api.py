"""HTTP API of the wait for documents. Pages use it to explain why a document takes long."""

from starlette.requests import Request
from typing_extensions import TypedDict

from board.i18n import N_
from board.web.endpoint import Call
from board.web.http import Reply, json_response, require_caller, service_of
from realtime.wire.wire_types import Count

DocumentWait = TypedDict("DocumentWait", {"waiting": bool, "wait_s": Count})


@Call(
    "GET", "/documents/wait",
    N_("Whether a document of yours waits for its turn, and how long one that you ask for now would wait."),
)  # fmt: skip
async def document_wait(request: Request) -> Reply[DocumentWait]:
    """Return the wait of the caller's documents at this process, in whole seconds.

    *0.4.0*

    `waiting`: whether a paper of the account waits for its turn at this process.
    `wait_s`: estimated seconds until a paper that is requested now would start.
    """
    account, papers = (await require_caller(request)).account.id, service_of(request).queues.papers
    return json_response({"waiting": papers.is_waiting(account), "wait_s": round(papers.wait_s(account))})
