"""What /metrics tells. Codes and counts only: no name, no id, no text."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from realtime.hub import Hub

registry = CollectorRegistry()
commands = Counter("board_commands", "Commands by outcome", ["outcome"], registry=registry)
_connections = Gauge("board_connections", "Open sockets", registry=registry)
_boards = Gauge("board_boards_followed", "Boards that somebody here follows", registry=registry)


def text(hub: Hub) -> bytes:
    """The metrics of this process, in Prometheus' text format."""
    _connections.set(len(hub.connections))
    _boards.set(len(hub.channels))
    return generate_latest(registry)
