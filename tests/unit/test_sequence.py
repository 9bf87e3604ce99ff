"""Sequence: whatever is lost, doubled or late on the way, each event is passed on once, in order."""

from hypothesis import given
from hypothesis import strategies as st

from realtime.channels.sequence import Sequence, Verdict
from realtime.wire.text_frames import split_into_runs

RUNS = st.lists(st.integers(1, 4), min_size=1, max_size=12)  # how many events each command makes


@given(runs=RUNS, shuffled=st.data())
def test_every_event_is_passed_on_once_and_in_order(runs: list[int], shuffled: st.DataObject) -> None:
    ends = [sum(runs[: index + 1]) for index in range(len(runs))]
    messages = [(end - run + 1, end) for run, end in zip(runs, ends, strict=True)]
    start = shuffled.draw(st.integers(0, ends[-1]))
    arriving = shuffled.draw(st.lists(st.sampled_from(messages), max_size=30))
    sequence, passed_on = Sequence(), []
    known = 0  # present end of the journal
    for number, (first, last) in enumerate(arriving):
        known = max(known, last)
        if number == len(arriving) // 2:
            known = max(known, start)
            assert sequence.start("e", start) is (sequence.noted_head > start)
        match sequence.classify("e", first, last):
            case Verdict.NEXT:
                passed_on += [seq for seq in range(first, last + 1) if seq > sequence.seq]
                sequence.seq = last
            case Verdict.GAP if sequence.epoch is not None:
                passed_on += range(sequence.seq + 1, known + 1)  # read from the journal
                sequence.seq = known
            case Verdict.DUPLICATE:
                assert last <= sequence.seq
            case Verdict.OTHER_EPOCH:
                raise AssertionError("there is one life only")
    assert passed_on == list(range(start + 1, start + 1 + len(passed_on)))
    if arriving and sequence.epoch is not None and len(arriving) // 2 < len(arriving):
        assert sequence.seq >= max(last for _, last in arriving[len(arriving) // 2 :])


@given(seq=st.integers(0, 50), first=st.integers(1, 50), length=st.integers(1, 10))
def test_a_verdict_is_by_seq_alone(seq: int, first: int, length: int) -> None:
    sequence, last = Sequence("e", seq), first + length - 1
    verdict = sequence.classify("e", first, last)
    assert verdict is (Verdict.DUPLICATE if last <= seq else Verdict.NEXT if first <= seq + 1 else Verdict.GAP)
    assert sequence.seq == seq, "an offer moves nothing"
    assert sequence.classify("other", first, last) is Verdict.OTHER_EPOCH


@given(offers=st.lists(st.integers(1, 20), max_size=8), start=st.integers(0, 20))
def test_events_before_the_first_answer_are_held(offers: list[int], start: int) -> None:
    sequence = Sequence()
    assert all(sequence.classify("e", seq, seq) is Verdict.NOT_STARTED for seq in offers)
    assert sequence.start("e", start) is any(seq > start for seq in offers)


GROUPS = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 5), st.booleans()), max_size=20)


@given(groups=GROUPS, limit=st.integers(1, 200))
def test_frames_lose_nothing_tear_no_command_and_keep_to_the_limit(groups: list[tuple[int, int, bool]], limit: int) -> None:
    parts: list[tuple[bytes, object]] = []
    for number, (size, count, grouped) in enumerate(groups):
        parts += [(b"x" * size, number if grouped else None) for _ in range(count)]
    runs = list(split_into_runs(parts, limit))
    assert [piece for run in runs for piece in run] == [piece for piece, _ in parts]
    assert all(runs)
    at = 0
    for run in runs:
        inside = [of for _, of in parts[at : at + len(run)]]
        at += len(run)
        if at < len(parts):
            assert inside[-1] is None or parts[at][1] != inside[-1], "a command was torn"
        if sum(len(piece) + 1 for piece in run) > limit:
            assert len(run) == 1 or (len(set(inside)) == 1 and inside[0] is not None), "too large, and could be split"


@given(sizes=st.lists(st.integers(1, 50), max_size=30), limit=st.integers(1, 200))
def test_no_more_frames_than_are_needed(sizes: list[int], limit: int) -> None:
    runs = list(split_into_runs([(b"x" * size, None) for size in sizes], limit))
    lengths = [sum(len(piece) + 1 for piece in run) for run in runs]
    for before, run in zip(lengths, runs[1:], strict=False):
        assert before + len(run[0]) + 1 > limit
