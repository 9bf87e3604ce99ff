"""Subscriber: the interface of a connection that the hub and its parts need, so that none of them depends on sockets."""

from typing import Any, Protocol

from realtime.delivery.send_queue import SendQueue
from realtime.source import Viewer
from realtime.wire.text_frames import TextFrames


class Subscriber(Protocol[Viewer]):
    """A connection that follows channels, or a test's stand-in for one.

    `viewer` is what the source decides rights by; `account` is what others see of the person; `display` holds the settings of a
    wall display (None for a person); `followed` are the names of its channels. `lagging` are its subscriptions, by channel, that
    are behind because the client does not read fast enough; `asked_for` is what the client has asked to be sent.
    """

    viewer: Viewer
    account: dict[str, str]
    display: dict[str, Any] | None
    asked_for: set[str]
    followed: set[str]
    send_queue: SendQueue
    lagging: dict[str, None]

    @property
    def has_room(self) -> bool:
        """Return whether `write_now` would write: no frames wait, and the client has read enough."""

    def send(self, frame: bytes, channel: str | None = None) -> None:
        """Write a frame, or put it into the send queue if the client has not read enough. Never waits."""

    def send_all(self, frames: list[bytes], channel: str) -> None:
        """Write frames of a channel, as `send` does each, at once as far as possible."""

    def write_now(self, frames: TextFrames) -> bool:
        """Write frames of events, unless others wait before them or the client has not read enough: then return false."""

    def lag(self, channel: str) -> None:
        """Note that events of a channel wait in its ring: `Delivery.send_missed` is called when the client has read enough."""

    def update_viewer(self, viewer: Viewer, account: dict[str, str], display: dict[str, Any] | None = None) -> None:
        """Replace the viewer, the account and the display settings."""

    def close(self, code: int) -> None:
        """Close soon, with a close code of the protocol."""
