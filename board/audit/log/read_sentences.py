"""Texts of reads on the pages of the read log, in a language."""

from collections import Counter
from collections.abc import Callable, Mapping

from board.audit.log.read_groups import ReadGroup
from board.config import page_table
from board.documents import content
from board.i18n import N_, enumeration, message, translate, translations
from models.board import OPERATIONS
from models.read_record import ReadRecord

WHY = {
    "role": N_("open to all users"), "member": N_("member"), "lead": N_("in charge of the search"), "guest": N_("guest"),
    "break_glass": N_("in an emergency"), "display": N_("display"),
}  # fmt: skip
SCREENS = {"display": N_("display"), "api": N_("another program")}
WHAT = {  # by type: what was read
    "snapshot.read": N_("board"), "history.read": N_("history"), "source.read": N_("source"), "photo.read": N_("photo"),
    "original.read": N_("original of a photo"), "document.read": N_("file"), "preview.read": N_("previews"),
    "find.run": N_("look-up"), "report.read": N_("report"), "readers.read": N_("looked at by"), "audit.read": N_("audit log"),
}  # fmt: skip
COUNTED: dict[str, Callable[[Callable[[str, str, int], str], int], str]] = {  # texts of the types that are shown with a number
    "photo.read": lambda ngettext, count: ngettext("%(num)s photo", "%(num)s photos", count),
    "document.read": lambda ngettext, count: ngettext("%(num)s file", "%(num)s files", count),
    "original.read": lambda ngettext, count: ngettext("%(num)s original", "%(num)s originals", count),
    "source.read": lambda ngettext, count: ngettext("%(num)s source", "%(num)s sources", count),
    "find.run": lambda ngettext, count: ngettext("%(num)s look-up", "%(num)s look-ups", count),
}
BOARDS = {OPERATIONS: N_("All searches"), "": N_("lists and reports"), "audit": N_("Audit log")}


def describe_group(group: ReadGroup, language: str) -> str:
    """Return a summary of a group, such as `board, 4 min · 3 photos · cards.csv`."""
    subjects = Counter[str]()
    for row in group.rows:
        subjects[row.type] += row.count if row.type == "find.run" else 1
    parts = [_describe_type(type, count, group, language) for type, count in subjects.items() if type != "export.read"]
    return " · ".join([*parts, *dict.fromkeys(row.detail for row in group.rows if row.type == "export.read")])


def describe_row(row: ReadRecord, language: str) -> str:
    """Return a description of a read, such as `photo · 3 times · Search`."""
    what = row.detail if row.type == "export.read" else translate(WHAT.get(row.type, row.type), language)
    parts = [what, screen_text(row.screen, language)]
    if row.count > 1:
        ngettext = _plural(language)
        parts.insert(1, ngettext("%(num)s time", "%(num)s times", row.count))
    return " · ".join(filter(None, parts))


def why_text(group: ReadGroup, language: str) -> str:
    """Return why the reads of a group were allowed."""
    return enumeration([translate(WHY.get(why, why), language) for why in group.reasons], language)


def opening_text(group: ReadGroup, language: str) -> str:
    """Return a text with the end of the access by the last emergency opening. Empty if no read was in an emergency."""
    if not group.is_emergency:
        return ""
    if not group.openings:
        return translate(WHY["break_glass"], language)
    until = content.short_datetime(group.openings[0].until, language)
    return translate(message(N_("members alerted, access until {time}"), time=until), language)


def times_text(group: ReadGroup, language: str) -> str:
    """Return the times of a group, such as `12:30`, `11:50 to 12:10`, or `12:30, now`."""
    start, end = content.time_text(group.at, language)[:5], content.time_text(group.until, language)[:5]
    if group.is_open:
        return translate(message(N_("{time}, now"), time=start), language)
    return start if start == end else translate(message(N_("{start} to {end}"), start=start, end=end), language)


def screen_text(screen: str, language: str) -> str:
    """Return the title of the page from which something was read."""
    if screen in SCREENS:
        return translate(SCREENS[screen], language)
    return next((translate(page.title, language) for page in page_table.PAGES if page.name == screen), "")


def board_text(board: str, references: Mapping[str, str], language: str) -> str:
    """Return the reference of a search, or the name of another board."""
    return references.get(board) or translate(BOARDS.get(board, N_("a search that you do not see")), language)


def _describe_type(type: str, count: int, group: ReadGroup, language: str) -> str:
    if type in COUNTED:
        return COUNTED[type](_plural(language), count)
    what = translate(WHAT.get(type, type), language)
    minutes = group.minutes() if type == "snapshot.read" else 0
    return translate(message(N_("{what}, {count} min"), what=what, count=minutes), language) if minutes else what


def _plural(language: str) -> Callable[[str, str, int], str]:
    return lambda one, many, count: translations(language).ungettext(one, many, count) % {"num": count}
