"""The file `sign_in.toml`: its defaults, and an error for each mistake, with the line of the mistake."""

from pathlib import Path

import pytest

from board.config.sign_in import FILE, load_sign_in
from board.config.toml_lines import line_of
from models.db.errors import ConfigurationError

GOOD = """\
[password]
enabled = false
break_glass = "Chief@Desk.example"

[[provider]]
key = "police"
name = "Police account"
issuer = "https://login.example.org/realms/police"
client_id = "searchboard"
create_accounts = true

[[provider.role]]
claim = "groups"
value = "board-lead"
role = "coordinator"

[[provider.role]]
claim = "groups"
value = "board"
role = "viewer"

[[provider]]
key = "house"
name = "Child Focus account"
issuer = "https://id.example.org"
client_id = "board"

[[provider.role]]
claim = "role"
value = "staff"
role = "investigator"
"""


def write(folder: Path, text: str) -> str:
    (folder / FILE).write_text(text, encoding="utf-8")
    return str(folder)


def test_the_file_of_the_program_allows_passwords_alone() -> None:
    sign_in = load_sign_in()
    assert sign_in.provider == []
    assert sign_in.allows_password("anybody@desk.example")
    assert not sign_in.is_break_glass("anybody@desk.example")


def test_the_file_of_an_installation_is_read(tmp_path: Path) -> None:
    sign_in = load_sign_in(write(tmp_path, GOOD))
    assert [provider.key for provider in sign_in.provider] == ["police", "house"]
    assert sign_in.by_issuer("https://id.example.org") is sign_in.by_key("house")
    assert sign_in.by_key("other") is None
    assert [rule.role for rule in sign_in.provider[0].role] == ["coordinator", "viewer"]


def test_only_the_break_glass_account_has_a_password_if_they_are_off(tmp_path: Path) -> None:
    sign_in = load_sign_in(write(tmp_path, GOOD))
    assert sign_in.is_break_glass(" chief@desk.example")
    assert sign_in.allows_password("chief@desk.example")
    assert not sign_in.allows_password("eva@desk.example")
    on = load_sign_in(write(tmp_path, GOOD.replace("enabled = false", "enabled = true")))
    assert on.allows_password("eva@desk.example")
    assert not on.is_break_glass("chief@desk.example"), "it is an account like others while passwords are on"


@pytest.mark.parametrize(
    ("before", "after", "line", "sentence"),
    [
        ('break_glass = "Chief@Desk.example"\n', "", 2, "set break_glass"),
        ('key = "police"', 'key = "Police!"', 6, "provider.0.key"),
        ('key = "house"', 'key = "police"', 23, 'two providers have the key "police"'),
        ('issuer = "https://id.example.org"', 'issuer = "https://login.example.org/realms/police"', 25, "have the issuer"),
        ('issuer = "https://id.example.org"', 'issuer = "http://id.example.org"', 25, "must be an address such as https://"),
        ('issuer = "https://id.example.org"', "", 22, "provider.1.issuer"),
        ('client_id = "board"', 'client_id = "board"\nscopes = ["email"]', 27, 'must contain "openid"'),
        ('client_id = "board"', 'client_id = "board"\ncheck_min = 0', 27, "provider.1.check_min"),
        ('role = "investigator"', 'role = "boss"', 31, "provider.1.role.0.role"),
        ('role = "investigator"', 'role = "investigator"\ncolour = "red"', 32, "provider.1.role.0.colour"),
        ('value = "board"\n', 'value = "board-lead"\n', 20, "gives the roles coordinator and viewer"),
        ("create_accounts = true\n\n[[provider.role]]", "create_accounts = true\n\n[[provider.roles]]", 12, "provider.0.roles"),
    ],
)  # fmt: skip
def test_an_error_names_the_line(tmp_path: Path, before: str, after: str, line: int, sentence: str) -> None:
    assert before in GOOD
    with pytest.raises(ConfigurationError) as refused:
        load_sign_in(write(tmp_path, GOOD.replace(before, after, 1)))
    assert f"{tmp_path / FILE}, line {line}" in str(refused.value)
    assert sentence in str(refused.value)


def test_new_accounts_need_a_role(tmp_path: Path) -> None:
    text = "\n".join(
        ["[[provider]]", 'key = "a"', 'name = "A"', 'issuer = "https://a.example"', 'client_id = "a"', "create_accounts = true"]
    )
    with pytest.raises(ConfigurationError, match=r"line 6: new accounts need a role"):
        load_sign_in(write(tmp_path, text))


def test_a_file_that_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"can't be read: .*line 2"):
        load_sign_in(write(tmp_path, "[password]\nenabled = maybe\n"))


def test_a_missing_value_has_the_line_of_its_table() -> None:
    assert line_of(GOOD, ("provider", 1, "client_secret")) == 22
    assert line_of(GOOD, ("provider", 0, "role", 1, "claim")) == 18
    assert line_of("", ("password", "enabled")) == 1
