"""Names, owners and links of notifications about alarms: as on the screens, whatever the rules and kinds of an installation."""

from dataclasses import replace
from typing import Any

import pytest

from board import i18n
from board.engine import kinds
from board.notifications.notice import Notice
from models.board import OPERATIONS
from tests.support import vehicle_kind

AT, URL = "2026-11-24T22:00:00.000Z", "https://board.example.org"
SEARCH = f"{URL}/searches/b1"


def notice(kind: str, when: str = "sighting_urgent", board: str = "b1", **more: Any) -> Notice:
    about = {"kind": kind, "id": "c1", "seq": 7}
    reference = None if board == OPERATIONS else "N-1"
    return Notice("n1", board, "a1", 1, "email", "bob", 1, AT, AT, "night_watch", when, about, reference, **more)


@pytest.mark.parametrize(
    ("kind", "board", "when", "link"),
    [
        ("sighting", "b1", "sighting_urgent", f"{SEARCH}/cards/c1"),
        ("task", "b1", "task_overdue", f"{SEARCH}/cards/c1"),
        ("vehicle", "b1", "sighting_urgent", f"{SEARCH}/cards/c1"),
        ("note", "b1", "mention", f"{SEARCH}#log"),
        ("search", "b1", "worrying_search", SEARCH),
        ("search", "b1", "take_down_overdue", f"{SEARCH}?campaign"),
        ("tip", OPERATIONS, "sighting_urgent", f"{URL}/?tip=c1"),
        ("handover", OPERATIONS, "handover_waiting", f"{URL}/handover"),
    ],
)
def test_a_notification_leads_to_what_its_alarm_is_about(kind: str, board: str, when: str, link: str) -> None:
    with kinds.registered(vehicle_kind.KIND):
        assert notice(kind, when, board).link(URL) == link


def test_an_alarm_of_an_own_rule_has_the_name_of_its_occasion() -> None:
    assert notice("sighting").subject() == "Urgent sighting · N-1: nobody has it"
    assert notice("tip", board=OPERATIONS).subject() == "Urgent tip: nobody has it"
    assert notice("sighting", when="").subject() == "Alarm · N-1: nobody has it", "of a rule that is gone"


def test_an_email_about_an_assigned_card_calls_it_assigned() -> None:
    assert notice("sighting", is_assigned=True).subject() == "Urgent sighting · N-1: assigned, alarm not answered"


def test_an_email_after_a_lapsed_promise_says_so() -> None:
    lapsed = notice("sighting", is_assigned=True, is_lapsed=True, round=1)
    assert lapsed.subject() == "Urgent sighting · N-1: promise lapsed, nobody has it"


def test_a_webhook_of_a_later_round_is_no_new_alarm() -> None:
    first, again = (notice("sighting", round=round).body(URL) for round in (0, 1))
    assert [(body["type"], body["data"]["round"]) for body in (first, again)] == [("alarm.escalated", 0), ("alarm.escalated", 1)]
    raised, lapsed = (replace(notice("sighting", round=round), step=0).body(URL)["type"] for round in (0, 1))
    assert (raised, lapsed) == ("alarm.raised", "alarm.escalated")


@pytest.mark.parametrize("language", i18n.languages())
def test_an_email_says_who_has_it_as_the_screens_do(language: str) -> None:
    says = i18n.gettext_for(language)
    for is_assigned, owner in ((False, "nobody has it"), (True, "assigned, alarm not answered")):
        assert notice("sighting", is_assigned=is_assigned, language=language).subject().endswith(says(owner))
    assert notice("tip", board=OPERATIONS, language=language).subject().endswith(says("nobody has it"))
