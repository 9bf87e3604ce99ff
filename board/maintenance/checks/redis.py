"""Check of Redis: reachable, and with the permissions that processes need to exchange messages."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from redis.retry import Retry

from board.config.settings import Settings
from board.maintenance.checks.finding import State
from realtime.bus.redis_bus import MIN_VERSION

TIMEOUT_S = 5.0
NAME = "board:check"  # of a channel without subscribers, and of a key that expires after a second


def check(settings: Settings) -> tuple[State, str]:
    if settings.redis_url is None:
        return State.SKIPPED, "REDIS_URL is not set: a single process serves alone."
    redis = Redis.from_url(
        settings.redis_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0),
        protocol=2, driver_info=None, db=0,
    )  # fmt: skip
    try:
        return _ask(redis)
    except (AuthenticationError, NoPermissionError) as error:
        return State.WRONG, f"Redis answers, but refuses this user: {_first_words(error)}."
    except (RedisError, OSError) as error:
        return State.WRONG, f"Redis can't be reached: {type(error).__name__}. Processes poll the database instead."
    finally:
        redis.close()


def _ask(redis: Redis) -> tuple[State, str]:
    redis.ping()
    with redis.pubsub() as subscriber:  # type: ignore[no-untyped-call]
        subscriber.subscribe(NAME)
        subscriber.get_message(timeout=TIMEOUT_S)  # the confirmation, or the error that forbids it
        redis.publish(NAME, b"")
    redis.set(NAME, b"", px=1_000)
    version = _version(redis)
    if version and int(version.partition(".")[0]) < MIN_VERSION:
        return State.WRONG, f"Redis {version} is too old: {MIN_VERSION} or newer is needed."
    return State.OK, f"Redis {version} answers.".replace("  ", " ")


def _version(redis: Redis) -> str:
    """Return the version; empty if this user may not read it."""
    try:
        reply = redis.execute_command("HELLO")  # type: ignore[no-untyped-call]
    except RedisError:
        return ""
    facts = dict(zip(reply[::2], reply[1::2], strict=False)) if isinstance(reply, list) else reply
    version = facts.get(b"version", b"").decode(errors="replace")
    return version if version[:1].isdigit() else ""


def _first_words(error: RedisError) -> str:
    """Return the refused command: only the first words of the error, because the rest may quote data."""
    return " ".join(str(error).split()[:12]).rstrip(".")
