"""The page about OWASP ASVS: each requirement of level 1 and 2 once, with a test that exists or a reason; and true numbers."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from argon2 import PasswordHasher, Type

from board.accounts import own_words, password_links, passwords, throttle
from board.accounts.factors import policy
from board.accounts.session_limit import MAX_SESSIONS
from board.bootstrap import ROOT
from board.commands import registry
from board.config.settings import Settings
from board.engine import kinds
from board.engine.identity import SESSION_LIFETIME
from board.providers import keys
from models.accounts import ROLES, Account
from tests.support.readme_blocks import document

PAGE = document("explanation/asvs")
# Level of each requirement of a section, in order: V6.1.1 has level 1, V6.1.2 level 2 (ASVS 5.0.0, CC BY-SA 4.0)
LEVELS = {
    "V6.1": "122", "V6.2": "111111112222", "V6.3": "11223333", "V6.4": "112233", "V6.5": "22222333", "V6.6": "2223",
    "V6.7": "33", "V6.8": "2222",
    "V7.1": "222", "V7.2": "1111", "V7.3": "22", "V7.4": "11222", "V7.5": "223", "V7.6": "22",
    "V8.1": "1233", "V8.2": "1123", "V8.3": "133", "V8.4": "23",
    "V9.1": "111", "V9.2": "1222",
    "V10.1": "22", "V10.2": "223", "V10.3": "22223", "V10.4": "1111122222233333", "V10.5": "22222", "V10.6": "22", "V10.7": "222",
    "V11.1": "2233", "V11.2": "22233", "V11.3": "11233", "V11.4": "1222", "V11.5": "23", "V11.6": "23", "V11.7": "33",
    "V14.1": "22", "V14.2": "12223333", "V14.3": "122",
    "V16.1": "2", "V16.2": "22222", "V16.3": "2222", "V16.4": "222", "V16.5": "2223",
}  # fmt: skip
REQUIRED = {
    f"{section}.{number}": int(level)
    for section, levels in LEVELS.items()
    for number, level in enumerate(levels, start=1)
    if level != "3"
}
MET, NOT_APPLICABLE, NOT_MET = "met", "not applicable", "not met"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| (\d) \| ([^|\n]+) \| ([^|\n]+) \| ([^|\n]*) \|$", re.M)
WAYS = {  # modules that give a browser a cookie by which it is known, with their ways in the table of the page
    "board/accounts/sign_in_end.py": ("password", "one-time link", "passkey", "provider", "emergency account"),
    "board/accounts/session_renewal.py": ("confirmation",),
    "board/displays/api.py": ("wall display",),
    "board/displays/pages.py": ("wall display",),
}


class Line(NamedTuple):
    """Line of a table of the page."""

    id: str
    level: int
    requirement: str
    state: str
    shown: str


def lines(page: str) -> list[Line]:
    return [Line(id, int(level), *cells) for id, level, *cells in ROW.findall(page)]


def names_in(file: str) -> set[str]:
    """Return the names of the tests in a file, without importing it."""
    path = ROOT / file
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def section(heading: str, page: str = PAGE) -> str:
    """Return the text below a heading, up to the next one; empty if there is no such heading."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page, flags=re.S | re.M)
    return found[1] if found else ""


def problems(page: str) -> Iterator[str]:
    """Yield a sentence for each line that is missing, doubled, or not shown by anything."""
    found = lines(page)
    ids = [line.id for line in found]
    yield from (f"{id} is not in the tables" for id in REQUIRED if id not in ids)
    yield from (f"{id} is there twice" for id in {id for id in ids if ids.count(id) > 1})
    yield from (f"{id} is not of level 1 or 2" for id in ids if id not in REQUIRED)
    yield from (f"{line.id} has level {REQUIRED[line.id]}" for line in found if REQUIRED.get(line.id, line.level) != line.level)
    if ids != sorted(ids, key=_place):
        yield "the order is not that of ASVS"
    for line in found:
        yield from _problems_of(line, page)


def _place(id: str) -> list[int]:
    return [int(part) for part in id.removeprefix("V").split(".")]


def _problems_of(line: Line, page: str) -> Iterator[str]:
    named = TEST.findall(line.shown)
    yield from (f"{line.id} names {file}::{test}, which does not exist" for file, test in named if test not in names_in(file))
    if line.state == MET and not named:
        yield f"{line.id} names no test"
    elif line.state == NOT_APPLICABLE and len(line.shown.split()) < 3:
        yield f"{line.id} has no reason"
    elif line.state == NOT_MET and line.id not in section("Not met", page):
        yield f"{line.id} is missing below Not met"
    elif line.state not in (MET, NOT_APPLICABLE, NOT_MET):
        yield f"{line.id} is {line.state!r}"


def test_each_requirement_is_there_once_and_shown() -> None:
    assert len(REQUIRED) == 135
    assert list(problems(PAGE)) == []


def test_heading_of_unmet_requirements_names_only_those() -> None:
    unmet = [line.id for line in lines(PAGE) if line.state == NOT_MET]
    assert sorted(set(re.findall(r"V\d+\.\d+\.\d+", section("Not met"))), key=_place) == unmet


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (r"^\| V6\.2\.1 .*\n", "", "V6.2.1 is not in the tables"),
        (r"^(\| V6\.2\.1 .*\n)", r"\1\1", "V6.2.1 is there twice"),
        (r"^\| V6\.2\.1 \| 1", "| V6.2.1 | 2", "V6.2.1 has level 1"),
        (r"^(\| V6\.2\.1 .*)::test_\w+", r"\1::test_of_nothing", "V6.2.1 names tests/api/test_accounts.py::test_of_nothing"),
        (r"^(\| V6\.2\.1 .*\| met \|).*", r"\1 we believe so |", "V6.2.1 names no test"),
        (r"^(\| V6\.8\.3 .*\| not applicable \|).*", r"\1 no SAML |", "V6.8.3 has no reason"),
        (r"^(\| V6\.2\.1 .*\|) met \|", r"\1 not met |", "V6.2.1 is missing below Not met"),
        (r"^(\| V6\.2\.1 .*\|) met \|", r"\1 nearly |", "V6.2.1 is 'nearly'"),
        (r"^(\| V6\.2\.1 .*\n)(\| V6\.2\.2 .*\n)", r"\2\1", "the order is not that of ASVS"),
    ],
)
def test_wrong_line_is_found(old: str, new: str, problem: str) -> None:
    changed = re.sub(old, new, PAGE, flags=re.M)
    assert changed != PAGE
    assert any(found.startswith(problem) for found in problems(changed))


def test_page_is_linked_and_names_its_licence() -> None:
    assert "(explanation/asvs.md)" in document("index")
    assert "(asvs.md)" in document("explanation/threat-model")
    assert "CC BY-SA 4.0" in PAGE


# -- numbers and lists of the page ----------------------------------------------------------------------------------------


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading, without its head."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section(heading).splitlines() if line[:1] == "|"][
        2:
    ]


def test_documented_limits_are_those_of_the_throttle() -> None:
    rules = [throttle.NETWORK_AND_ACCOUNT, throttle.NETWORK, throttle.SITES, throttle.BLOCKS, throttle.STRANGERS, throttle.DEVICE]
    assert [int(row[1]) for row in rows("Guessed passwords")] == [rule.limit for rule in rules]
    assert {rule.window_s for rule in rules} == {5 * 60}
    assert "within five minutes" in section("Guessed passwords")


def test_documented_words_are_refused() -> None:
    assert set(re.findall(r"`(\w+)`", section("Refused passwords"))) == set(own_words.PRODUCT)
    assert f"{passwords.MIN_LENGTH} to {passwords.MAX_LENGTH:,} characters" in section("Refused passwords")


def test_documented_times_and_number_of_sessions_are_those_of_the_code() -> None:
    text = section("Sessions")
    assert f"{SESSION_LIFETIME.days} days" in text
    assert f"{Settings.model_fields['session_idle_hours'].default} hours" in text
    assert f"{MAX_SESSIONS} sessions" in text
    assert f"{password_links.LINK_TTL.total_seconds() / 3600:.0f} hours" in section("Ways to sign in")


def test_every_way_to_sign_in_is_documented() -> None:
    """A module that sets a cookie of a session or display is a way in; a new one needs a line."""
    code = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in (ROOT / "board").rglob("*.py")}
    assert {name for name, text in code.items() if re.search(r"\b(SESSION|SCREEN)\.set\(", text)} == WAYS.keys()
    documented = {row[0] for row in rows("Ways to sign in")}
    assert {way for ways in WAYS.values() for way in ways} <= documented
    assert "API token" in documented


def test_every_role_can_be_made_to_need_a_second_factor() -> None:
    text, delivered = section("Second factors"), Settings(_env_file=None)
    (all_roles,) = re.findall(r"SECOND_FACTOR_ROLES=([a-z,]+)", text)
    strict = Settings(_env_file=None, second_factor_roles=all_roles)
    accounts = [Account(id=role, email="", name="", role=role, password="", created_at="") for role in ROLES]
    assert all(policy.must_have(account, strict) for account in accounts)
    assert [account.role for account in accounts if policy.must_have(account, delivered)] == ["coordinator", "admin"]
    assert f"{delivered.second_factor_grace_days} days after" in text


def test_documented_fields_of_displays_are_those_of_the_declarations() -> None:
    assert registry.TABLE
    page = document("reference/contract/displays")
    for kind in kinds.every():
        text = "".join(re.findall(rf"^\| `{kind.name}`.*$", page, flags=re.M))
        names = {part for path in kind.display_fields["inner_room"] for part in path.split(".")}
        assert {name for name in names if not re.search(rf"\b{name}(_name)?\b", text)} == set(), kind.name


# -- keys, algorithms and times --------------------------------------------------------------------------------------------

LIBRARIES = {"argon2", "cryptography", "hashlib", "hmac", "joserfc", "pyotp", "pyrage", "secrets", "webauthn"}
OTHERS = {"random", "Crypto", "nacl", "jwt", "ecdsa", "rsa", "bcrypt", "passlib", "OpenSSL", "crypt", "pyaes", "itsdangerous"}
NOT_SECRET = {  # modules that use `random`, for pauses, demos and ids of log lines
    "board/alarms/escalation.py", "board/client.py", "board/demo/simulated_texts.py", "board/demo/simulated_users.py",
    "board/server/serve.py", "board/telemetry/logs.py", "realtime/bus/redis_bus.py",
}  # fmt: skip
ALGORITHMS = {
    "AESGCM": "AES-GCM", "PasswordHasher": "argon2id", "sha256": "SHA-256", "blake2b": "BLAKE2b with a key",
    "x25519": "age (X25519", "TOTP": "HMAC-SHA-1",
}  # fmt: skip
PRIMITIVE = re.compile(
    r"\b(?:hashlib\.(\w+)|(AES\w+|ChaCha\w+|Fernet|PBKDF2\w*|Scrypt|HKDF\w*|PasswordHasher|x25519|TOTP|HOTP|RC4|TripleDES|ECB|CBC)\b)"
)


def sources() -> dict[str, str]:
    """Return the text of each module of the program, by its path."""
    paths = (path for folder in ("board", "models", "realtime") for path in (ROOT / folder).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def imports(text: str) -> set[str]:
    return set(re.findall(r"^\s*(?:from|import) (\w+)", text, flags=re.M))


def test_cryptography_comes_from_documented_libraries() -> None:
    used = {name for text in sources().values() for name in imports(text)} & (LIBRARIES | OTHERS)
    assert used - {"random"} == LIBRARIES
    documented = {name for row in rows("Algorithms") for name in re.findall(r"`(\w+)`", row[3])}
    assert documented == LIBRARIES


def test_random_numbers_without_secrecy_are_in_few_places() -> None:
    assert {path for path, text in sources().items() if "random" in imports(text)} == NOT_SECRET


def primitives(text: str) -> set[str]:
    return {first or second for first, second in PRIMITIVE.findall(text)}


def test_documented_algorithms_are_those_of_the_code() -> None:
    used = {name for text in sources().values() for name in primitives(text)}
    assert used == ALGORITHMS.keys()
    documented = [row[0] for row in rows("Algorithms")]
    assert [name for name in ALGORITHMS.values() if not any(text.startswith(name) for text in documented)] == []
    assert "AES-GCM" in (ROOT / "static/js/core/storage/cipher.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", ["hashlib.md5(x)", "hashlib.sha1(x)", "AESCBC(key)", "ChaCha20Poly1305(key)", "modes.ECB()"])
def test_other_algorithm_is_found(code: str) -> None:
    assert primitives(code) - ALGORITHMS.keys()


def test_documented_parameters_of_argon2_are_those_of_the_code() -> None:
    hasher = PasswordHasher()
    text = f"{hasher.memory_cost // 1024} MiB, {hasher.time_cost} rounds, {hasher.parallelism} lanes"
    assert [row[1] for row in rows("Algorithms") if row[0] == "argon2id"] == [text]
    assert hasher.type is Type.ID
    assert "HASHER = PasswordHasher()" in (ROOT / "board/engine/identity.py").read_text(encoding="utf-8")


def test_signatures_of_providers_are_asymmetric() -> None:
    assert not {name for name in keys.ALGORITHMS if name.startswith("HS") or name == "none"}
    assert any(f"{keys.MIN_RSA_BITS:,} bits" in row[1] for row in rows("Algorithms"))


def test_keys_of_the_settings_are_documented() -> None:
    secret = re.compile(r"key|secret|identity|recipient")
    settings = {name.upper() for name in Settings.model_fields if secret.search(name)}
    assert settings - {name for row in rows("Keys") for name in re.findall(r"`([A-Z_]+)`", row[0])} == set()


def test_times_of_the_log_are_in_utc() -> None:
    code = "import structlog; from board.telemetry import logs; logs.set_up('INFO'); structlog.get_logger().info('x')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ | {"TZ": "Asia/Tokyo"}
    )
    at = datetime.fromisoformat(json.loads(done.stderr)["timestamp"])
    assert at.utcoffset() == timedelta()
    assert abs(datetime.now(UTC) - at) < timedelta(hours=1)
