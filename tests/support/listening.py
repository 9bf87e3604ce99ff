"""Closing of servers that tests run in their own loop."""

import asyncio

SETTLED = 3  # turns of the loop: what was accepted becomes a transport in one, and is given to its protocol in another


async def stop_listening(server: asyncio.Server) -> None:
    """Close a server once what it has accepted is a connection. One that is accepted while its server closes is forgotten by
    asyncio of Python 3.11 with its socket open, and the next test is blamed for it."""
    loop = asyncio.get_running_loop()
    for each in server.sockets:
        loop.remove_reader(each.fileno())
    for _ in range(SETTLED):
        await asyncio.sleep(0)
    server.close()
