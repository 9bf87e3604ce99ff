"""Fan-out as tutorials do it: a task and a Redis subscription for each socket. `task_per_socket.py PORT REDIS_URL`."""

import asyncio
import sys

import uvicorn
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

redis = Redis.from_url(sys.argv[2], max_connections=100_000)


async def follow(socket: WebSocket) -> None:
    await socket.accept()
    channel = redis.pubsub()
    await channel.subscribe("board")

    async def forward() -> None:
        async for message in channel.listen():
            if message["type"] == "message":
                await socket.send_text(message["data"].decode())

    forwarding = asyncio.create_task(forward())
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        forwarding.cancel()


async def publish(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            await redis.publish("board", await socket.receive_text())
    except WebSocketDisconnect:
        pass


if __name__ == "__main__":
    print("listening", flush=True)
    app = Starlette(routes=[WebSocketRoute("/pub", publish), WebSocketRoute("/ws", follow)])
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", ws="websockets-sansio", ws_per_message_deflate=False
    )
