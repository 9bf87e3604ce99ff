"""Tasks after the child is found, from `[found]` of first_tasks.toml. The search stays found until they are done or withdrawn."""

from sqlalchemy import bindparam, exists, select

from board.commands.cards import tasks
from board.config.task_templates import TaskTemplate
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from models.db.tables import columns_of
from models.distribution import Distribution
from models.search import Search
from models.task import Task

_D, _T = columns_of(Distribution), columns_of(Task)
_ASKED = select(exists().where(_D.board == bindparam("board"), _D.withdrawn.is_(None)))
_TITLES = select(_T.title).where(_T.board == bindparam("board"), _T.take_down, ~_T.withdrawn)


def begin(writer: EventWriter, row: Search) -> None:
    """Add the tasks that the kind of the search and the condition of the child require, except those that are there."""
    outcome = row.outcome or {}
    told = bool(outcome.get("family_told") and outcome.get("police_told"))
    params = {"board": writer.board.id}
    asked = bool(unit_of_work.execute(writer.session, _ASKED, params).scalar_one())
    titles = set(unit_of_work.execute(writer.session, _TITLES, params).scalars())
    for template in writer.task_catalogue.found_tasks(row.kind, outcome["condition"], asked=asked, told=told):
        if _is_new(template, titles) and writer.has_room(reserved=True):  # `found` must not be refused
            tasks.add_from_template(writer, template, take_down=True)


def _is_new(template: TaskTemplate, titles: set[str]) -> bool:
    translations = next(template.texts())
    return titles.isdisjoint(translations.values())
