"""Schedule of faults: a pure function of the seed.

It yields storms of partly simultaneous faults, each followed by a calm in which everything must heal. A faster machine gets
through more storms, but storm number n always has the same faults.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

CALM_S = (1.5, 2.2)  # after the last fault of a storm has healed
SPREAD_S = 0.35  # length of a storm per fault
SIZES = (1, 1, 2, 4, 6, 8, 10, 12)  # faults in a storm; single ones show how each kind heals


@dataclass(frozen=True, slots=True)
class Kind:
    """Kind of fault.

    `often`: relative frequency.
    `shortest`, `longest`: duration in seconds; 0 for a momentary fault.
    `takes`: resource that only one fault can use at a time; `{}` stands for the target's number.
    """

    often: int
    shortest: float
    longest: float
    takes: str
    target: str = ""  # sort of target: "worker", "reader", "guest"; "" if there is only one


KINDS: dict[str, Kind] = {
    "worker.kill": Kind(3, 0.0, 0.8, "worker{}", "worker"),
    "worker.term": Kind(1, 0.0, 0.0, "worker{}", "worker"),
    "worker.stop": Kind(3, 0.3, 2.5, "worker{}", "worker"),
    "redis.kill": Kind(3, 0.0, 0.8, "redis"),
    "redis.restart": Kind(2, 0.0, 0.5, "redis"),
    "redis.stop": Kind(2, 0.3, 2.0, "redis"),
    "redis.client_kill": Kind(12, 0.0, 0.0, "redis.clients"),
    "redis.black_hole": Kind(6, 0.2, 2.5, "redis.line{}", "worker"),
    "redis.black_hole_silent": Kind(5, 0.1, 1.5, "redis.line{}", "worker"),
    "redis.reset": Kind(10, 0.0, 0.0, "redis.line{}", "worker"),
    "redis.slow": Kind(6, 0.2, 1.5, "redis.line{}", "worker"),
    "redis.slices": Kind(6, 0.2, 1.5, "redis.line{}", "worker"),
    "redis.overflow": Kind(5, 0.0, 0.3, "redis"),
    "redis.forged": Kind(12, 0.0, 0.0, "redis.forger"),
    "redis.replayed": Kind(8, 0.0, 0.0, "redis.forger"),
    "postgres.fast": Kind(1, 0.0, 0.3, "postgres"),
    "postgres.immediate": Kind(1, 0.0, 0.3, "postgres"),
    "postgres.terminate": Kind(8, 0.0, 0.0, "postgres.sessions"),
    "postgres.reset": Kind(5, 0.0, 0.0, "postgres.line{}", "worker"),
    "line.reset": Kind(10, 0.0, 0.0, "line{}", "worker"),
    "line.cut": Kind(4, 0.2, 1.5, "line{}", "worker"),
    "line.black_hole": Kind(4, 0.3, 2.0, "line{}", "worker"),
    "line.slow": Kind(6, 0.3, 1.5, "line{}", "worker"),
    "line.slices": Kind(6, 0.3, 1.5, "line{}", "worker"),
    "reader.sleep": Kind(10, 0.5, 2.5, "reader{}", "reader"),
    "reader.reset": Kind(8, 0.0, 0.0, "reader{}", "reader"),
    "rights.member": Kind(5, 0.4, 2.0, "guest{}", "guest"),
    "store.gone": Kind(4, 0.3, 2.0, "store"),
    "store.slow": Kind(3, 0.5, 2.0, "store"),
    "rights.account": Kind(1, 6.0, 6.5, "guest{}", "guest"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Fault of a storm. `at`: seconds after the start of the storm. `seed`: seed of the injector's random choices."""

    at: float
    kind: str
    target: int
    lasts: float
    seed: int

    @property
    def takes(self) -> str:
        return KINDS[self.kind].takes.format(self.target)


@dataclass(frozen=True, slots=True)
class Storm:
    faults: tuple[Fault, ...]
    calm: float


def storms(seed: int, counts: dict[str, int], leave_out: Callable[[str], bool] = lambda kind: False) -> Iterator[Storm]:
    """Yield storms indefinitely. `counts`: number of targets of each sort."""
    random = Random(seed)
    kinds = [kind for kind in KINDS if not leave_out(kind) and counts.get(KINDS[kind].target, 1) > 0]
    weights = [KINDS[kind].often for kind in kinds]
    while True:
        size = random.choice(SIZES)
        faults = sorted((_fault(random, kinds, weights, counts, size * SPREAD_S) for _ in range(size)), key=lambda each: each.at)
        yield Storm(tuple(faults), random.uniform(*CALM_S))


def _fault(random: Random, kinds: list[str], weights: list[int], counts: dict[str, int], within: float) -> Fault:
    name = random.choices(kinds, weights)[0]
    kind = KINDS[name]
    target = random.randrange(counts[kind.target]) if kind.target else 0
    return Fault(random.uniform(0, within), name, target, random.uniform(kind.shortest, kind.longest), random.getrandbits(32))
