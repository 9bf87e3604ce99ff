"""Endpoint of the Prometheus metrics."""

import asyncio
import ipaddress
from functools import partial

from prometheus_client import generate_latest
from starlette.requests import Request
from starlette.responses import Response

from board.commands.alarms import alarm_list
from board.config.file_shares import MB
from board.displays import health as display_standing
from board.errors import Refused
from board.files import usage
from board.files.unavailable import FilesUnavailable
from board.notifications import pending, ways
from board.service import BoardService
from board.telemetry import metrics
from board.telemetry.space_metrics import Disk, SpaceMetrics, UsageMetrics
from board.web.auth import signed_in
from board.web.health import READY_S
from models.db.database import DatabaseUnavailable
from models.times import now, parse_utc
from models.upkeep import backup_times

FORWARDED = {  # headers in which a proxy on this machine names its client
    "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port",
    "x-forwarded-server", "x-real-ip", "x-client-ip", "x-original-forwarded-for", "true-client-ip", "cf-connecting-ip",
}  # fmt: skip


async def metrics_page(request: Request) -> Response:
    """`GET /metrics`: for programs on this machine, or with an administrator's token."""
    if not _is_local(request):
        caller = await signed_in(request)
        if caller is None:
            raise Refused("unauthenticated")
        if caller.token is None or caller.is_narrow or caller.account.role != "admin":
            raise Refused("forbidden")
    request.app.state.hub_metrics.update()
    service = request.app.state.service
    text = await asyncio.to_thread(metrics.render) + await _metrics_of_disks(service) + await _metrics_of_tables(service)
    return Response(text, media_type="text/plain; version=0.0.4")


async def _metrics_of_disks(service: BoardService) -> bytes:
    """Return the metrics of disks; empty if a disk does not answer in time."""
    try:
        async with asyncio.timeout(READY_S):
            spaces = await service.disk.spaces()
    except (FilesUnavailable, TimeoutError):
        return b""
    disks = [Disk(space.name, space.free, space.reserve, space.free_files) for space in spaces]
    return generate_latest(SpaceMetrics(disks))


async def _metrics_of_tables(service: BoardService) -> bytes:
    """Return the metrics of displays, alarms, the outbox and the backup; empty if the database does not answer in time."""
    try:
        async with asyncio.timeout(READY_S):
            displays = await service.database.read(lambda session: list(display_standing.with_status(session, now())))
            waiting = await service.database.read(partial(pending.waiting, ways=ways.configured(service.settings)))
            backup, installed = await service.database.read(backup_times)
            file_usage = await service.database.read(usage.read)
            alarms = await service.database.read(lambda session: alarm_list.count(session, service.clock()))
    except (DatabaseUnavailable, TimeoutError):
        return b""
    since = backup or installed
    age_s = (now() - parse_utc(since)).total_seconds() if since else 0.0
    files = UsageMetrics(file_usage, service.file_shares.installation_mb * MB)
    tables = metrics.ScrapeCollector(((display.id, state) for display, state in displays), waiting, *alarms, age_s)
    return generate_latest(tables) + generate_latest(files)


def _is_local(request: Request) -> bool:
    """Return whether the client is a program on this machine and not a proxy. A Unix socket counts as a proxy's connection."""
    if request.client is None or not FORWARDED.isdisjoint(request.headers):
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback  # ::ffff:127.0.0.1, when listening on [::]
