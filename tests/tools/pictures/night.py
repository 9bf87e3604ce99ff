"""Scenes after the handover: tips and an alarm came in, posters were given out, alarms were taken, and Noor was found.

What people did is sent as commands; photos are the drawings of the demo.
"""

import random
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.async_api import FilePayload, Page

from board.demo import drawings
from tests.tools.pictures.demo import Demo
from tests.tools.pictures.shot import MILA, NOOR, Scene, Shot, Wall
from tests.tools.pictures.steps import all_of, at, attach, click, open_menu, select, stalled, write

OPERATIONS = "operations"
ZUID = {"text": "Gent-Zuid, tram stop", "lat": 51.0471, "lon": 3.7302, "radius_m": 50}
TIPS: dict[str, dict[str, Any]] = {
    "A boy of about fifteen at Brussels-South, alone, says that he is Yonas and waits for an uncle.": {
        "place": {"text": "Bruxelles-Midi / Brussel-Zuid", "lat": 50.8357, "lon": 4.3354, "radius_m": 120},
        "seen_at": "2026-11-26T08:02:00Z",
        "channel": "hotline",
        "source": {"kind": "named", "sealed": False},
        "source_name": "Traveller (invented)",
        "source_contact": "0400 00 00 21",
        "clothing": "Black coat, socks in sandals",
        "company": "Alone",
    },
    "Two girls with school bags on the dyke, long before school. The smaller one cried.": {
        "place": {"text": "Oostende, Albert I-promenade", "lat": 51.2330, "lon": 2.9120, "radius_m": 300},
        "seen_at": "2026-11-26T07:10:00Z",
        "channel": "app",
        "source": {"kind": "unknown", "sealed": False},
    },
    "A girl with a yellow rucksack sat on the bench of the tram stop and would not talk to the driver.": {
        "place": ZUID,
        "seen_at": "2026-11-26T08:00:00Z",
        "channel": "hotline",
        "source": {"kind": "anonymous", "sealed": False},
    },
    "A small girl in a red coat asked for pancakes at the service area, hand in hand with a man.": {
        "place": {"text": "E40, Raststätte Aachener Land", "lat": 50.8226, "lon": 6.2166, "radius_m": 200},
        "seen_at": "2026-11-26T07:31:00Z",
        "channel": "police",
        "source": {"kind": "named", "sealed": True},
        "source_name": "Patrol (invented)",
    },
}
UNTIL = "2026-11-27T13:00:00Z"
PUBLIC = ["age", "looks", "clothing", "time", "place", "photo"]
POSTER = {
    "what": "poster",
    "languages": ["nl", "fr"],
    "shows": PUBLIC,
    "texts": {"nl": "Zij reist misschien met de tram.", "fr": "Elle voyage peut-être en tram."},
    "place": "Gent-Zuid",
    "until": UNTIL,
    "decided_by": "Parket Gent, P. Maes",
}
GIVEN = (
    ("poster", ["De Lijn, dispatching Gent", "NMBS Security"], "email", "nl", None),
    ("poster", ["Jeugdhuis De Kring", "Centrale bibliotheek De Krook"], "paper", "nl", 40),
    ("vignette", ["Lokale politie Gent, Facebook", "Gemeente Melle"], "social_media", "nl", None),
)
CALL_AT = "2026-11-26T13:30:00Z"
CONTACTS: tuple[dict[str, Any], ...] = (
    {"name": "E. De Wolf", "role": "magistrate", "relation": "Gent", "next_call": CALL_AT},
    {"name": "Sint-Barbaracollege", "role": "school", "relation": "head teacher"},
)  # fmt: skip
REPORTED = {
    "source_name": "Samira Haddad", "source_contact": "+32 400 00 12 34", "caller_role": "mother", "caller_place": "Molenbeek",
    "person": {
        "first_name": "Lina", "last_name": "Haddad", "age": 12, "sex": "f", "needs": "insulin",
        "description": "Small, long black curls, a scar above the left eyebrow", "clothing": "white down jacket, red shoes",
    },
    "missing_since": "2026-11-25T20:30:00Z", "last_seen": {"text": "Zwarte Vijvers, metro"}, "last_seen_by": "her brother Amir",
    "belongings": {
        "phone": "no", "phone_note": "off since 23:05", "money": "unknown", "medication": "yes", "company": "internet",
        "company_note": "a boy from Snapchat, “Yanis”",
    },
    "circumstances": "Quarrel about her phone at 21:45", "may_go": "Aunt in Vilvoorde?",
}  # fmt: skip
FOUND = {
    "status": "found",
    "reason": "The driver of line 2 saw her and waited with her at Melle for the patrol.",
    "outcome": {"found_at": "2026-11-26T08:20:00Z", "place": "Melle", "condition": "well", "how": "sighting"},
}


async def night_came(demo: Demo) -> None:
    """Let tips come in, an urgent sighting, a question to Alice, and let a poster and a vignette be given out."""
    for description, said in TIPS.items():
        await demo.command("bob", OPERATIONS, "tip.add", {"description": description, **said})
    tips = {each["state"]["description"]: each["id"] for each in await demo.entities("bob", OPERATIONS, "tip")}
    lost, placed = list(TIPS)[2:]
    await demo.command("bob", OPERATIONS, "tip.dismiss", {"tip": tips[lost], "reason": "The caller rang off, no number"})
    await demo.command("bob", OPERATIONS, "tip.place", {"tip": tips[placed], "search": demo.boards["DEMO-10"]})
    await demo.command("bob", OPERATIONS, "report.add", REPORTED)
    reports = await demo.entities("bob", OPERATIONS, "report")
    demo.numbers |= {"report": reports[0]["id"]}
    demo.numbers |= {"tip": tips[next(iter(TIPS))], "dismissed": tips[lost]}
    await approve_and_give(demo)
    await add_contacts(demo)
    await leave_no_alarm(demo)
    await raise_alarm(demo)
    asked = "@Alice Dewit May the mother be told about the service area before noon?"
    await demo.command("bob", demo.boards["DEMO-10"], "note.add", {"text": asked, "please_answer": True})
    for name in ("Room 2, left", "Room 2, right"):
        await demo.pair([OPERATIONS], "room", "dark", "nl", name)


async def approve_and_give(demo: Demo) -> None:
    """Approve a poster, a vignette and a brief of Noor, give them out, and withdraw the vignette again."""
    noor = demo.boards["DEMO-01"]
    for what in ("poster", "vignette", "brief"):
        await demo.command("alice", noor, "material.approve", POSTER | {"what": what})
    materials = {each["state"]["what"]: each["id"] for each in await demo.entities("alice", noor, "material")}
    for what, recipients, way, language, copies in GIVEN:
        data = {"material": materials[what], "recipients": recipients, "way": way, "language": language, "copies": copies}
        await demo.command("bob", noor, "distribution.add", data)
    withdrawn = {"material": materials["vignette"], "reason": "Her glasses are not the ones on the photo"}
    await demo.command("alice", noor, "material.withdraw", withdrawn)
    given = {each["state"]["recipient"]: each["id"] for each in await demo.entities("alice", noor, "distribution")}
    await demo.command("bob", noor, "distribution.take_down", {"distributions": [given["Gemeente Melle"]]})


async def add_contacts(demo: Demo) -> None:
    """Let Noor's search have people to call, with the next calls."""
    noor = demo.boards["DEMO-01"]
    for contact in CONTACTS:
        await demo.command("bob", noor, "contact.add", contact)
    mother = next(each["id"] for each in await demo.entities("bob", noor, "contact") if each["state"]["relation"] == "mother")
    said = "Told her about the camera images of line 2. She asks her sister in Oostende herself."
    await demo.command("bob", noor, "contact.log", {"contact": mother, "result": "reached", "text": said, "next_call": CALL_AT})


async def raise_alarm(demo: Demo) -> None:
    """Add an urgent sighting that nobody has taken."""
    said = {
        "description": "Boy in a black tracksuit on the rails behind the station. He did not react when called.",
        "priority": "urgent",
        "seen_at": "2026-11-26T08:14:00Z",
        "place": {"text": "Charleroi-Central", "lat": 50.4047, "lon": 4.4386, "radius_m": 80},
        "channel": "hotline",
    }
    await demo.command("bob", demo.boards["DEMO-02"], "sighting.add", said)


async def alarms(demo: Demo) -> list[dict[str, Any]]:
    """Return the alarms of all searches that nobody has taken, as entities of their boards with the board."""
    found = []
    for board in (OPERATIONS, *demo.boards.values()):
        of_board = await demo.entities("alice", board, "alarm")
        found += [each | {"board": board} for each in of_board if not (each["state"]["taken_by"] or each["state"]["ended_at"])]
    return found


async def leave_no_alarm(demo: Demo) -> None:
    """Take every untaken alarm: as Alice if she was asked first, otherwise as Bob."""
    alice = (await demo.get("alice", "/me"))["id"]
    for each in await alarms(demo):
        taker = "alice" if each["state"]["asked"][:1] == [alice] else "bob"
        await demo.command(taker, each["board"], "alarm.take", {"alarm": each["id"]})


async def alarm_taken(demo: Demo) -> None:
    """Raise an alarm, and let Alice take it."""
    await raise_alarm(demo)
    for each in await alarms(demo):
        await demo.command("alice", each["board"], "alarm.take", {"alarm": each["id"]})


async def task_given_back(demo: Demo) -> None:
    await demo.command("bob", demo.boards["DEMO-10"], "card.assign", {"card": demo.cards["task"], "assignee": None})


SAID, CORRECTED = "Man with a small girl at the till of the service area.", "Man with a girl of about six at the till, both calm."


async def described(demo: Demo) -> None:
    await describe(demo, SAID)


async def described_anew(demo: Demo) -> None:
    await describe(demo, CORRECTED)


async def describe(demo: Demo, text: str) -> None:
    await demo.command(
        "bob", demo.boards["DEMO-10"], "sighting.update", {"sighting": demo.cards["sighting"], "description": text}
    )


async def no_files(demo: Demo) -> None:
    """Withdraw the files of Mila's sighting."""
    mila = demo.boards["DEMO-10"]
    for each in await demo.entities("alice", mila, "file"):
        if each["state"]["card"] == demo.cards["sighting"] and not each["state"]["withdrawn"]:
            await demo.command("alice", mila, "file.withdraw", {"file": each["id"], "reason": "Attached by mistake"})


withdrawn_listed = click("[popovertarget=search-menu]", "[data-act=withdrawn-files]")
removal_proposed = all_of(withdrawn_listed, click("dialog [data-act=open-file]", "dialog [data-act=propose-removal]"))


async def noor_found(demo: Demo) -> None:
    await demo.command("alice", demo.boards["DEMO-01"], "search.set_status", FOUND)


def photo_with_metadata() -> FilePayload:
    """Return a drawing as a photo of a phone, which says when and where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2026:11:26 09:01:40", 0x9011: "+01:00"})
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 2.0, 49.5), 3: "E", 4: (3.0, 43.0, 48.7)})
    written = BytesIO()
    Image.open(BytesIO(drawings.draw("tram-stop"))).save(written, "JPEG", quality=88, exif=exif)
    return {"name": "IMG_4102.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def large_photo() -> FilePayload:
    """Return what is sent in several pieces."""
    return {"name": "IMG_4103.jpg", "mimeType": "image/jpeg", "buffer": random.Random(17).randbytes(600_000)}


def empty_file() -> FilePayload:
    return {"name": "statement.pdf", "mimeType": "application/pdf", "buffer": b""}


async def draft_left(page: Page) -> None:
    """Write a sighting, leave it as a draft, and sign out."""
    await click("[data-act=add-sighting]")(page)
    await write("dialog [data-field=description] textarea", "Girl in a red coat at the border")(page)
    await click("dialog [data-act=later]", "[data-sign-out] button")(page)


held_listed = click("[data-work]")
promise_asked = all_of(held_listed, click("dialog [data-act=promise-other]"))
ALARM_MORE = open_menu("details.watch-more", "[data-testid=alarm-more]")
ALARM = "[data-testid=alarm]"
NIGHT = (
    Scene(
        night_came,
        (
            Shot("alarm", "/", shows=ALARM),
            Shot("alarm-search", NOOR, shows=ALARM),
            Shot("alarm-viewer", "/", person="charlie"),
            Shot("alarm-menu", "/", ALARM_MORE),
            Shot("alarm-next", "/", click("[data-act=next-alarm]"), shows=ALARM),
            Shot("hand-on-alarm-dialog", "/", click("[data-act=hand-on-alarm]"), dialog="hand-on-alarm"),
            Shot("tips", "/", at("[data-testid=tips]")),
            Shot("tips-answered", "/", all_of(open_menu(".answered-tips", ".answered-tips li"), at(".answered-tips"))),
            Shot("tip-dialog", "/?tip={tip}", dialog="tip"),
            Shot("tip-source", "/?tip={tip}", click("[data-act=read-source]"), dialog="tip", shows="[data-testid=tip-source]"),
            Shot("tip-dismissed", "/?tip={dismissed}", dialog="tip"),
            Shot("reports", "/", at("[data-testid=reports]")),
            Shot("report-dialog", "/?report={report}", dialog="report"),
            Shot("report-call", "/intake?report={report}", shows="[data-form=report] [data-part=criteria]"),
            Shot("unanswered-tips", "/unanswered?queue=look", shows="li[data-entry]"),
            Shot("look-again-dialog", NOOR, click("[data-act=look-again]"), dialog="look-again", shows="[data-again]"),
            Shot("campaign", NOOR, click("[data-act=campaign]", "[data-act=filter-all]"), dialog="campaign"),
            Shot("campaign-to-take-down", NOOR, click("[data-act=campaign]", "[data-act=filter-open]"), dialog="campaign"),
            Shot(
                "campaign-withdraw",
                NOOR,
                click("[data-act=campaign]", "[data-act=withdraw-material]"),
                dialog="campaign",
                shows="[data-form=withdraw-material]",
            ),
            Shot(
                "approve-dialog",
                NOOR,
                click("[data-act=campaign]", "[data-act=approve]"),
                dialog="approve",
                shows="[data-testid=preview] img:not(.busy)",
            ),
            Shot(
                "approve-refused",
                MILA,
                all_of(
                    click("[data-act=campaign]", "[data-act=approve]"),
                    select("what", "poster"),
                    at("dialog .approval-fields .error"),
                ),
                dialog="approve",
                shows="[data-testid=preview] img:not(.busy)",
            ),
            Shot("contacts", f"{NOOR}#log", shows="[data-contact]"),
            Shot("contact-open", f"{NOOR}#log", click("[data-act=open-contact]"), shows="[data-testid=contact-details]"),
            Shot("contact-add-dialog", f"{NOOR}#log", click("[data-act=add-contact]"), dialog="contact-add"),
            Shot("contact-dialog", f"{NOOR}#log", click("[data-act=open-contact]", "[data-act=edit-contact]"), dialog="contact"),
            Shot("give-dialog", NOOR, click("[data-act=campaign]", "[data-act=give]"), dialog="give"),
            Shot("displays-paired", "/displays", shows="li[data-display]"),
            Shot("display-dialog", "/displays", click("[data-act=change]"), dialog="change"),
            Shot("display-remove-dialog", "/displays", click("[data-act=revoke]"), dialog="revoke"),
        ),
        (
            Wall("wall-alarm-1080p", (1920, 1080), profile="inner"),
            Wall("wall-alarm-visitors-1080p", (1920, 1080)),
            Wall("wall-alarm-720p-light", (1280, 720), profile="inner", theme="light"),
            Wall("wall-alarm-inner-1080p", (1920, 1080), ("lucas",), "inner"),
            Wall("wall-alarm-portrait", (1080, 1920), profile="inner"),
        ),
    ),
    Scene(
        leave_no_alarm,
        (
            Shot("alarm-mine", "/", before=alarm_taken, shows="[data-testid=alarm-taken]"),
            Shot("alarm-taken", "/", person="sophie", before=alarm_taken, shows="[data-testid=alarm-taken]"),
            Shot("alarms-held", "/", held_listed, before=alarm_taken, dialog="what-i-have"),
            Shot("promise-dialog", "/", promise_asked, before=alarm_taken, dialog="promise"),
            Shot(
                "undo",
                MILA + "/cards/{task}",
                click(".panel [data-act=take]"),
                before=task_given_back,
                shows="[data-testid=undo]",
            ),
            Shot(
                "photo-says",
                MILA + "/cards/{sighting}",
                all_of(attach(photo_with_metadata()), at("[data-testid=found-offer]")),
                before=no_files,
            ),
            Shot("withdrawn-files", MILA, withdrawn_listed, before=no_files, dialog="withdrawn-files"),
            Shot("propose-removal", MILA, removal_proposed, before=no_files, dialog="propose-removal"),
            Shot(
                "conflict",
                MILA + "/cards/{sighting}",
                all_of(
                    click(".panel [data-act=edit]"),
                    write("[data-form=facts] [data-field=description] textarea", " The girl had a toy rabbit."),
                    at("[data-form=facts]"),
                ),
                before=described,
                meanwhile=described_anew,
                shows=".theirs",
            ),
            Shot("sign-out-dialog", MILA, draft_left, person="nadia", dialog="sign-out"),
            Shot(
                "uploads",
                MILA + "/cards/{sighting}",
                all_of(stalled("IMG_4103.jpg"), attach(empty_file(), large_photo())),
                person="bob",
                shows=".upload[data-state=sending]",
            ),
        ),
    ),
    Scene(
        noor_found,
        (
            Shot("found-board", NOOR),
            Shot("found-operations", "/"),
            Shot("take-downs", NOOR, click("[data-act=campaign]"), dialog="campaign", shows="[name=tick]"),
            Shot(
                "closing-open-dialog",
                NOOR,
                click("[data-act=set-status]", "dialog input[value=closed]"),
                dialog="status",
                shows="dialog [data-testid=open-list]",
            ),
        ),
    ),
)
