"""Groups of calls in the OpenAPI description. Client generators name modules after them."""

import re

# The first pattern that matches the path of a call decides.
GROUPS = (
    (r"/me(/|$)", "me", "Your own account and session."),
    (r"/accounts", "accounts", "Accounts: listed for everyone, provisioned by a program."),
    (r"/boards/\{board\}/(uploads|files)/", "files", "Photos and other files of a search."),
    (r"/boards/\{board\}/materials/", "materials", "Posters, vignettes and briefs."),
    (r"/documents/", "documents", "Papers: how long they wait."),
    (r"/boards/\{board\}/\w+\.(csv|json)$", "exports", "Cards and journals as files."),
    (r"/(boards|tips)(/|$)", "boards", "Boards: state, events, commands, sources, integrity."),
    (r"/(find|closed|unanswered|work|earlier|statements|details)$", "lookup", "Searches, sightings and texts that are found."),
    (r"/reports(/|$)", "reports", "Reports of disappearances."),
    (r"/(intake/|places$)", "intake", "Taking in calls from the public."),
    (r"/(alerts|alarms|since|seen)(/|$)", "alerts", "Alerts, alarms, and what is new to you."),
    (r"/watch$", "watch", "The watch: whether somebody had each grave alarm."),
    (r"/figures(\.csv)?$", "figures", "Figures about the searches of a year or a month."),
    (r"/handovers?(/|$)", "handover", "Reports of handovers."),
    (r"/duties/", "duties", "The plan of duties."),
    (r"/audit", "audit", "The audit journal."),
    (r"/(displays|wall)(/|$)", "displays", "Wall displays."),
    (r"/(openapi|asyncapi)\.json$", "descriptions", "Descriptions of this API, for programs."),
)


def tag_of(path: str) -> str:
    """Return the group of a call. Raises StopIteration if it has none."""
    return next(tag for pattern, tag, _ in GROUPS if re.match(pattern, path))


def tags() -> list[dict[str, str]]:
    """Return all groups, in the form of OpenAPI."""
    return [{"name": name, "description": description} for _, name, description in GROUPS]
