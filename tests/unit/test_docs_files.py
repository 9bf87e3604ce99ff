"""Files that the documentation gives away, and those for containers: they parse, and name only what exists."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from board.bootstrap import ROOT
from board.config.settings import Settings
from board.paths import DOCS
from board.telemetry import metrics
from tests.support.readme_blocks import code_blocks, document

RULES = DOCS / "files/prometheus_rules.yml"
DASHBOARD = DOCS / "files/grafana_dashboard.json"
# Prometheus' own; and those that come from the database or the disks, not from a process
OTHERS = {
    "up", "board_display_current", "board_notifications_waiting", "board_alarms_open", "board_alarms_late",
    "board_backup_age_seconds",
    "board_disk_free_bytes", "board_disk_reserve_bytes", "board_files_bytes", "board_files_quota_bytes",
}  # fmt: skip
METRIC = re.compile(r"\b(?:up|board_\w+)\b")


def published() -> set[str]:
    """Return the names that `/metrics` has under this version's names."""
    found = set(OTHERS)
    for family in metrics.registry.collect():
        if family.type == "histogram":
            found |= {f"{family.name}_{end}" for end in ("bucket", "sum", "count")}
        else:
            found.add(f"{family.name}_total" if family.type == "counter" else family.name)
    deprecated = set(metrics.DEPRECATED.values())
    return {name for name in found if name.removesuffix("_total") not in deprecated}


def unknown(expressions: Iterator[str]) -> set[str]:
    """Return the metrics in expressions that are not published."""
    return {name for each in expressions for name in METRIC.findall(each)} - published()


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return list(group["rules"])


def expressions_of_dashboard() -> Iterator[str]:
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_alert_rules_name_only_published_metrics() -> None:
    assert len(rules()) > 10
    assert unknown(rule["expr"] for rule in rules()) == set()


def test_each_alert_rule_says_what_to_do() -> None:
    for rule in rules():
        assert rule["annotations"].keys() == {"summary", "description"}
        assert rule["labels"]["severity"] in ("page", "ticket")
    told = re.findall(r"^\| `(Searchboard\w+)` \|", document("how-to/monitoring"), flags=re.M)
    assert told == [rule["alert"] for rule in rules()]


def test_the_dashboard_names_only_published_metrics() -> None:
    expressions = list(expressions_of_dashboard())
    assert len(expressions) > 20
    assert unknown(iter(expressions)) == set()


def test_panels_of_the_dashboard_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


@pytest.mark.parametrize("name", ["board_loop_stuck_total", "board_process", "board_nonsense", "board_commit_seconds_total"])
def test_a_metric_that_is_not_published_is_found(name: str) -> None:
    assert unknown(iter([f"sum(rate({name}[5m]))"])) == {name}


def test_the_configuration_of_prometheus_parses() -> None:
    (text,) = code_blocks("## Metrics", "yaml", document("how-to/monitoring"))
    assert yaml.safe_load(text)["scrape_configs"][0]["job_name"] == "searchboard"


# -- containers ---------------------------------------------------------------------------------------------------------------


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8")))


GIVEN_BY_IMAGE = {"HOST", "PORT"}
GIVEN_BY_COMPOSE = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
OTHER_DEFAULTS = {"WORKERS": "2", "FORWARDED_ALLOW_IPS": "172.16.0.0/12", "FILES_URL": "file:///var/lib/searchboard/files"}


def test_compose_starts_two_workers_on_postgresql_and_valkey() -> None:
    services = compose()["services"]
    assert services.keys() == {"certificate", "database", "valkey", "board"}
    environment = services["board"]["environment"]
    assert environment["DATABASE_URL"].startswith("postgresql://searchboard:")
    assert environment["REDIS_URL"].startswith("rediss://:")
    assert services["board"]["depends_on"].keys() == {"database", "valkey"}
    assert all("healthcheck" in services[name] for name in ("database", "valkey"))


def test_compose_has_all_settings_with_their_defaults() -> None:
    environment = compose()["services"]["board"]["environment"]
    settings = {name.upper(): field.default for name, field in Settings.model_fields.items()}
    assert environment.keys() == settings.keys() - GIVEN_BY_IMAGE
    for name in environment.keys() - GIVEN_BY_COMPOSE:
        default = settings[name]
        text = str(default).lower() if isinstance(default, bool) else "" if default is None else str(default)
        assert environment[name] == f"${{{name}:-{OTHER_DEFAULTS.get(name, text)}}}"


def test_compose_has_no_secret_in_it_and_listens_on_this_machine_only() -> None:
    services = compose()["services"]
    for name in GIVEN_BY_COMPOSE:
        assert ":?" in services["board"]["environment"][name], "without it, compose refuses to start"
    assert [port for service in services.values() for port in service.get("ports", ())] == ["127.0.0.1:8000:8000"]


def test_each_container_is_read_only_without_capabilities_and_not_root() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "build" in service or service["user"] == "999:999", name  # the image has a USER of its own


def test_each_image_is_named_by_its_digest() -> None:
    services = compose()["services"]
    images = [service["image"] for service in services.values() if "image" in service]
    images += [service["build"]["args"]["PYTHON_IMAGE"] for service in services.values() if "build" in service]
    assert len(images) == len(services)
    assert [image for image in images if not re.fullmatch(r"[\w./-]+:[\w.-]+@\$\{\w+_DIGEST:\?set \w+ in \.env\}", image)] == []


def test_the_role_of_the_database_is_no_superuser() -> None:
    """The one that the image makes is a superuser, so the board has another."""
    content = compose()["configs"]["role"]["content"]
    assert re.search(r"^CREATE ROLE searchboard LOGIN PASSWORD :'password';$", content, flags=re.M)
    assert "SUPERUSER" not in content
    assert "POSTGRES_USER" not in compose()["services"]["database"]["environment"]


def test_only_the_board_reaches_the_database_and_valkey() -> None:
    services, networks = compose()["services"], compose()["networks"]
    assert networks["inner"] == {"internal": True}
    assert {name: service["networks"] for name, service in services.items() if "networks" in service} == {
        "database": ["inner"], "valkey": ["inner"], "board": ["inner", "outer"],
    }  # fmt: skip
    assert services["certificate"]["network_mode"] == "none"


def test_the_how_to_makes_all_that_compose_asks_for() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    page = document("how-to/containers")
    assert [name for name in set(re.findall(r"\$\{(\w+):\?", text)) if name not in page] == []


def test_the_dockerfile_copies_only_what_exists_and_runs_as_no_root() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [source for line in re.findall(r"^COPY (?!--from)(.+)$", text, flags=re.M) for source in line.split()[:-1]]
    assert {"board", "realtime", "models", "static", "templates", "pyproject.toml"} <= set(copied)
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert re.search(r"^USER [1-9]\d*$", text, flags=re.M)
    assert "--require-hashes" in text


def test_the_image_leaves_out_secrets_and_environments() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".env", ".git", ".venv", ".venvs"} <= set(left_out)
