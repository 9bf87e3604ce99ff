"""Settings from a file: `.env`, or the one that is named; what is no setting there is refused, in a sentence without a secret."""

from pathlib import Path

import pytest

from board.config import env_file
from board.config.settings import Settings
from models.db.errors import ConfigurationError
from tests.support.cli_fork_server import CliResult, cli_fork_server

SECRET = "Tr0ub4dor"


def call(folder: Path, *words: str, **settings: str) -> CliResult:
    return cli_fork_server().call([*words], settings, folder)


def test_every_command_takes_a_file_of_settings_wherever_it_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"DATABASE_URL=sqlite:///{tmp_path}/wrong.db\n")
    (tmp_path / "board.env").write_text(f"DATABASE_URL=sqlite:///{tmp_path}/named.db\n# a comment\nexport LOG_LEVEL=warning\n")
    assert call(tmp_path, "--env-file", "board.env", "migrate") == CliResult(0, "", "")
    assert not (tmp_path / "wrong.db").exists()
    for words in (
        ("--env-file", "board.env", "verify"), ("verify", "--env-file", "board.env"), ("verify", "--env-file=board.env"),
        ("account", "--env-file", "board.env", "list"), ("token", "list", "--env-file", str(tmp_path / "board.env")),
    ):  # fmt: skip
        done = call(tmp_path, *words)
        assert (done.code, done.err) == (0, ""), words
    assert call(tmp_path, "verify").code == 1
    assert call(tmp_path, "verify", "--env-file", "board.env", DATABASE_URL=f"sqlite:///{tmp_path}/third.db").code == 1


@pytest.mark.parametrize("words", [("--env-file", "none", "serve"), ("serve", "--env-file"), ("serve", "--env-file=.")])
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = call(tmp_path, *words)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("--env-file: the file ")


@pytest.mark.sample
@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("verify",), ("migrate",)], ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("LOG_LEVLE=INFO\n", ".env, line 1: the board has no setting LOG_LEVLE (did you mean LOG_LEVEL?).\n"),
        (
            "\n# one\n\nPORT=0\n\nDATABASE_URI=x\n",
            ".env, line 6: the board has no setting DATABASE_URI (did you mean DATABASE_URL?).\n",
        ),
        ("COLOUR=blue\n", ".env, line 1: the board has no setting COLOUR.\n"),
        ("max_sockets=3\n", ".env, line 1: this is not a setting. Write NAME=value.\n"),
        ("PORT\n", ".env, line 1: PORT has no value.\n"),
        (f"SECRET_KEY=abc\n{SECRET}==\n", ".env, line 2: this is not a setting. Write NAME=value.\n"),
        (f'SECRET_KEY="{SECRET}\n', ".env, line 1: this is not a setting. Write NAME=value.\n"),
        ("LOG_LEVEL=BANANA\n", "The setting LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL.\n"),
        ("WORKERS=many\n", "The setting WORKERS can't be used: "),
        (
            "FORWARDED_ALLOW_IPS=proxy\n",
            "The setting FORWARDED_ALLOW_IPS must be a comma-separated list of IP addresses or networks",
        ),
    ],
)
def test_unknown_or_invalid_setting_is_refused_in_a_sentence(
    tmp_path: Path, text: str, sentence: str, words: tuple[str, ...]
) -> None:
    (tmp_path / ".env").write_text(text)
    done = call(tmp_path, *words)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(sentence), done.err
    assert done.err.count("\n") == 1
    assert SECRET not in done.err
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_file_that_can_not_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is None:
        (tmp_path / ".env").mkdir()
    else:
        (tmp_path / ".env").write_bytes(content)
    with pytest.raises(ConfigurationError, match="can't be read"):
        env_file.check(tmp_path / ".env", Settings.model_fields)


def test_proxies_are_believed_that_the_file_names(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("FORWARDED_ALLOW_IPS = 10.0.0.7, 10.1.0.0/16,::1\n")
    assert Settings(_env_file=tmp_path / "x").forwarded_allow_ips == "10.0.0.7, 10.1.0.0/16,::1"
    for value in ("*", ""):
        assert Settings(_env_file=None, forwarded_allow_ips=value).forwarded_allow_ips == value
