"""Prometheus metrics of all workers. Codes and counts only: no name, no text, and no id except those of wall displays.

With several workers, each writes its numbers into a folder of the supervisor (PROMETHEUS_MULTIPROC_DIR, set before this module is
imported), and the worker that is scraped adds them up. Metrics of one process have its process id as a label.
"""

import contextlib
import copy
import itertools
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.samples import Sample

from board.errors import MESSAGES, Refused
from board.telemetry.logs import WORKER
from models.db.errors import DatabaseUnavailable
from realtime.hub import Hub
from realtime.periodic import run_every

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PUBLISH_INTERVAL_S = 1.0  # between two writes of a worker's counts into FOLDER
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

DEPRECATED = {  # old names by new ones, without `_total`; both are published with the same values for one version
    "board_bus_messages_received": "board_heard",
    "board_bus_messages_sent": "board_published",
    "board_bus_messages_dropped": "board_dropped",
    "board_bus_bad_signature": "board_forged",
    "board_bus_reconnects": "board_reconnects",
    "board_subscribe_resumed": "board_catch_ups",
    "board_subscribe_reset": "board_resyncs",
    "board_subscribe_fresh": "board_snapshots",
    "board_sequence_gaps": "board_gaps",
    "board_gaps_found_by_poll": "board_sweep_finds",
    "board_slow_clients_closed": "board_slow_cut",
    "board_rate_limit_closed": "board_flooding_cut",
    "board_event_loop_stalls": "board_loop_stuck",
    "board_subscriptions": "board_readers",
    "board_subscribed_boards": "board_boards_followed",
    "board_max_seq": "board_head",
    "board_worker_info": "board_process",
}

registry = CollectorRegistry()


def _labelled(name: str, help: str, labels: Sequence[str], *values: Sequence[str]) -> Counter:
    """Return a counter that exports all its values at 0 from the start, so that Prometheus sees the first one as an increase."""
    counter = Counter(name, help, labels, registry=registry)
    for combination in itertools.product(*values):
        counter.labels(*combination)
    return counter


commands = _labelled("board_commands", "Commands by outcome: ok, a refusal code, or failed", ["outcome"], ("ok", *MESSAGES))
_commands_ok = commands.labels("ok")  # the look-up takes longer than counting
sign_ins = _labelled(
    "board_sign_ins",
    "Sign-in attempts by outcome: succeeded, failed, throttled",
    ["outcome"],
    ("succeeded", "failed", "throttled"),
)
refused = _labelled(
    "board_refused",
    "Refused requests and connections by reason: origin, public_url, token, http, socket, rate, connections, slow",
    ["reason"],
    ("origin", "public_url", "token", "http", "socket", "rate", "connections", "slow"),
)
failures = _labelled(
    "board_failures",
    "Unexpected exceptions by what they ended: command, call, page, socket",
    ["at"],
    ("command", "call", "page", "socket"),
)
event_loop_stalls = Counter("board_event_loop_stalls", "Times that an event loop was blocked for over 3 s", registry=registry)
INPUTS = ("upload", "notification")
inputs_set_aside = Counter(
    "board_inputs_set_aside",
    f"Inputs that ended the process that worked on them twice, and are not tried again: {', '.join(INPUTS)}",
    ["kind"],
    registry=registry,
)
for _kind in INPUTS:
    inputs_set_aside.labels(_kind)
NOTIFICATION_WAYS = ("email", "webhook")
NOTIFICATION_OUTCOMES = ("sent", "failed", "given_up", "not_needed", "no_access", "not_configured")
_notifications = _labelled(
    "board_notifications",
    f"Tries to send a notification of an alarm by way and outcome: {', '.join(NOTIFICATION_OUTCOMES)}",
    ["way", "outcome"],
    NOTIFICATION_WAYS,
    NOTIFICATION_OUTCOMES,
)
unrecorded_reads = Counter("board_unrecorded_reads", "Reads that could not be recorded in the audit journal", registry=registry)
clock_jumps = Counter("board_clock_jumps", "Times that the wall clock was set by 5 s or more", registry=registry)
_commit_seconds = Histogram(
    "board_commit_seconds", "From the arrival of a command to its commit", buckets=_BUCKETS_S, registry=registry
)
_delivery_delay = Histogram(
    "board_delivery_delay_seconds",
    "From the commit of an event in one process to its being queued for the clients of another",
    buckets=_BUCKETS_S,
    registry=registry,
)


def _gauge(name: str, help: str, *labels: str) -> Gauge:
    # Not "pid": prometheus_client removes that label when it adds up the workers.
    return Gauge(name, help, ["process", *labels], registry=registry, multiprocess_mode="livesum")


_queue_running = _gauge("board_queue_running", "Requests that have their turn in a queue", "queue")
_queue_waiting = _gauge("board_queue_waiting", "Requests that wait for their turn in a queue", "queue")
_queue_wait_seconds = Histogram(
    "board_queue_wait_seconds", "From joining a queue to the turn", ["queue"], buckets=_BUCKETS_S, registry=registry
)
_queue_refused = Counter(
    "board_queue_refused", "Requests refused: too many waited, or one for too long", ["queue"], registry=registry
)
_worker_info = _gauge("board_worker_info", "1 for each serving process, with its worker number", "worker")
_connections = _gauge("board_connections", "Open sockets")
_subscriptions = _gauge("board_subscriptions", "Subscriptions to boards")
_subscribed_boards = _gauge("board_subscribed_boards", "Boards with at least one subscription")
_max_seq = _gauge("board_max_seq", "Highest seq delivered, of any board")
_bus_up = _gauge("board_bus_up", "1 while messages pass between processes, 0 while the database is polled instead")
_writes_up = _gauge("board_writes_up", "1 while the database takes writes, 0 from a failed write until the next that works")
_clock_ahead = _gauge("board_clock_ahead_seconds", "Seconds by which the newest event is ahead of the clock, at least 0")

# Counts of `realtime`, which knows no metrics: the metric, the hub's attribute with the counts, and the count's name in it.
_HUB_COUNTERS = [
    (Counter(f"board_{name}", help, registry=registry), owner, attribute)
    for owner, attribute, name, help in (
        ("counters", "subscribes_resumed", "subscribe_resumed", "Subscriptions that continued from their position"),
        ("counters", "subscribes_reset", "subscribe_reset", "Subscriptions with a position that were answered with a snapshot"),
        ("counters", "subscribes_fresh", "subscribe_fresh", "Subscriptions without a position"),
        ("counters", "sequence_gaps", "sequence_gaps", "Messages that arrived with a gap before them"),
        ("counters", "gaps_found_by_poll", "gaps_found_by_poll", "Boards found behind the database by the poll of the heads"),
        ("counters", "slow_clients_closed", "slow_clients_closed", "Clients disconnected because they did not drain their queue"),
        ("counters", "subscribes_failed", "openings_failed", "Subscriptions ended by an unexpected exception"),
        ("counters", "sockets_failed", "sockets_failed", "Sockets ended by an unexpected exception"),
        ("counters", "rate_limit_closed", "rate_limit_closed", "Sockets closed for sending too many messages"),
        ("bus", "published", "bus_messages_sent", "Messages handed to the bus"),
        ("bus", "received", "bus_messages_received", "Messages received from the bus"),
        ("bus", "reconnects", "bus_reconnects", "Times that the connection to the bus was restored"),
        ("bus", "bad_signatures", "bus_bad_signature", "Messages of the bus with a wrong signature"),
        ("bus", "dropped", "bus_messages_dropped", "Messages lost because the bus was down or its queue full"),
    )
]


def attach(hub: Hub[Any]) -> None:
    """Measure the delivery delay of a hub, and publish this process as serving."""
    hub.counters.observe_delay = _delivery_delay.observe
    _worker_info.labels(_pid(), os.environ.get(WORKER, "0")).set(1)
    writes(True)


def notification(way: str, outcome: str) -> None:
    """Count an attempt to send a notification, or its end."""
    _notifications.labels(way, outcome).inc()


def clock_ahead(seconds: float) -> None:
    _clock_ahead.labels(_pid()).set(seconds)


@contextlib.contextmanager
def observe_command() -> Iterator[None]:
    """Count the outcome of the command that runs in this context, and the seconds to its commit."""
    began = time.perf_counter()
    try:
        yield
    except Refused as refused:
        commands.labels("failed" if _by_the_database(refused) else refused.code).inc()
        raise
    except Exception:
        commands.labels("failed").inc()
        raise
    _commands_ok.inc()
    _commit_seconds.observe(time.perf_counter() - began)


def _by_the_database(refused: Refused) -> bool:
    """Return whether the database failed. False if its write queue is full, which has the same code."""
    return isinstance(refused.__cause__, DatabaseUnavailable) and refused.__cause__.__cause__ is not None


def writes(work: bool) -> None:
    _writes_up.labels(_pid()).set(work)


async def publish_loop(counts: "HubMetrics") -> None:
    """Publish the counts of this process periodically, for the worker that is scraped."""

    async def publish_hub_metrics() -> None:
        counts.update()

    await publish_hub_metrics()  # a scrape of another worker includes this one from its start
    await run_every(PUBLISH_INTERVAL_S, publish_hub_metrics)


class QueueMetrics:
    """Metrics of one queue, published as 0 from its creation on."""

    def __init__(self, queue: str) -> None:
        self._running, self._waiting = _queue_running.labels(_pid(), queue), _queue_waiting.labels(_pid(), queue)
        self.waited, self.refused = _queue_wait_seconds.labels(queue).observe, _queue_refused.labels(queue).inc
        self.lengths(0, 0)

    def lengths(self, running: int, waiting: int) -> None:
        self._running.set(running)
        self._waiting.set(waiting)


class HubMetrics:
    """Metrics of the counts of one hub."""

    def __init__(self, hub: Hub[Any]) -> None:
        self._hub = hub
        self._copied = [0 for _ in _HUB_COUNTERS]

    def update(self) -> None:
        """Set the gauges, and add the counts since the last call to the counters."""
        hub, pid = self._hub, _pid()
        _connections.labels(pid).set(len(hub.connections))
        _subscribed_boards.labels(pid).set(len(hub.channels))
        _subscriptions.labels(pid).set(sum(len(channel.subscriptions) for channel in hub.channels.values()))
        _max_seq.labels(pid).set(max((channel.sequence.seq for channel in hub.channels.values()), default=0))
        _bus_up.labels(pid).set(hub.bus.up)
        for index, (counter, owner, attribute) in enumerate(_HUB_COUNTERS):
            count = getattr(getattr(hub, owner), attribute)
            counter.inc(count - self._copied[index])
            self._copied[index] = count


class _WithDeprecatedNames:
    """Collector of another collector's metrics, each followed by a copy under its deprecated name, if it has one."""

    def __init__(self, source: CollectorRegistry | MultiProcessCollector) -> None:
        self._source = source

    def collect(self) -> Iterator[Metric]:
        for metric in self._source.collect():  # type: ignore[no-untyped-call, unused-ignore]
            yield metric
            if (old := DEPRECATED.get(metric.name)) is not None:
                yield _copy_as(old, metric)


def _copy_as(old_name: str, metric: Metric) -> Metric:
    renamed = copy.copy(metric)
    suffix = "_total" if metric.type == "counter" else ""
    renamed.name, renamed.documentation = old_name, f"Deprecated: use {metric.name}{suffix}."
    renamed.samples = [Sample(old_name + sample.name.removeprefix(metric.name), *sample[1:]) for sample in metric.samples]
    return renamed


def render() -> bytes:
    """Return the metrics of all workers in Prometheus' text format."""
    source = MultiProcessCollector(None) if FOLDER in os.environ else registry  # type: ignore[no-untyped-call]
    return generate_latest(_WithDeprecatedNames(source))


class ScrapeCollector:
    """Collector of metrics that are read for each scrape. Unlike those of a Gauge, they belong to no process."""

    def __init__(
        self, displays: Iterable[tuple[str, str]], outbox: Mapping[str, int], open: int, late: int, backup_age_s: float
    ) -> None:
        """Collect the arguments.

        `displays`: (id, state) of wall displays. `outbox`: waiting notifications by way. `open`, `late`: alarms that nobody has
        taken, and those of them whose step is late. `backup_age_s`: of the last backup.
        """
        display_help = "1 for each wall display that shows the current state, 0 for one that does not"
        outbox_help = "Notifications of alarms that are not sent yet, by way; 0 for a way that is not set"
        backup_help = "Seconds since the last backup; without one, since the installation"
        late_help = "Alarms whose next step is more than 10 s late: no server takes it"
        self._metrics = (
            current := GaugeMetricFamily("board_display_current", display_help, labels=["display"]),
            unsent := GaugeMetricFamily("board_notifications_waiting", outbox_help, labels=["way"]),
            GaugeMetricFamily("board_alarms_open", "Alarms that nobody has taken", value=open),
            GaugeMetricFamily("board_alarms_late", late_help, value=late),
            GaugeMetricFamily("board_backup_age_seconds", backup_help, value=backup_age_s),
        )
        for id, state in displays:
            current.add_metric([id], state == "current")
        for way in NOTIFICATION_WAYS:
            unsent.add_metric([way], outbox.get(way, 0))

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _pid() -> str:
    return str(os.getpid())
