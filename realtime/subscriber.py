"""Subscriber: the interface of a connection that the hub and its parts need, so that none of them depends on sockets."""

from typing import Any, Protocol

from realtime.outbox import EventBatch, Outbox
from realtime.source import Viewer


class Subscriber(Protocol[Viewer]):
    """A connection that follows channels, or a test's stand-in for one.

    `viewer` is what the source decides rights by; `account` is what others see of the person; `display` holds the settings of a
    wall display (None for a person); `followed` are the names of its channels.
    """

    viewer: Viewer
    account: dict[str, str]
    display: dict[str, Any] | None
    wants_alerts: bool
    followed: set[str]
    outbox: Outbox

    def send(self, frame: bytes, channel: str | None = None) -> None:
        """Queue a frame. Never waits."""

    def enqueue(self, item: bytes | EventBatch, channel: str | None) -> None:
        """Queue a frame, or a batch of events that is rendered when it is written."""

    def update_viewer(self, viewer: Viewer, account: dict[str, str], display: dict[str, Any] | None = None) -> None:
        """Replace the viewer, the account and the display settings."""

    def close(self, code: int) -> None:
        """Close soon, with a close code of the protocol."""
