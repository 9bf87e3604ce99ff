"""Find texts in the memory of a server, and in Redis."""

from collections import deque
from collections.abc import Iterator
from typing import Any

from redis.asyncio import Redis

PACKAGES = ("board.", "realtime.", "models.")
CONTAINERS = (dict, list, tuple, set, frozenset, deque)


def in_memory(root: Any, markers: list[str]) -> list[str]:
    """Return the paths to markers in objects reachable from `root`, through classes of the program and plain containers."""
    found, seen, queue = [], {id(root)}, deque([(type(root).__name__, root)])
    while queue:
        path, value = queue.popleft()
        if isinstance(value, (str, bytes, bytearray)):
            if any(marker.encode() in (value.encode() if isinstance(value, str) else bytes(value)) for marker in markers):
                found.append(path)
            continue
        for name, part in _parts(value):
            if isinstance(part, (str, bytes, bytearray)) or id(part) not in seen:
                seen.add(id(part))
                queue.append((f"{path}.{name}", part))
    return sorted(found)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the objects that an object refers to, except modules, functions and objects of libraries."""
    if isinstance(value, dict):
        yield from (("*", part) for pair in list(value.items()) for part in pair)
    elif isinstance(value, CONTAINERS):
        yield from (("*", part) for part in list(value))
    if type(value).__module__.startswith(PACKAGES):
        slots = (name for base in type(value).__mro__ for name in getattr(base, "__slots__", ()))
        names = [*getattr(value, "__dict__", {}), *slots]
        yield from ((name, getattr(value, name)) for name in names if hasattr(value, name))
    elif hasattr(value, "result") and hasattr(value, "done") and value.done() and not value.cancelled() and not value.exception():
        yield "result", value.result()  # a task or future


async def in_redis(url: str, markers: list[str]) -> list[str]:
    """Return the keys that contain a marker, in their name or value."""
    found = []
    async with Redis.from_url(url) as redis:
        async for key in redis.scan_iter():
            content = key + repr(await _value_of(redis, key)).encode()
            if any(marker.encode() in content for marker in markers):
                found.append(key.decode())
    return found


async def _value_of(redis: Any, key: bytes) -> Any:
    kind = (await redis.type(key)).decode()
    if kind == "string":
        return await redis.get(key)
    if kind == "hash":
        return await redis.hgetall(key)
    if kind == "list":
        return await redis.lrange(key, 0, -1)
    if kind == "set":
        return await redis.smembers(key)
    if kind == "zset":
        return await redis.zrange(key, 0, -1)
    assert kind in ("none", "stream"), kind
    return await redis.xrange(key) if kind == "stream" else None
