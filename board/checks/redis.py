"""Redis: whether it answers, and lets this user do what processes tell each other by."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from redis.retry import Retry

from board.checks.finding import State
from board.settings import Settings
from realtime.redis_bus import OLDEST

WITHIN_S = 5.0
NAME = "board:check"  # of a channel that nobody follows, and of a key that is gone after a second


def look(settings: Settings) -> tuple[State, str]:
    if settings.redis_url is None:
        return State.SKIPPED, "REDIS_URL is not set: one process serves alone."
    asked = Redis.from_url(
        settings.redis_url, socket_timeout=WITHIN_S, socket_connect_timeout=WITHIN_S, retry=Retry(NoBackoff(), 0),
        protocol=2, driver_info=None, db=0,
    )  # fmt: skip
    try:
        return _ask(asked)
    except (AuthenticationError, NoPermissionError) as error:
        return State.WRONG, f"Redis answers, and refuses this user: {_first_words(error)}."
    except (RedisError, OSError) as error:
        return State.WRONG, f"Redis can't be reached: {type(error).__name__}. Processes ask the database instead."
    finally:
        asked.close()


def _ask(asked: Redis) -> tuple[State, str]:
    asked.ping()
    with asked.pubsub() as ears:  # type: ignore[no-untyped-call]
        ears.subscribe(NAME)
        ears.get_message(timeout=WITHIN_S)  # that it was confirmed, or what forbids it
        asked.publish(NAME, b"")
    asked.set(NAME, b"", px=1_000)
    version = _version(asked)
    if version and int(version.partition(".")[0]) < OLDEST:
        return State.WRONG, f"Redis {version} is too old: {OLDEST} or newer is needed."
    return State.OK, f"Redis {version} answers.".replace("  ", " ")


def _version(asked: Redis) -> str:
    """Return its version; empty where this user may not ask."""
    try:
        told = asked.execute_command("HELLO")  # type: ignore[no-untyped-call]
    except RedisError:
        return ""
    facts = dict(zip(told[::2], told[1::2], strict=False)) if isinstance(told, list) else told
    version = facts.get(b"version", b"").decode(errors="replace")
    return version if version[:1].isdigit() else ""


def _first_words(error: RedisError) -> str:
    """Return which command is refused: of an error's text no more, as the rest may quote."""
    return " ".join(str(error).split()[:12]).rstrip(".")
