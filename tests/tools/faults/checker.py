"""List of the promises that a run broke. Pure: recordings and journals in, sentences out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from models.board import OPERATIONS
from tests.tools.faults import acceptances, alarms, duties
from tests.tools.faults.journal import Journal
from tests.tools.faults.recordings import (
    DROPPED,
    GONE,
    HIDDEN,
    OK,
    OPEN,
    REFUSED,
    RESET,
    SNAPSHOT,
    CommandLog,
    ReceivedStream,
    Revocation,
    RunRecord,
)

TOO_FAR_BEHIND = 5_000  # events; the contract answers older positions with a snapshot
UNSETTLED_S = 15.0  # after a fault: `unavailable` and `failed` are acceptable, because locks and connections time out
CHECKS = (
    "lost", "duplicated", "reordered", "gaps", "phantoms", "acknowledged but not durable", "applied twice",
    "refused but applied", "unknown never resolved", "delivered after revocation", "screens unequal", "broken journal",
    "wrong answers", "turned away", "alarms lost", "alarms doubled", "alarms late",
    "promises never lapsed", "promises lapsed twice", "duties lost", "duties doubled", "duties late", "alarms kept off duty",
    "alarms forgotten", "files lost", "files doubled", "files shown",
)  # fmt: skip


@dataclass(slots=True)
class Verdict:
    """Number of violations of each promise, and the first 10 cases in words."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHECKS, 0))
    cases: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, check: str, case: str, times: int = 1) -> None:
        self.counts[check] += times
        if len(self.cases[check]) < 10:
            self.cases[check].append(case)

    @property
    def good(self) -> bool:
        return not any(self.counts.values())


def check(run: RunRecord, journals: Mapping[str, Journal]) -> Verdict:
    verdict = Verdict()
    free = _changed_rights(run)
    for following in run.followings:
        _StreamChecker(run, journals[following.board], following, verdict, free).judge()
    for journal in journals.values():
        for fault in journal.faults:
            verdict.add("broken journal", fault)
    _check_custody(run, journals, verdict)
    for commands in run.commands:
        _check_commands(run, journals, commands, verdict)
    _check_unrequested_events(run, journals, verdict)
    _check_revocations(run, journals, verdict)
    return verdict


def _check_custody(run: RunRecord, journals: Mapping[str, Journal], verdict: Verdict) -> None:
    """Check alarms, duties and accepted handovers."""
    outages, ended = alarms.outages_of(run.struck, run.wall), run.ended + run.wall
    duty = next((journal.duties for journal in journals.values() if journal.duties.events), duties.DutyRecord())
    accepted = [each for journal in journals.values() for each in journal.handovers.accepted]
    for journal in journals.values():
        for promise, case in chain(
            alarms.faults_of(journal.alarms, outages, ended),
            duties.faults_of_left(duty, journal.alarms, outages, ended),
            acceptances.faults_of(accepted, journal.handovers, journal.alarms) if journal.board != OPERATIONS else (),
        ):
            verdict.add(promise, f"{journal.board}: {case}")
    for promise, case in duties.faults_of(duty, outages, ended):
        verdict.add(promise, case)
    for commands in run.commands:
        for promise, case in duties.faults_of_acks(duty, commands, run.wall):
            verdict.add(promise, case)


def _changed_rights(run: RunRecord) -> set[tuple[str, str | None]]:
    """Return the (reader, board) pairs whose rights changed. There, the server may send a snapshot instead of a catch-up."""
    taken = [each for each in run.revocations if each.board is not None]
    return {(each.reader, board) for each in taken for board in (each.board, "operations")}


class _StreamChecker:
    """Comparison of a reader's stream for one board with the board's journal."""

    def __init__(
        self,
        run: RunRecord,
        journal: Journal,
        following: ReceivedStream,
        verdict: Verdict,
        free: Iterable[tuple[str, str | None]],
    ) -> None:
        self.journal, self.following, self.verdict = journal, following, verdict
        self.epoch = run.epochs.get(journal.epoch, -1)
        self.may_reset = (following.reader, following.board) in free
        self.base = self.position = -1  # seq of the last snapshot; current seq of the reader
        self.missed: set[int] = set()

    def judge(self) -> None:
        log = self.following
        for kind, epoch, seq, digest in zip(log.kind, log.epoch, log.seq, log.digest, strict=True):
            if kind == GONE:
                self._settle_missed()
                self.base = self.position = -1
            elif kind in (SNAPSHOT, RESET):
                self._snapshot(kind, epoch, seq, digest)
            else:
                self._event(epoch, seq, digest)
        self._settle_missed()
        self._end()

    def _say(self, check: str, what: str, times: int = 1) -> None:
        self.verdict.add(check, f"{self.following.reader} on {self.following.board}: {what}", times)

    def _snapshot(self, kind: int, epoch: int, seq: int, fold: int) -> None:
        self._settle_missed()
        if kind == RESET and not self.may_reset and 0 <= self.position < seq <= self.position + TOO_FAR_BEHIND:
            self._say("lost", f"a snapshot at {seq} instead of what follows {self.position}", seq - self.position)
        if epoch != self.epoch or seq > self.journal.head:
            self._say("phantoms", f"a snapshot at {seq}, which never was")
        elif fold != (self.journal.folds[seq - 1] if seq else 0):
            self._say("screens unequal", f"the snapshot at {seq} is not what the journal says")
        if seq < self.position:
            self._say("reordered", f"a snapshot at {seq}, after event {self.position}")
        self.base = self.position = seq

    def _event(self, epoch: int, seq: int, digest: int) -> None:
        if not self._genuine(epoch, seq, digest):
            self._say("phantoms", f"event {seq} is not what the journal says")
        if seq == self.position + 1:
            self.position = seq
        elif seq > self.position:
            self._say("gaps", f"event {seq} after {self.position}")
            self.missed.update(range(self.position + 1, seq))
            self.position = seq
        elif seq in self.missed:
            self.missed.discard(seq)
            self._say("reordered", f"event {seq} after {self.position}")
        else:
            self._say("duplicated", f"event {seq} again, at {self.position}")

    def _genuine(self, epoch: int, seq: int, digest: int) -> bool:
        if epoch != self.epoch or not 1 <= seq <= self.journal.head:
            return False
        return digest == self.journal.digests[seq - 1] or (digest in (HIDDEN, DROPPED) and seq in self.journal.hidden)

    def _settle_missed(self) -> None:
        if self.missed:
            self._say("lost", f"{len(self.missed)} events from {min(self.missed)}", len(self.missed))
            self.missed.clear()

    def _end(self) -> None:
        if self.following.fold is None:
            return
        head = self.journal.head
        if self.position < head:
            self._say("lost", f"stands at {self.position} in the end, not at {head}", head - max(self.position, 0))
        elif self.following.fold != (self.journal.folds[-1] if head else 0):
            self._say("screens unequal", "the screen in the end is not what the journal says")


def _check_commands(run: RunRecord, journals: Mapping[str, Journal], commands: CommandLog, verdict: Verdict) -> None:
    for fault in commands.faults:
        verdict.add("wrong answers", fault)
    for number, state in enumerate(commands.state):
        id = f"{commands.writer}-{number}"
        journal = journals[run.boards[commands.board[number]]]
        made = journal.commands.get((commands.account, id), [])
        first, count = commands.first[number], commands.count[number]
        if state == OPEN:
            verdict.add("unknown never resolved", f"{id}: no answer, {len(made)} events in the journal")
        elif state == REFUSED and made:
            verdict.add("refused but applied", f"{id}: events {made}")
        elif state == OK:
            _check_ack(id, list(range(first, first + count)), made, verdict)
    shaken = [(each.began, each.healed + UNSETTLED_S) for each in run.struck]
    for at in commands.turned_away:
        if not any(began <= at <= until for began, until in shaken):
            verdict.add("turned away", f"{commands.writer}: `unavailable` or `failed` while nothing failed")


def _check_ack(id: str, acked: list[int], made: list[int], verdict: Verdict) -> None:
    if missing := sorted(set(acked) - set(made)):
        verdict.add("acknowledged but not durable", f"{id}: acknowledged as {acked}, in the journal {made}", len(missing))
    if more := sorted(set(made) - set(acked)):
        verdict.add("applied twice", f"{id}: acknowledged as {acked}, in the journal {made}", len(more))


def _check_unrequested_events(run: RunRecord, journals: Mapping[str, Journal], verdict: Verdict) -> None:
    """Report events whose command the writer never gave."""
    asked = {each.account: each for each in run.commands}
    for journal in journals.values():
        for account, id in journal.commands:
            if (commands := asked.get(account)) is not None and not _asked(commands, id):
                verdict.add("phantoms", f"{journal.board}: command {id}, which nobody gave")


def _asked(commands: CommandLog, id: str) -> bool:
    writer, _, number = id.rpartition("-")
    return writer == commands.writer and number.isdigit() and int(number) < len(commands.state)


def _check_revocations(run: RunRecord, journals: Mapping[str, Journal], verdict: Verdict) -> None:
    by_reader: dict[str, list[ReceivedStream]] = defaultdict(list)
    for following in run.followings:
        by_reader[following.reader].append(following)
    for each in run.revocations:
        for following in by_reader[each.reader]:
            if each.board in (None, following.board):
                since = each.after
                shown = [(seq, at) for _, seq, _, at in _between(following, each) if seq > since]
            elif following.board == "operations" and each.command is not None:
                journal = journals[following.board]
                since = min(journal.commands.get(each.command, [journal.head + 1]))
                about = {seq for seq, id in journal.hidden.items() if id == each.board and seq >= since}
                came = _between(following, each)
                # snapshots are allowed here: their fold excludes the search
                events = [(seq, digest, at) for kind, seq, digest, at in came if kind not in (SNAPSHOT, RESET)]
                shown = [(seq, at) for seq, digest, at in events if seq in about and digest not in (HIDDEN, DROPPED)]
            else:
                continue
            for seq, at in shown:
                when = f"{at - each.began:.2f} s after it began to be taken away, {each.until - at:.2f} s before it came back"
                case = f"{each.reader} on {following.board}: event {seq}, though its right had ended with {since}: {when}"
                verdict.add("delivered after revocation", case)


def _between(following: ReceivedStream, gone: Revocation) -> Iterator[tuple[int, int, int, float]]:
    """Yield (kind, seq, digest, time) for each entry that the reader received while a right was revoked."""
    for kind, seq, digest, at in zip(following.kind, following.seq, following.digest, following.at, strict=True):
        if kind != GONE and gone.since <= at < gone.until:
            yield kind, seq, digest, at
