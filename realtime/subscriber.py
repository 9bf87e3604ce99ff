"""Subscriber: what the hub and its parts need of whoever follows channels, so that none of them has to know sockets."""

from typing import Any, Protocol

from realtime.outbox import EventBatch, Outbox


class Subscriber(Protocol):
    """Somebody who follows channels: a connection, or what a test puts in its place.

    `reader` is what the source judges rights by; `account` is what others see of the person; `display` is what a screen
    shows at which there is no person; `followed` are the names of its channels.
    """

    viewer: Any
    account: dict[str, str]
    display: dict[str, Any] | None
    wants_alerts: bool
    followed: set[str]
    outbox: Outbox

    def send(self, frame: bytes, channel: str | None = None) -> None:
        """Queue a frame. Never waits."""

    def enqueue(self, item: bytes | EventBatch, channel: str | None) -> None:
        """Queue a frame, or a delivery that becomes one when it is written."""

    def update_viewer(self, viewer: Any, account: dict[str, str], display: dict[str, Any] | None = None) -> None:
        """Set the reader as it is now."""

    def close(self, code: int) -> None:
        """Close soon, with a code of the protocol."""
