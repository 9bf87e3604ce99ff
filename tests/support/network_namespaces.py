"""Machines in network namespaces, each with a line to the servers that can be cut, and another to its own people.

The test's own namespace is the servers' machine, and where the people sit: they reach each machine by a line of its own, so
whoever uses a machine that is cut off still reaches it.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

NAMES = "AB"


class NamespacesUnavailable(Exception):
    """None can be made here; the text says why."""


def run_tool(*words: str, tool: str = "ip") -> str:
    """A call of `ip`, or of another tool. Raises NoNamespaces with what it said."""
    try:
        return subprocess.run([tool, *words], check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise NamespacesUnavailable(f"{tool} is not here: on Debian, apt install iproute2") from None
    except subprocess.CalledProcessError as why:
        raise NamespacesUnavailable(f"{tool} {' '.join(words)}: {why.stderr.strip()}") from why


@dataclass(frozen=True)
class Host:
    """A machine. `address` is where its own people reach it."""

    namespace: str
    port: str  # of the bridge, on the servers' side: where its line is cut
    address: str

    def command(self, *words: str) -> list[str]:
        """A command that runs on this machine."""
        return ["ip", "netns", "exec", self.namespace, *words]

    def pull_the_plug(self) -> None:
        run_tool("link", "set", self.port, "down")

    def swallow(self) -> None:
        """The line stays up, and passes nothing on: nobody is told."""
        run_tool("link", "set", "dev", self.port, "state", "0", tool="bridge")

    def heal(self) -> None:
        run_tool("link", "set", self.port, "up")
        run_tool("link", "set", "dev", self.port, "state", "3", tool="bridge")


@dataclass(frozen=True)
class Network:
    """`servers` is the address at which machines reach PostgreSQL and Redis."""

    servers: str
    hosts: tuple[Host, ...]


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """Two machines and their lines, gone afterwards. Raises NoNamespaces."""
    mark = f"sb{os.getpid() % 100_000}"
    inside, outside = _free_networks()
    bridge = f"{mark}br"
    with contextlib.ExitStack() as leaving:
        leaving.callback(_forget, "link", "del", bridge)
        run_tool("link", "add", bridge, "type", "bridge")
        run_tool("addr", "add", f"{inside}.1/24", "dev", bridge)
        run_tool("link", "set", bridge, "up")
        hosts = []
        for number, name in enumerate(NAMES):
            namespace = f"{mark}{name}"
            leaving.callback(_forget, "netns", "del", namespace)
            run_tool("netns", "add", namespace)
            back, front = f"{mark}{name}b", f"{mark}{name}f"
            for ours, theirs in ((back, "back"), (front, "front")):
                leaving.callback(_forget, "link", "del", ours)
                run_tool("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", namespace)
                run_tool("link", "set", ours, "up")
                run_tool("-n", namespace, "link", "set", theirs, "up")
            run_tool("-n", namespace, "link", "set", "lo", "up")
            run_tool("link", "set", back, "master", bridge)
            run_tool("-n", namespace, "addr", "add", f"{inside}.{number + 2}/24", "dev", "back")
            run_tool("addr", "add", f"{outside}.{4 * number + 1}/30", "dev", front)
            run_tool("-n", namespace, "addr", "add", f"{outside}.{4 * number + 2}/30", "dev", "front")
            hosts.append(Host(namespace, back, f"{outside}.{4 * number + 2}"))
        yield Network(f"{inside}.1", tuple(hosts))


def _free_networks() -> tuple[str, str]:
    taken = run_tool("-4", "route", "show", "table", "all")
    free = [f"10.213.{number}" for number in range(256) if f"10.213.{number}." not in taken]
    return free[os.getpid() % (len(free) - 1)], free[os.getpid() % (len(free) - 1) + 1]


def _forget(*words: str) -> None:
    with contextlib.suppress(NamespacesUnavailable):
        run_tool(*words)
