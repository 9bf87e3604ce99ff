"""The line of a colleague of `demo --live` to the board: what an outside program does, by board/contract.md alone.

It comes back after a cut or a restart, goes on from where it was, and sends again what was not answered, by the same id.
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

FIRST_S, LONGEST_S = 0.5, 15.0  # before a line that was lost is tried again
CLOSING_S = 1.0
SAME_AGAIN = ("unavailable", "rate_limited")  # refusals after which the same is sent again
AGAIN_S = 1.0
DONT_COME_BACK = range(4500, 5000)  # close codes
Frame = dict[str, Any]


@dataclass(slots=True)
class FollowedBoard:
    """A board that is followed. `live` is set while all is here: its state, and who is there."""

    board: str
    epoch: str | None = None
    seq: int = 0
    entities: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    people: list[dict[str, Any]] | None = None
    summaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    place: Frame | None = None  # where we said that we are
    gone: bool = False  # it may not be seen, or not any more
    subscribed: bool = False
    live: asyncio.Event = field(default_factory=asyncio.Event)
    _parts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def subscription(self) -> Frame:
        """What asks for it, from where we are."""
        position = {"epoch": self.epoch, "after": self.seq} if self.epoch is not None else {}
        return {"type": "subscribe", "board": self.board, **position}

    def take(self, frame: Frame) -> None:
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
                self.gone = self.gone or frame["reason"] == "forbidden"  # (what we asked for may be said after we came back)
            case "error":
                self.gone = self.gone or not self.subscribed
        if self.gone or (self.subscribed and self.people is not None):
            self.live.set()

    def _apply(self, event: Frame) -> None:
        self.seq = event["seq"]
        if "state" not in event:  # hidden, or erased
            return
        if event["state"] is None:
            self.entities.pop((event["kind"], event["id"]), None)
        else:
            self.entities[event["kind"], event["id"]] = event["state"]

    def lost(self) -> None:
        self.subscribed, self.people, self._parts = False, None, {}
        self.live.clear()


@dataclass(slots=True)
class PendingCommand:
    """A command that waits for its answer."""

    frame: Frame
    answer: "asyncio.Future[Frame]"


class BoardClient:
    """`refused` counts the commands that were not accepted, by code."""

    def __init__(self, url: str, token: str, random: Random) -> None:
        self._url = url.replace("http", "ws", 1) + "/ws"
        self._token, self._random = token, random
        self._socket: ClientConnection | None = None
        self._views: dict[str, FollowedBoard] = {}
        self._asked: dict[str, PendingCommand] = {}
        self._greeted = False
        self.refused: Counter[str] = Counter()

    # -- what one says ------------------------------------------------------------------------------------------------

    async def follow(self, board: str) -> FollowedBoard:
        """The board, as it is now; `gone` if it may not be seen."""
        view = self._views[board] = FollowedBoard(board)
        await self._say(view.subscription())
        await view.live.wait()
        return view

    async def leave(self, board: str) -> None:
        if (view := self._views.pop(board, None)) is not None and not view.gone:
            await self._say({"type": "unsubscribe", "board": board})

    async def stand(self, board: str, card: str | None = None, editing: bool = False) -> None:
        """Says where we are, to those who are there."""
        if (view := self._views.get(board)) is not None and not view.gone:
            view.place = {"type": "presence", "board": board, "card": card, "editing": editing}
            await self._say(view.place)

    async def do(self, board: str, name: str, data: Mapping[str, Any], base: int, epoch: str | None) -> bool:
        """A command; whether it was accepted."""
        id = uuid.uuid4().hex
        frame: Frame = {"type": "command", "id": id, "board": board, "name": name, "data": data, "base": base}
        frame |= {"epoch": epoch} if epoch else {}
        while True:
            asked = self._asked[id] = PendingCommand(frame, asyncio.get_running_loop().create_future())
            await self._say(frame)
            answer = await asked.answer
            if answer["type"] == "ack":
                return True
            if answer["code"] not in SAME_AGAIN:
                self.refused[answer["code"]] += 1
                return False
            await asyncio.sleep(AGAIN_S)

    async def _say(self, frame: Frame) -> None:
        """Nothing while there is no line: what matters is said when it is back."""
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    # -- the socket ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Holds the line, until the server says that this account shall not come back."""
        wait = FIRST_S
        while True:
            self._greeted = False
            try:
                if await self._once() in DONT_COME_BACK:
                    return
            except InvalidStatus as refused:
                if refused.response.status_code in (401, 403):
                    return
            except (OSError, WebSocketException):  # it comes back; who serves the demo sees that it does not, or ends it
                pass
            finally:
                self._socket = None
                for view in self._views.values():
                    view.lost()
            wait = FIRST_S if self._greeted else min(2 * wait, LONGEST_S)
            await asyncio.sleep(wait * self._random.uniform(0.5, 1.5))  # not all in one moment

    async def _once(self) -> int | None:
        """One socket, to its end; its close code."""
        headers = {"Authorization": f"Bearer {self._token}"}
        opening = connect(
            self._url, additional_headers=headers, proxy=None, compression=None, max_size=None, close_timeout=CLOSING_S
        )
        async with opening as socket:
            with contextlib.suppress(ConnectionClosed):
                async for text in socket:
                    await self._take(socket, json.loads(text))
            return socket.close_code

    async def _take(self, socket: ClientConnection, frame: Frame) -> None:
        if frame["type"] == "hello":
            self._greeted, self._socket = True, socket
            await self._go_on()
        elif frame["type"] in ("ack", "refused"):
            if (asked := self._asked.pop(frame["id"], None)) is not None:  # the answer to what was sent twice comes twice
                asked.answer.set_result(frame)
        elif (view := self._views.get(frame.get("board", ""))) is not None:
            view.take(frame)

    async def _go_on(self) -> None:
        """After each hello: the boards from where they were, where we are, and what was not answered."""
        for view in list(self._views.values()):
            await self._say(view.subscription())
            if view.place is not None:
                await self._say(view.place)
        for asked in list(self._asked.values()):
            await self._say(asked.frame)
