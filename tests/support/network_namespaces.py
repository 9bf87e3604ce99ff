"""Machines in network namespaces, each with one link to the servers that can be cut and another to its users.

The test's own namespace is the machine of the servers and of the users: these reach each machine by a separate link, also while
its link to the servers is cut.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

NAMES = "AB"


class NamespacesUnavailable(Exception):
    """Network namespaces cannot be created here; the text says why."""


def run_tool(*words: str, tool: str = "ip") -> str:
    """Run `ip` or another tool. Raises NamespacesUnavailable with its output."""
    try:
        return subprocess.run([tool, *words], check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise NamespacesUnavailable(f"{tool} is not here: on Debian, apt install iproute2") from None
    except subprocess.CalledProcessError as why:
        raise NamespacesUnavailable(f"{tool} {' '.join(words)}: {why.stderr.strip()}") from why


@dataclass(frozen=True)
class Host:
    """Machine in a namespace. `address`: its address for users."""

    namespace: str
    port: str  # bridge port on the servers' side: where the link is cut
    address: str

    def command(self, *words: str) -> list[str]:
        """Return a command that runs on this machine."""
        return ["ip", "netns", "exec", self.namespace, *words]

    def pull_the_plug(self) -> None:
        run_tool("link", "set", self.port, "down")

    def swallow(self) -> None:
        """Drop all packets silently while the link stays up."""
        run_tool("link", "set", "dev", self.port, "state", "0", tool="bridge")

    def heal(self) -> None:
        run_tool("link", "set", self.port, "up")
        run_tool("link", "set", "dev", self.port, "state", "3", tool="bridge")


@dataclass(frozen=True)
class Network:
    """Two machines; `servers` is the address at which they reach PostgreSQL and Redis."""

    servers: str
    hosts: tuple[Host, ...]


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """Yield two machines and their links, removed afterwards. Raises NamespacesUnavailable."""
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
