"""The tasks that are known beforehand: those that come along, or an installation's own, read when it starts."""

from pathlib import Path
from typing import get_args

import pytest

from board.config import data_files, predefined_tasks
from board.config.predefined_tasks import MAX_TASKS, FirstTasksFile, TaskCatalogue, load_catalogue
from models.db.database import ConfigurationError
from models.search import KINDS, AppealLevel
from tests.support.people import connect_person, create_token, running_server, settings_for

OWN = '[[runaway]]\ntitle = "Ask the neighbours"\ndue_minutes = 15\n[[runaway]]\nkey = "bus"\ntitle = "Bus"\ntitle_fr = "Bus"\n'


def test_each_kind_and_each_level_has_tasks_and_no_appeal_has_none() -> None:
    assert FirstTasksFile.model_fields.keys() == {*KINDS, "found"}  # and those after the child was found
    assert all(load_catalogue().first_tasks(kind) for kind in KINDS)
    assert [level for level in get_args(AppealLevel) if not load_catalogue().take_down(level)] == ["none"]


@pytest.mark.parametrize(
    "stored", ["Home and surroundings searched again, by the police", "Huis en omgeving opnieuw doorzocht, door de politie"]
)
def test_task_with_a_former_title_is_in_the_readers_language(stored: str) -> None:
    (task,) = [task for task in load_catalogue().first_tasks("undefined") if "search the home" in task.title]
    shown = predefined_tasks.shown_text(stored, "fr")
    assert shown == task.text_in("fr")["title"]
    assert [texts[0] for texts in predefined_tasks.for_scripts("fr") if stored in texts] == [shown]


def test_each_former_text_belongs_to_a_current_one_and_is_no_current_one() -> None:
    former = data_files.read(predefined_tasks.FORMER, predefined_tasks.FormerTextsFile, None)
    for name in ("title", "instruction"):
        english = {getattr(task, name) for task in load_catalogue().templates()}
        current = {text for task in load_catalogue().templates() for texts in task.texts() for text in texts.values()}
        entries = getattr(former, name)
        assert {entry.text for entry in entries} <= english
        texts = [text for entry in entries for text in entry.former]
        assert len(texts) == len(set(texts))
        assert not current & set(texts)


async def test_an_installation_has_first_tasks_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "first_tasks.toml").write_text(OWN)
    async with running_server(tmp_path, files_path=str(tmp_path)) as server:
        alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
        for kind, titles in (("runaway", ["Ask the neighbours", "Bus"]), ("undefined", [])):
            search = await alice.open_search(kind=kind)
            tasks = (await alice.subscribe(search)).of_kind("task").values()
            assert [task["title"] for task in sorted(tasks, key=lambda task: task["number"])] == titles
        # without a file the built-in ones apply
        await alice.command(search, "search.set_appeal", {"level": "discreet"})
        outcome = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
        await alice.command(search, "search.set_status", {"status": "found", "reason": "home", "outcome": outcome})
        tasks = (await alice.subscribe(search)).of_kind("task").values()
        assert [task["title"] for task in tasks] == [each.title for each in load_catalogue().take_down("discreet")]
        await alice.close()


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("[[runaway]]\ninstruction = 'x'", "runaway.0.title: This field is required."),
        ("[[runaway]]\ntitle = 'x'\ndue = 5", "runaway.0.due: Unknown field."),
        ("[[run_away]]\ntitle = 'x'", "run_away: Unknown field."),
        ("[[runaway]]\ntitle = 'x'\npriority = 'high'", "runaway.0.priority: "),
        ("[[runaway]]\ntitle = 'x'\ndue_minutes = 0", "runaway.0.due_minutes: "),
        ("[[runaway]]\ntitle = 'x'\n" * (MAX_TASKS + 1), "runaway: At most 50 entries."),
        ("runaway = 1", "runaway: This must be a list."),
        ("[[runaway]", "can't be read"),
        ("\udcff", "can't be read"),
    ],
)
def test_a_file_that_can_not_be_used_is_refused_at_start_in_a_sentence(tmp_path: Path, text: str, at: str) -> None:
    (tmp_path / "first_tasks.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigurationError) as refused:
        settings_for(tmp_path, files_path=str(tmp_path)).check()
    assert at in str(refused.value)
    assert str(tmp_path / "first_tasks.toml") in str(refused.value)
    assert "\n" not in str(refused.value)
    (tmp_path / "first_tasks.toml").write_text(OWN)
    settings_for(tmp_path, files_path=str(tmp_path)).check()
    assert TaskCatalogue(str(tmp_path)).first_tasks("runaway")[0].due_minutes == 15
