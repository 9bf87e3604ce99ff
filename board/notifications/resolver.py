"""Addresses of a host, looked up without blocking the program: a hanging name server blocks only a daemon thread."""

import asyncio
import socket
import threading

MAX_WAITING = 32  # parallel look-ups; each may hang for as long as the system's resolver
_waiting = threading.BoundedSemaphore(MAX_WAITING)


async def addresses_of(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, in the order in which to try them.

    Raises OSError if there are none, or if too many look-ups hang. Does not use the loop's `getaddrinfo`, which occupies threads
    that other parts of the program need, and delays its exit.
    """
    if not _waiting.acquire(blocking=False):
        raise OSError("too many look-ups")
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[str]] = loop.create_future()

    def look_up() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            result: list[str] | OSError = list(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError) as error:
            result = OSError(str(type(error).__name__))
        finally:
            _waiting.release()
        try:
            loop.call_soon_threadsafe(_tell, future, result)
        except RuntimeError:  # the event loop has closed in the meantime
            return

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return await future


def _tell(future: "asyncio.Future[list[str]]", result: list[str] | OSError) -> None:
    if future.done():  # nobody waits for it
        return
    if isinstance(result, OSError):
        future.set_exception(result)
    else:
        future.set_result(result)
