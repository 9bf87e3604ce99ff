"""Addresses of a host, found without blocking the program: a name server that hangs holds only a daemon thread."""

import asyncio
import socket
import threading

MAX_WAITING = 32  # look-ups at once; each may hang for as long as the resolver of the system does
_waiting = threading.BoundedSemaphore(MAX_WAITING)


async def addresses_of(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, in the order in which to try them. Raises OSError if there are none, or too many
    look-ups hang.

    Not the loop's `getaddrinfo`: that one takes threads which other parts of the program need, and which its end waits for.
    """
    if not _waiting.acquire(blocking=False):
        raise OSError("too many look-ups")
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def look_up() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            result: list[str] | OSError = list(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError) as error:
            result = OSError(str(type(error).__name__))
        finally:
            _waiting.release()
        try:
            loop.call_soon_threadsafe(_tell, found, result)
        except RuntimeError:  # the program has ended meanwhile
            return

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return await found


def _tell(found: "asyncio.Future[list[str]]", result: list[str] | OSError) -> None:
    if found.done():  # nobody waits any more
        return
    if isinstance(result, OSError):
        found.set_exception(result)
    else:
        found.set_result(result)
