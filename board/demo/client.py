"""WebSocket client of a simulated user, written by board/contract.md alone like any outside program.

It reconnects after a lost connection or a restart, resumes from its position, and sends unanswered commands again with the same
id.
"""

import asyncio
import contextlib
import json
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

MIN_PAUSE_S, MAX_PAUSE_S = 0.5, 15.0  # pause before reconnecting: first and longest
CLOSING_S = 1.0
RETRIED_REFUSALS = ("unavailable", "rate_limited")  # refusals after which a command is sent again
RETRY_PAUSE_S = 1.0
FINAL_CLOSE_CODES = range(4500, 5000)  # close codes after which a client must not reconnect
Frame = dict[str, Any]


@dataclass(slots=True)
class FollowedBoard:
    """Board that is followed. `live` is set while its state and its presence are here."""

    board: str
    epoch: str | None = None
    seq: int = 0
    entities: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    people: list[dict[str, Any]] | None = None
    summaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    presence: Frame | None = None  # the last presence frame sent
    is_forbidden: bool = False  # access was refused or has ended
    subscribed: bool = False
    live: asyncio.Event = field(default_factory=asyncio.Event)
    _parts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def subscription(self) -> Frame:
        """Return the frame that subscribes, from the current position."""
        position = {"epoch": self.epoch, "after": self.seq} if self.epoch is not None else {}
        return {"type": "subscribe", "board": self.board, **position}

    def apply(self, frame: Frame) -> None:
        match frame["type"]:
            case "snapshot":
                self._parts |= {(each["kind"], each["id"]): each["state"] for each in frame["entities"]}
                if not frame.get("more"):
                    self.entities, self._parts = self._parts, {}
                    self.epoch, self.seq = frame["epoch"], frame["seq"]
            case "events":
                for event in frame["events"]:
                    self._apply(event)
            case "subscribed":
                self.subscribed, self.seq = True, frame["seq"]
            case "presence":
                self.people = frame["people"]
            case "summary":
                self.summaries |= frame["searches"]
            case "unsubscribed":
                # The reply to an earlier unsubscribe may arrive after following again
                self.is_forbidden = self.is_forbidden or frame["reason"] == "forbidden"
            case "error":
                self.is_forbidden = self.is_forbidden or not self.subscribed
        if self.is_forbidden or (self.subscribed and self.people is not None):
            self.live.set()

    def _apply(self, event: Frame) -> None:
        self.seq = event["seq"]
        if "state" not in event:  # hidden or erased
            return
        if event["state"] is None:
            self.entities.pop((event["kind"], event["id"]), None)
        else:
            self.entities[event["kind"], event["id"]] = event["state"]

    def on_disconnect(self) -> None:
        self.subscribed, self.people, self._parts = False, None, {}
        self.live.clear()


@dataclass(slots=True)
class PendingCommand:
    """Command that waits for its answer."""

    frame: Frame
    answer: "asyncio.Future[Frame]"


class BoardClient:
    """Connection of one account to the board. `refused` counts the refused commands by code."""

    def __init__(self, url: str, token: str, random: Random) -> None:
        self._url = url.replace("http", "ws", 1) + "/ws"
        self._token, self._random = token, random
        self._socket: ClientConnection | None = None
        self._boards: dict[str, FollowedBoard] = {}
        self._pending: dict[str, PendingCommand] = {}
        self._got_hello = False
        self.refused: Counter[str] = Counter()

    # -- sending -----------------------------------------------------------------------------------------------------

    async def follow(self, board: str) -> FollowedBoard:
        """Subscribe, and return the board when it is live; `is_forbidden` if access is refused."""
        followed = self._boards[board] = FollowedBoard(board)
        await self._send(followed.subscription())
        await followed.live.wait()
        return followed

    async def leave(self, board: str) -> None:
        if (followed := self._boards.pop(board, None)) is not None and not followed.is_forbidden:
            await self._send({"type": "unsubscribe", "board": board})

    async def set_presence(self, board: str, card: str | None = None, editing: bool = False) -> None:
        """Send our position to the others on the board."""
        if (followed := self._boards.get(board)) is not None and not followed.is_forbidden:
            followed.presence = {"type": "presence", "board": board, "card": card, "editing": editing}
            await self._send(followed.presence)

    async def execute(self, board: str, name: str, data: Mapping[str, Any], base: int, epoch: str | None) -> bool:
        """Send a command until it is answered, and return whether it was accepted."""
        id = uuid.uuid4().hex
        frame: Frame = {"type": "command", "id": id, "board": board, "name": name, "data": data, "base": base}
        frame |= {"epoch": epoch} if epoch else {}
        while True:
            pending = self._pending[id] = PendingCommand(frame, asyncio.get_running_loop().create_future())
            await self._send(frame)
            answer = await pending.answer
            if answer["type"] == "ack":
                return True
            if answer["code"] not in RETRIED_REFUSALS:
                self.refused[answer["code"]] += 1
                return False
            await asyncio.sleep(RETRY_PAUSE_S)

    async def _send(self, frame: Frame) -> None:
        """Send a frame. Drop it while disconnected: everything needed is sent again after the next hello."""
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    # -- receiving ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep a connection open until the server refuses this account."""
        pause = MIN_PAUSE_S
        while True:
            self._got_hello = False
            try:
                if await self._run_connection() in FINAL_CLOSE_CODES:
                    return
            except InvalidStatus as refused:
                if refused.response.status_code in (401, 403):
                    return
            except (OSError, WebSocketException):  # the server may come back; its operator sees if it does not
                pass
            finally:
                self._socket = None
                for followed in self._boards.values():
                    followed.on_disconnect()
            pause = MIN_PAUSE_S if self._got_hello else min(2 * pause, MAX_PAUSE_S)
            await asyncio.sleep(pause * self._random.uniform(0.5, 1.5))  # jitter, so that not all clients reconnect at once

    async def _run_connection(self) -> int | None:
        """Run one connection to its end, and return the close code."""
        headers = {"Authorization": f"Bearer {self._token}"}
        connection = connect(
            self._url, additional_headers=headers, proxy=None, compression=None, max_size=None, close_timeout=CLOSING_S
        )
        async with connection as socket:
            with contextlib.suppress(ConnectionClosed):
                async for text in socket:
                    await self._dispatch(socket, json.loads(text))
            return socket.close_code

    async def _dispatch(self, socket: ClientConnection, frame: Frame) -> None:
        if frame["type"] == "hello":
            self._got_hello, self._socket = True, socket
            await self._resume()
        elif frame["type"] in ("ack", "refused"):
            if (pending := self._pending.pop(frame["id"], None)) is not None:  # a command that was sent twice is answered twice
                pending.answer.set_result(frame)
        elif (followed := self._boards.get(frame.get("board", ""))) is not None:
            followed.apply(frame)

    async def _resume(self) -> None:
        """Subscribe to the boards from their positions, and send presence and unanswered commands, after each hello."""
        for followed in list(self._boards.values()):
            await self._send(followed.subscription())
            if followed.presence is not None:
                await self._send(followed.presence)
        for pending in list(self._pending.values()):
            await self._send(pending.frame)
