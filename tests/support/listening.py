"""Closing of servers that tests run in their own loop."""

import asyncio

SETTLED = 3  # turns of the loop: an accepted connection becomes a transport in one, and gets its protocol in another


async def stop_listening(server: asyncio.Server) -> None:
    """Close a server after its accepted sockets have become connections. Python 3.11 leaks a socket that is accepted
    while its server closes, and the next test would fail for it."""
    loop = asyncio.get_running_loop()
    for each in server.sockets:
        loop.remove_reader(each.fileno())
    for _ in range(SETTLED):
        await asyncio.sleep(0)
    server.close()
