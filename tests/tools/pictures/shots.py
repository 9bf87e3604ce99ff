"""List of the pictures: every page and dialog, in scenes that follow each other: as seeded, a handover, what came later."""

from board.config import page_table
from tests.tools.pictures.demo import Demo
from tests.tools.pictures.handover import HANDOVER
from tests.tools.pictures.night import NIGHT
from tests.tools.pictures.privacy import PRIVACY
from tests.tools.pictures.shot import MILA, NOOR, NOT_PINNED, PHONE, WIDE, Scene, Shot, Steps, Wall
from tests.tools.pictures.space import SPACE
from tests.tools.pictures.steps import (
    all_of,
    another_person,
    at,
    call_noted,
    click,
    in_sheet,
    keys,
    locked,
    open_menu,
    popup,
    select,
    step_up_asked,
    tour_offered,
    typed,
    words_typed,
    write,
)

COMPARED = "[data-act=stop-comparing]"
NOTE, HISTORY = ".panel .notes textarea", ".panel [data-testid=history] > li"
FILES_HINT, KIND_FIELDS, EARLIER = "[data-testid=files-hint]", "dialog [data-testid=kind-fields]", "dialog fieldset.earlier"


async def as_seeded(demo: Demo) -> None:
    """Leave the demo as it was made."""


def edit_at(selector: str) -> Steps:
    """Edit the details of a search, at one of their parts."""
    return all_of(click("[data-act=edit-search]"), at(selector))


graded = click(".panel [data-field='grade.source'] input[value=B]", ".panel [data-field='grade.content'] input[value='3']")
duplicate_chosen = all_of(click(".panel [data-field=assessment] input[value=duplicate]"), at(".panel [data-field=duplicate_of]"))
file_withdrawn = click(".panel [data-act=open-file]", "dialog [data-act=withdraw-file]")

SCENES: tuple[Scene, ...] = (
    Scene(
        as_seeded,
        (
            Shot("sign-in", "/login", person=""),
            Shot("password-link", "/password", person=""),
            Shot("operations", "/"),
            Shot("operations-viewer", "/", person="charlie"),
            Shot("operations-replay", "/?at=5"),
            Shot("operations-more", "/", open_menu("details.more-menu", ".more-menu [data-act]:not(summary)")),
            Shot("tour-offered", "/", tour_offered),
            Shot("tour", "/#tour", shows="[data-testid=tour][data-step='1']"),
            Shot("tour-later", "/#tour", click("[data-act=tour-next]", "[data-act=tour-next]"), shows="[data-step='3']"),
            Shot("search-new-dialog", "/", click("[data-act=open-search]"), dialog="open-search"),
            Shot(
                "search-new-kind",
                "/",
                all_of(click("[data-act=open-search]"), select("kind", "parental_abduction"), at(KIND_FIELDS)),
                dialog="open-search",
            ),
            Shot("intake", "/intake"),
            Shot("intake-call", "/intake", call_noted, shows="[data-testid=similar] :is(li, .hint)"),
            Shot("board", MILA),
            Shot("board-viewer", MILA, person="charlie"),
            Shot("board-sighting", MILA + "/cards/{sighting}"),
            Shot("board-sighting-edit", MILA + "/cards/{sighting}", click(".panel [data-act=edit]")),
            Shot("sighting-graded", MILA + "/cards/{sighting}", graded, shows=".panel [data-act=grade]"),
            Shot("sighting-duplicate", MILA + "/cards/{sighting}", duplicate_chosen, shows=".panel [data-field=duplicate_of]"),
            Shot("sighting-passed-on", NOOR + "/cards/{credible}", at(".panel [data-testid=passing-on]")),
            Shot("board-list", MILA + "/cards/{sighting}#list", shows=".work-row.opened"),
            Shot("board-list-all", MILA + "#unanswered", shows=".work-row"),
            Shot("sighting-history", MILA + "/cards/{sighting}", at(HISTORY)),
            Shot("note-mention", MILA + "/cards/{sighting}", write(NOTE, "Ask @"), shows=".mention-list [role=option]"),
            Shot("note-correction", MILA + "#log", all_of(click("[data-act=correct]"), at(".notes form .hint"))),
            Shot("board-task", MILA + "/cards/{task}"),
            Shot("sighting-files", NOOR + "/cards/{pictured}", at(".panel .pictures .thumb")),
            Shot("files-hint", NOOR + "/cards/{pictured}", click(".panel [data-act=add-files]"), shows=FILES_HINT),
            Shot("file-dialog", NOOR + "/cards/{pictured}", click(".panel [data-act=open-file]"), dialog="file"),
            Shot("file-withdraw-dialog", NOOR + "/cards/{pictured}", file_withdrawn, dialog="withdraw-file"),
            Shot("photo-dialog", NOOR, click("[data-act=open-photo]"), dialog="file", widths=NOT_PINNED),
            Shot("search-files", NOOR + "#log", at(".details-view [data-testid=files]")),
            Shot("board-log", MILA, click("[data-act=log]")),
            Shot("board-log-runaway", "/searches/{chloe}#log"),
            Shot("board-log-minor", "/searches/{yonas}#log"),
            Shot("board-replay", MILA + "?at=30"),
            Shot("board-compared", MILA + "?at=30", click("[data-act=compare]", "[data-act=on]"), shows=COMPARED),
            Shot("board-find", MILA, typed("input[type=search]", "coat", "[role=option]:has(mark)")),
            Shot("board-more", MILA, click("[data-act=more]"), shows=".tool-sheet.open", widths=PHONE),
            Shot("board-folded", MILA, click("[data-act=fold-header]"), shows="html[data-header-folded]", widths=NOT_PINNED),
            Shot(
                "make-room",
                MILA,
                all_of(click("[popovertarget=search-menu]", "[data-act=make-room]"), select("days", "0")),
                dialog="make-room",
                shows="dialog [data-act=run]:enabled",
            ),
            Shot("board-menu", MILA, popup("[popovertarget=search-menu]"), widths=WIDE),
            Shot("status-menu", MILA, in_sheet("[popovertarget=status-menu]:visible")),
            Shot("filter-menu", MILA, in_sheet("[popovertarget=filters]")),
            Shot("card-menu", MILA + "/cards/{sighting}", popup("[data-act=card-menu]")),
            Shot("goal-dialog", MILA, click("[data-act=set-goal]"), dialog="goal"),
            Shot("outcome-dialog", "/searches/{found}", click("[data-act=outcome]"), dialog="outcome"),
            Shot("found-dialog", MILA, click("[data-act=set-status]", "dialog input[value=found]"), dialog="status"),
            Shot("closing-dialog", MILA, click("[data-act=set-status]", "dialog input[value=closed]"), dialog="status"),
            Shot("column-dialog", MILA, click("[data-act=column-menu]", "[data-act=rename-column]"), dialog="column-title"),
            Shot("column-before-dialog", MILA, click("[data-act=add-before]"), dialog="column-before"),
            Shot("column-after-dialog", MILA, click("[data-act=add-after]"), dialog="column-after"),
            Shot("board-full", NOOR),
            Shot("board-column-menu", MILA, popup("[data-act=column-menu]:visible")),
            Shot("sighting-dialog", MILA, click("[data-act=add-sighting]"), dialog="add-sighting"),
            Shot("task-dialog", MILA, click("[data-act=add-task]"), dialog="add-task"),
            Shot("search-map", f"{MILA}#map"),
            Shot("searched-place-dialog", f"{MILA}#map", click("[data-act=add-place]"), dialog="add-place"),
            Shot("move-dialog", MILA, click("article.card [data-act=move]"), dialog="move"),
            Shot("details-dialog", MILA, click("[data-act=edit-search]"), dialog="facts"),
            Shot("details-abduction", MILA, edit_at(KIND_FIELDS), dialog="facts"),
            Shot("details-minor", "/searches/{yonas}", edit_at(KIND_FIELDS), dialog="facts"),
            Shot("details-earlier", "/searches/{chloe}", edit_at(EARLIER), dialog="facts"),
            Shot("details-criteria", MILA, edit_at("dialog .criterion"), dialog="facts"),
            Shot("appeal-dialog", MILA, click("[data-act=appeal]"), dialog="appeal"),
            Shot(
                "appeal-child-alert",
                MILA,
                click("[data-act=appeal]", "dialog input[value=child_alert]"),
                dialog="appeal",
                shows="dialog [data-testid=conditions]",
            ),
            Shot("campaign-empty", MILA, click("[data-act=campaign]"), dialog="campaign"),
            Shot("access-dialog", MILA, click("[data-act=access]"), dialog="access"),
            Shot("status-dialog", MILA, click("[data-act=set-status]"), dialog="status"),
            Shot("worrying-dialog", MILA, click("[data-act=log]", "[data-act=qualify]"), dialog="worrying"),
            Shot("withdraw-dialog", MILA + "/cards/{sighting}", click(".panel [data-act=withdraw]"), dialog="withdraw"),
            Shot("search-found", "/searches/{found}"),
            Shot("aftercare", "/searches/{found}#log", shows="[data-testid=aftercare]"),
            Shot("talk-dialog", "/searches/{found}#log", click("[data-act=talk]"), dialog="talk"),
            Shot("search-closed", "/searches/{closed}"),
            Shot("keys-dialog", MILA, keys("?"), dialog="keys"),
            Shot("quick-menu", MILA, keys("Control+k"), dialog="palette"),
            Shot("quick-menu-words", MILA, words_typed, dialog="palette"),
            Shot("alerts", "/", open_menu("details.bell", ".alerts li")),
            Shot("account-menu", "/", open_menu("details.account-menu", ".account-menu .menu")),
            Shot("locked", MILA, locked, shows="dialog.lock-bar[open]"),
            Shot("another-person", MILA, another_person, shows="dialog.lock-bar[open] [name=email]"),
            Shot("unseen", "/since"),
            Shot("unanswered", "/unanswered", shows="li[data-entry]"),
            Shot("watch", "/watch", shows=".watch-figures"),
            Shot("figures", "/figures", shows=".figure-tiles"),
            Shot("unanswered-queue", "/unanswered?queue=judge", shows="li[data-entry]"),
            Shot("hand-on-dialog", "/unanswered", click("[data-act=hand-on]"), dialog="hand-on"),
            Shot("closed", "/closed"),
            Shot("history", "/history", shows="li[data-seq]"),
            Shot("search-history", MILA + "/history", shows="li[data-seq]"),
            Shot("timeline", MILA + "/timeline", shows="[data-testid=graph]"),
            Shot("history-filter", MILA + "/history", popup("[popovertarget=filters]")),
            Shot("handover-none", "/handover"),
            Shot("duty-begin", "/duty"),
            Shot("duty-plan", "/duty/plan", shows="td[data-account]"),
            Shot("displays", "/displays"),
            Shot("pair-dialog", "/displays", click("[data-act=pair]"), dialog="pair"),
            Shot("account", "/account", whole=True),
            Shot("step-up-dialog", "/", step_up_asked, dialog="step-up"),
            Shot("accounts", "/accounts", person="robin", whole=True),
            Shot("account-detail", "/accounts/{account}", person="robin", whole=True),
            Shot("tokens", "/accounts/tokens", person="robin", whole=True),
            Shot("access-review", "/accounts/access", person="robin", whole=True),
            Shot("guests", MILA + "/guests", person="robin", whole=True),
            Shot("audit", "/audit", person="robin"),
            Shot("help", "/help"),
            Shot("help-page", "/help/tutorial/first-evening"),
            Shot("help-guide", "/help/guides/coordinator"),
            Shot("api", "/api"),
            Shot("not-found", "/searches/nothing"),
            Shot("wall-unpaired", "/wall", person=""),
        ),
        (
            Wall("wall-720p", (1280, 720)),
            Wall("wall-1080p", (1920, 1080)),
            Wall("wall-1080p-light", (1920, 1080), theme="light"),
            Wall("wall-4k", (3840, 2160)),
            Wall("wall-portrait", (1080, 1920)),
            Wall("wall-search-1080p", (1920, 1080), ("mila",)),
            Wall("wall-inner-720p", (1280, 720), ("mila",), "inner"),
            Wall("wall-inner-1080p", (1920, 1080), ("mila",), "inner"),
            Wall("wall-inner-4k", (3840, 2160), ("mila",), "inner"),
            Wall("wall-inner-portrait", (1080, 1920), ("mila",), "inner"),
            Wall("wall-photo-1080p", (1920, 1080), ("noor",)),
            Wall("wall-photo-portrait", (1080, 1920), ("noor",), "inner"),
        ),
    ),
    *HANDOVER,
    *NIGHT,
    PRIVACY,
    SPACE,
)
_PATHS = {shot.path for scene in SCENES for shot in scene.shots}
FRAMES = Scene(as_seeded, tuple(Shot(page.name, page.path) for page in page_table.frames() if page.path not in _PATHS))
SCENES = (*SCENES, FRAMES)
