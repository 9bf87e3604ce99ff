"""Rules of alarms: an installation has its own, and a file that cannot be used is refused in a sentence that names the fault."""

from pathlib import Path

import pytest

from board.alarms.escalation import Deadlines
from board.commands.alarms.alarm_steps import PendingAlarm
from board.config.alarm_rules import WHEN, AlarmRules, load_rules
from board.maintenance.checks.finding import State
from board.maintenance.checks.run import run
from models.db.errors import ConfigurationError
from tests.support.people import settings_for

RULE = '[[rules]]\nkey = "own"\nwhen = "mention"\nladder = "a"\n'
UNREVIEWED = RULE.replace("mention", "search_not_reviewed")
LADDER = '[ladders.a]\nsteps = [{ after_min = 0, ask = ["desk"], ways = ["screen"] }]\n'


def rules(folder: Path, text: str) -> AlarmRules:
    (folder / "alarms.toml").write_text(text)
    return load_rules(str(folder))


def test_the_program_has_a_rule_for_every_occasion() -> None:
    assert {rule.when for rule in load_rules().rules.values()} == set(WHEN)


def test_an_installation_has_rules_of_its_own(tmp_path: Path) -> None:
    assert load_rules(str(tmp_path)).rules == load_rules().rules, "it has no file yet"
    own = rules(tmp_path, LADDER + RULE).rules
    assert list(own) == ["own"]
    assert own["own"].steps[0].ask == ("desk",)


def test_a_ladder_goes_on_with_another_one(tmp_path: Path) -> None:
    text = LADDER.replace("steps", 'then = "b"\nthen_after_min = 0.5\nsteps') + RULE
    later = '{ after_min = 0, ask = ["lead"], ways = ["email"] }, { after_min = 2, ask = ["desk"], ways = ["email"] }'
    text += f"[ladders.b]\nsteps = [{later}]"
    steps = rules(tmp_path, text).rules["own"].steps
    assert [(step.after_s, step.ask) for step in steps] == [(0, ("desk",)), (30, ("lead",)), (150, ("desk",))]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (LADDER.replace("screen", "pager") + RULE, 'the ladder "a" has the unknown way "pager".'),
        (LADDER.replace("desk", "mayor") + RULE, 'the ladder "a" has the unknown ask "mayor".'),
        (LADDER + RULE.replace("mention", "full_moon"), 'the rule "own" has the unknown when "full_moon".'),
        (LADDER.replace("steps", 'then = "a"\nthen_after_min = 1\nsteps') + RULE, "ladders must not continue in a circle: a, a."),
        (LADDER.replace("steps", 'then = "b"\nthen_after_min = 1\nsteps') + RULE, '"b", which does not exist.'),
        (LADDER.replace("steps", 'then = "a"\nsteps') + RULE, "needs both then and then_after_min"),
        (LADDER + RULE + RULE, 'two rules have the key "own".'),
        (LADDER + RULE.replace('"a"', '"b"'), 'the rule "own" names the ladder "b", which does not exist.'),
        (LADDER + RULE.replace("own", "o w n"), 'the key "o w n" must consist of'),
        (LADDER + RULE + "after_min = 3\n", 'must not have after_min. Only rules for these occasions can have it: '),
        (LADDER + RULE + "before_min = 3\n", "for these occasions can have it: appeal_ending."),
        (LADDER + RULE + "every_hours = { runaway = 4 }\n", 'the rule "own" must not have every_hours.'),
        (LADDER + UNREVIEWED, 'the rule "own" needs every_hours, such as every_hours = { runaway = 48 }.'),
        (LADDER + UNREVIEWED + "every_hours = { runawy = 4 }\n", 'the unknown kind of search in every_hours "runawy".'),
        (LADDER + "repeat_min = 1\n" + RULE, "at ladders.a.repeat_min: Enter 2 or more."),
        (LADDER + "repeat_min = 241\n" + RULE, "at ladders.a.repeat_min: Enter 240 or less."),
        (LADDER + 'repeat_min = "never"\n' + RULE, 'the rule "own" has a ladder that ends.'),
        (LADDER + RULE + "promise_min = 481\n", "at rules.0.promise_min: Enter 480 or less."),
        (LADDER.replace("= 0", "= 1") + RULE, 'the ladder "a" begins after 1 minutes'),
        (
            LADDER.replace("}]", '}, { after_min = 0, ask = ["lead"], ways = ["screen"] }]').replace("} ]", "}]") + RULE,
            'the ladder "a" has a step after 0 minutes that follows one after 0.',
        ),
        (LADDER.replace('["desk"]', "[]") + RULE, "has a step without ask or ways."),
        ("[ladders.a]\nsteps = []\n" + RULE, 'the ladder "a" has no steps.'),
        (LADDER.replace("= 0", "= -1") + RULE, "at ladders.a.steps.0.after_min: Enter 0 or more."),
        (LADDER + RULE + "more = 1\n", "at rules.0.more: Unknown field."),
        ("[ladders", "can't be read"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        rules(tmp_path, text)
    assert sentence in str(refused.value)
    assert str(tmp_path / "alarms.toml") in str(refused.value)


def test_a_file_of_an_earlier_version_gets_defaults(tmp_path: Path) -> None:
    grave = RULE.replace("own", "urgent").replace("mention", "sighting_urgent")
    own = rules(tmp_path, LADDER + RULE + grave)
    assert [(rule.repeat_s, rule.promise_s) for rule in own.rules.values()] == [(1_800, 1_800), (600, 600)]
    assert own.advice[1] == 'Add promise_min to the rule "own". Until then, a promise lasts 30 minutes.'
    assert own.advice[-1].startswith(
        "Add rules for: appeal_ending, call_due, duty_unconfirmed, found_not_told, handover_waiting, queue_late, "
    )


def test_a_ladder_that_never_repeats_is_for_rules_that_are_not_grave(tmp_path: Path) -> None:
    own = rules(tmp_path, LADDER + 'repeat_min = "never"\n' + RULE + "grave = false\n").rules["own"]
    assert (own.repeat_s, own.wait_s(0)) == (None, None)


def test_rules_of_the_program_need_no_advice(tmp_path: Path) -> None:
    assert load_rules().advice == []
    slow = LADDER.replace("}]", '}, { after_min = 16, ask = ["lead"], ways = ["screen"] }]') + "repeat_min = 10\n"
    text = slow + RULE.replace("mention", "sighting_urgent") + "promise_min = 5\n"
    assert rules(tmp_path, text).advice[0] == 'The grave rule "own" waits 16 minutes for a step. Use at most 15 minutes.'


def test_check_says_what_a_file_of_an_earlier_version_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "alarms.toml").write_text(LADDER + RULE)
    monkeypatch.setenv("FILES_PATH", str(tmp_path))
    (warning,) = [finding for finding in run() if finding.name == "settings"]
    assert warning.state is State.WARNING
    assert 'alarms.toml: Add repeat_min to the ladder "a".' in warning.says


def test_a_server_does_not_start_with_it_and_check_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "alarms.toml").write_text(LADDER.replace("screen", "pager") + RULE)
    with pytest.raises(ConfigurationError, match="pager"):
        settings_for(tmp_path, files_path=str(tmp_path)).check()
    monkeypatch.setenv("FILES_PATH", str(tmp_path))
    (wrong,) = [finding for finding in run() if finding.name == "settings"]
    assert wrong.state is State.WRONG
    assert "pager" in wrong.says


def test_a_short_ladder_waits_for_the_person_whose_promise_lapsed(tmp_path: Path) -> None:
    text = (
        LADDER.replace("}]", '}, { after_min = 0.05, ask = ["lead"], ways = ["email"] }]\nrepeat_min = "never"')
        + RULE
        + "grave = false\n"
    )
    passed_s = [0.0]
    deadlines = Deadlines(rules(tmp_path, text), lambda: passed_s[0])
    lapsed = PendingAlarm("alarm", "board", "own", -1, "2026-12-01T10:02:00.000Z", None)
    assert not deadlines.due([lapsed], "2026-12-01T10:00:00.000Z")
    passed_s[0] = 119.0
    assert not deadlines.due([lapsed], "2026-12-01T10:01:59.000Z"), "the wait of two minutes is not over"
    passed_s[0] = 120.0
    assert deadlines.due([lapsed], "2026-12-01T05:02:00.000Z") == [lapsed], (
        "a clock that is set back delays no longer than a wait"
    )


def test_extended_promise_ends_on_time_though_the_clock_is_set_back(tmp_path: Path) -> None:
    passed_s, day = [0.0], "2026-12-01T"
    deadlines = Deadlines(rules(tmp_path, LADDER + RULE), lambda: passed_s[0])
    taken = PendingAlarm("alarm", "board", "own", 0, f"{day}18:00:00.000Z", f"{day}10:00:00.000Z")
    assert not deadlines.due([taken], f"{day}10:00:00.000Z")
    extended = taken._replace(next_at=f"{day}12:10:00.000Z")
    passed_s[0] = 7_200.0
    assert not deadlines.due([extended], f"{day}07:00:00.000Z"), "at noon, by a clock that was set back since it was extended"
    passed_s[0] += 599.0
    assert not deadlines.due([extended], f"{day}07:09:59.000Z")
    passed_s[0] += 1.0
    assert deadlines.due([extended], f"{day}07:10:00.000Z") == [extended]
