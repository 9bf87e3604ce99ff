"""Table of the pages, each declared once. Routes, main menu, quick menu, script bundles, style sheets, the audit table and `board
pictures` read it."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

from board.config.roles import Right, Roles
from board.i18n import N_, P_
from models.accounts import ROLES, Account


@dataclass(frozen=True)
class Page:
    """Page at an address.

    - `name`: its `data-page`.
    - `title`: title of the document.
    - `words`: words with which people find it in the quick menu; not shown.
    - `command`: its name in the quick menu.
    - `script`: module that draws it, below `static/js/pages/{name}` or, with a slash, below `static/js/pages`. Empty if templates
      draw the page.
    - `sheets`: its style sheets.
    - `call`: API call that its script makes first, with the `from` and `to` of the address. Browsers preload it.
    - `frame`: the page needs no handler of its own, because its script draws everything from the board of all searches.
    - `role`, `right`, `refusal`: accounts below this role, or without this right, see the refusal.
    - `menu`: position in the main menu, 0 for none.
    - `around`: beginnings of other addresses at which the main menu marks it as current.
    """

    name: str
    path: str
    title: str
    words: str = ""
    _: KW_ONLY
    command: str = ""
    script: str = "page.js"
    sheets: tuple[str, ...] = ()
    call: str = ""
    frame: bool = False
    role: str = "viewer"
    right: Right | None = None
    refusal: str = ""
    menu: int = 0
    around: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """Path of the module that draws the page, below `static`; empty if there is none."""
        script = self.script if "/" in self.script else f"{self.name}/{self.script}"
        return f"js/pages/{script}" if self.script else ""

    def is_for(self, account: Account, roles: Roles) -> bool:
        """Return whether an account's role may open the page."""
        has_right = self.right is None or roles.allows(account.role, self.right)
        return has_right and ROLES.index(account.role) >= ROLES.index(self.role)

    def current(self, path: str) -> str:
        """Return the `aria-current` of the page's link at an address, "" for none."""
        if path == self.path or (self.path != "/" and path.startswith(f"{self.path}/")):
            return "page"
        return "true" if path.startswith(self.around) else ""


PAGES = (
    Page(
        "operations", "/", N_("Searches"), command=N_("All searches"), menu=1, around=("/searches", "/closed"),
        # translators: words that people may type to find a command; as many as are usual, separated by commas
        words=P_("words of the quick menu", "home, overview, operations, list, searches, cases"),
    ),
    Page("closed", "/closed", N_("Closed searches"), script=""),
    Page(
        "history", "/history", N_("History"), command=N_("History: all searches"), menu=5, sheets=("history",),
        # translators: as above
        words=P_("words of the quick menu", "log, events, journal, past, who did what"),
    ),
    Page(
        "since", "/since", N_("What’s new"), menu=6, frame=True, script="unseen/page.js", sheets=("unseen",),
        # translators: as above
        words=P_("words of the quick menu", "news, changes, unread, unseen, since I left"),
    ),
    Page(
        "map", "/map", N_("Map"), command=N_("Map: all searches"), menu=7, frame=True,
        # translators: as above
        words=P_("words of the quick menu", "map, where, places, points, atlas, geography"),
    ),
    Page("unanswered", "/unanswered", N_("Unanswered"), menu=4, frame=True, sheets=("unanswered",)),
    Page(
        "intake", "/intake", N_("Take a call"), menu=2, frame=True, role="investigator",
        refusal=N_("Your role can read, but cannot take calls. Ask an administrator."),
        # translators: as above
        words=P_("words of the quick menu", "phone, telephone, caller, tip, hotline, report, sighting, ring"),
    ),
    Page(
        "handover", "/handover", N_("Handover"), menu=3, around=("/handovers",),
        sheets=("handover", "handover_report", "handover_open"),
        # translators: as above
        words=P_("words of the quick menu", "shift, change of shift, hand over, take over, relief, briefing, duty"),
    ),
    Page(
        "duty", "/duty", N_("On duty"), frame=True, role="investigator", sheets=("duty",),
        refusal=N_("Your role can read, but cannot be on duty. Ask an administrator."),
        # translators: as above
        words=P_("words of the quick menu", "duty, shift, roster, begin, end, go home, available"),
    ),
    Page(
        "duty_plan", "/duty/plan", N_("Plan of duties"), frame=True, sheets=("duty_plan",),
        # translators: as above
        words=P_("words of the quick menu", "roster, schedule, rota, calendar, week, planning, ICS"),
    ),
    Page(
        "watch", "/watch", N_("The watch"), frame=True, role="coordinator", sheets=("watch",), call="/api/v1/watch",
        refusal=N_("Only coordinators see the watch."),
        # translators: as above
        words=P_("words of the quick menu", "night, unwatched, promises, lapsed, response times, figures"),
    ),
    Page(
        "emergency", "/emergency", N_("Open a members-only search"), script="", role="coordinator",
        # translators: as above
        words=P_("words of the quick menu", "break glass, emergency, hidden, secret, members only, access"),
    ),
    Page(
        "retention", "/retention", N_("Retention"), script="", role="coordinator",
        # translators: as above
        words=P_("words of the quick menu", "erase, delete, hold, keep, years, privacy, GDPR, dry run"),
    ),
    Page(
        "disclosure", "/disclosure", N_("Disclosure"), script="", role="coordinator",
        # translators: as above
        words=P_("words of the quick menu", "privacy, GDPR, personal data, right of access, subject access, everything stored"),
    ),
    Page(
        "figures", "/figures", N_("Figures"), frame=True, role="investigator", sheets=("figures",),
        refusal=N_("Your role can read searches, but not the figures."),
        # translators: as above
        words=P_("words of the quick menu", "statistics, counts, numbers, year, month, report, table, CSV"),
    ),
    Page(
        "displays", "/displays", N_("Displays"), menu=8, frame=True, right="displays", sheets=("displays_page",),
        refusal=N_("Only coordinators pair displays. Give one of them the code on the screen."),
        # translators: as above
        words=P_("words of the quick menu", "wall, screen, television, TV, monitor, pair, beamer"),
    ),
    Page(
        "accounts", "/accounts", N_("Accounts"), menu=9, around=("/audit",), role="admin", script="account/one_time_secret.js",
        # translators: as above
        words=P_("words of the quick menu", "users, people, roles, rights, password, invite, colleagues"),
    ),
    Page(
        "audit", "/audit", N_("Audit log"), role="admin",
        # translators: as above
        words=P_("words of the quick menu", "audit, security, who read, sign-ins"),
    ),
    Page(
        "account", "/account", N_("Your account"),
        # translators: as above
        words=P_("words of the quick menu", "settings, preferences, profile, password, language, notifications, sessions"),
    ),
    Page(
        "api", "/api", N_("API for other software"), script="",
        # translators: as above
        words=P_("words of the quick menu", "API, tokens, programs, integration"),
    ),
    Page(
        "plain", "/help", N_("Help"), script="",
        # translators: as above
        words=P_("words of the quick menu", "help, manual, guide, documentation, how to, support"),
    ),
    Page("search", "", N_("Search"), sheets=("work_list",)),
    Page("replay", "", N_("Past")),
    Page("timeline", "", N_("Timeline"), sheets=("timeline",)),
    Page("reads", "", N_("Looked at by"), script="", sheets=("reads",)),
    Page("unusual_reads", "", N_("Unusual reads"), script="", role="admin"),
    Page("sign_in", "", N_("Sign in")),
    Page("second_factor", "", N_("Second step"), sheets=("factors",)),
    Page("recovery_codes", "", N_("Save your recovery codes")),
    Page("step_up", "", N_("Is it you?")),
    Page("password", "", N_("Choose your password"), script="account/password_link.js"),
)  # fmt: skip


def named(name: str) -> Page:
    """Return the page with this name."""
    return next(page for page in PAGES if page.name == name)


def frames() -> list[Page]:
    """Return the pages that need no handler."""
    return [page for page in PAGES if page.frame]


def menu(account: Account, roles: Roles) -> list[Page]:
    """Return the pages in the main menu of an account, in order."""
    return sorted((page for page in PAGES if page.menu and page.is_for(account, roles)), key=lambda page: page.menu)


def modules() -> dict[str, str]:
    """Return the modules that draw pages, by the name of the page."""
    return {page.name: page.module for page in PAGES if page.module}


def sheets() -> list[str]:
    """Return the style sheets of single pages, in order."""
    return [sheet for page in PAGES for sheet in page.sheets]


def for_scripts() -> list[dict[str, Any]]:
    """Return the data of the pages for scripts. The quick menu offers the pages with a path."""
    return [
        {
            "name": page.name, "title": page.title, "path": page.path, "command": page.command or page.title, "role": page.role,
            "right": page.right, "words": page.words, "refusal": page.refusal,
        }
        for page in PAGES
    ]  # fmt: skip
