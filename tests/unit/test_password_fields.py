"""Fields for passwords: masked, open to password managers and to pasted text, and with no hint next to them."""

import re
from collections.abc import Iterator

import pytest

from board.accounts import passwords
from board.accounts.account_forms import PASSWORD_FIELDS
from board.bootstrap import ROOT
from board.paths import STATIC

INPUT = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'([a-z]+)(?:="([^"]*)")?')
IS_PASSWORD = re.compile(r"-password$")


def inputs(text: str) -> Iterator[dict[str, str]]:
    for tag in INPUT.findall(text):
        yield dict(ATTRIBUTE.findall(tag.removeprefix("<input")))


def problems(text: str) -> list[str]:
    """Return what is wrong with the fields for passwords of a template."""
    found = []
    for field in inputs(text):
        name, kind, manager = (field.get(key, "") for key in ("name", "type", "autocomplete"))
        if name in PASSWORD_FIELDS or IS_PASSWORD.search(manager) or kind == "password":
            found += [f"{name}: not masked"] * (kind != "password")
            found += [f"{name}: no password manager"] * (not IS_PASSWORD.search(manager))
            found += [f"{name}: too short"] * (int(field.get("maxlength", passwords.MAX_LENGTH)) < passwords.MAX_LENGTH)
    return found


def templates() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "templates").glob("*.html"))}


def test_passwords_are_masked_and_open_to_password_managers() -> None:
    fields = [field["name"] for text in templates().values() for field in inputs(text) if field.get("type") == "password"]
    assert set(fields) == set(PASSWORD_FIELDS)
    assert {name: found for name, text in templates().items() if (found := problems(text))} == {}


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ('<input name="password" type="text" autocomplete="current-password">', ["password: not masked"]),
        ('<input name="new" type="password" autocomplete="off">', ["new: no password manager"]),
        ('<input name="old" type="password" autocomplete="current-password" maxlength="20">', ["old: too short"]),
        ('<input name="pin" autocomplete="new-password" required>', ["pin: not masked"]),
        ('<input name="email" type="email" autocomplete="username">', []),
    ],
)
def test_field_that_hides_nothing_or_bars_managers_is_found(field: str, found: list[str]) -> None:
    assert problems(field) == found


def test_scripts_do_not_prevent_pasting_into_fields() -> None:
    """Pasted files are taken; pasted text always goes to the focused field."""
    listeners = [path.name for path in STATIC.rglob("*.js") if re.search(r"""["']paste["']""", path.read_text(encoding="utf-8"))]
    assert listeners == ["file_drop.js"]
    markup = [*templates().values(), *(path.read_text(encoding="utf-8") for path in STATIC.rglob("*.js"))]
    assert not any("onpaste" in text or "@paste" in text for text in markup)


def test_forms_of_passwords_ask_for_no_hint() -> None:
    names = {name: {field.get("name") for field in inputs(templates()[name])} for name in ("sign_in.html", "set_password.html")}
    assert names == {"sign_in.html": {"email", "password"}, "set_password.html": {"code", "new"}}
