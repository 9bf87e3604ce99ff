"""Subscriber: the interface of a connection for the hub and its parts, so that they do not depend on sockets."""

from typing import Any, Protocol

from realtime.delivery.send_queue import SendQueue
from realtime.source import Viewer
from realtime.wire.text_frames import TextFrames


class Subscriber(Protocol[Viewer]):
    """Connection that follows channels, or a test's replacement for it.

    `viewer`: decides rights in the source. `account`: the account as others see it. `display`: settings of a wall display (None
    for a person). `followed`: names of its channels. `lagging`: channels that are behind because the client does not read fast
    enough. `asked_for`: requested subjects.
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
        """Return whether `write_now` would write, because no frames wait and the client has read enough."""

    def send(self, frame: bytes, channel: str | None = None) -> None:
        """Write a frame, or queue it if the client has not read enough. Never waits."""

    def send_all(self, frames: list[bytes], channel: str) -> None:
        """Write frames of a channel, like `send`, but together as far as possible."""

    def write_now(self, frames: TextFrames) -> bool:
        """Write frames; return False, without writing, if others wait before them or the client has not read enough."""

    def lag(self, channel: str) -> None:
        """Record that events of a channel wait in its ring, for a call of `Delivery.send_missed` when the client has read
        enough."""

    def update_viewer(self, viewer: Viewer, account: dict[str, str], display: dict[str, Any] | None = None) -> None:
        """Replace the viewer, the account and the display settings."""

    def close(self, code: int) -> None:
        """Close soon, with a close code of the protocol."""
