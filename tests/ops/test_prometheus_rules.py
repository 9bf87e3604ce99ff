"""The alert rules of the how-to fire at the first failure, and not before it: run by promtool, where it is installed."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from board.bootstrap import ROOT
from board.paths import DOCS
from tests.unit.test_docs_files import RULES, rules

SCRAPE_S = 15
QUIET_MINUTES, MINUTES = 20, 40
FROM_TABLES = ("board_display_current", "board_notifications_waiting", "board_alarms_", "board_backup_", "board_disk_")

# Series of each rule: its value while all is well, and from QUIET_MINUTES on.
SERIES: dict[str, tuple[str, float, float]] = {
    "SearchboardDown": ('up{job="searchboard"}', 1, 0),
    "SearchboardWritesFail": ('board_writes_up{process="7"}', 1, 0),
    "SearchboardBusDown": ('board_bus_up{process="7"}', 1, 0),
    "SearchboardNotificationsGivenUp": ('board_notifications_total{way="email",outcome="given_up"}', 0, 1),
    "SearchboardNotificationsWait": ('board_notifications_waiting{way="email"}', 0, 1),
    "SearchboardAlarmsLate": ("board_alarms_late", 0, 1),
    "SearchboardDisplayNotCurrent": ('board_display_current{display="d"}', 1, 0),
    "SearchboardClockAhead": ('board_clock_ahead_seconds{process="7"}', 0, 6),
    "SearchboardClockJumped": ("board_clock_jumps_total", 0, 1),
    "SearchboardProgramFault": ('board_failures_total{at="page"}', 0, 1),
    "SearchboardCommandsFail": ('board_commands_total{outcome="failed"}', 0, 1),
    "SearchboardEventLoopStalls": ("board_event_loop_stalls_total", 0, 1),
    "SearchboardBadSignatures": ("board_bus_bad_signature_total", 0, 1),
    "SearchboardSignInsFail": ('board_sign_ins_total{outcome="throttled"}', 0, 200),
    "SearchboardUploadsRefused": ('board_uploads_refused_total{reason="disk"}', 0, 1),
    "SearchboardBackupOld": ("board_backup_age_seconds", 3_600, 40 * 3_600),
}
RATIOS: dict[str, tuple[tuple[str, float, float], ...]] = {
    "SearchboardDiskLow": (
        ('board_disk_free_bytes{disk="files"}', 100, 19),
        ('board_disk_reserve_bytes{disk="files"}', 10, 10),
    ),
    "SearchboardFilesNearQuota": (("board_files_bytes", 10, 90), ("board_files_quota_bytes", 100, 100)),
}
HISTOGRAMS = {  # of these rules: the fast and the slow bucket each get one more a scrape
    "SearchboardCommitsSlow": "board_commit_seconds_bucket",
    "SearchboardDeliverySlow": "board_delivery_delay_seconds_bucket",
}


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed (on Debian: apt install prometheus)")
    return found


def series_of(rule: str) -> list[dict[str, str]]:
    """Return the input of a rule: well for QUIET_MINUTES, then not."""
    quiet, bad = QUIET_MINUTES * 60 // SCRAPE_S, (MINUTES - QUIET_MINUTES) * 60 // SCRAPE_S
    if rule in HISTOGRAMS:
        fast, slow = f'{HISTOGRAMS[rule]}{{le="0.1",instance="a"}}', f'{HISTOGRAMS[rule]}{{le="5",instance="a"}}'
        all = f'{HISTOGRAMS[rule]}{{le="+Inf",instance="a"}}'
        growing = f"0+1x{quiet + bad}"
        return [
            {"series": fast, "values": f"0+1x{quiet} {quiet}+0x{bad}"},
            *({"series": name, "values": growing} for name in (slow, all)),
        ]
    return [
        {"series": of_instance(name), "values": f"{well}+0x{quiet} {wrong}+0x{bad}"}
        for name, well, wrong in RATIOS.get(rule) or (SERIES[rule],)
    ]


def of_instance(name: str) -> str:
    return f'{name[:-1]},instance="a"}}' if name.endswith("}") else f'{name}{{instance="a"}}'


def scenario_of(rule: str) -> dict[str, Any]:
    """Return a test of a rule: it must be silent while all is well, and fire three minutes after its own patience."""
    wait = next(each.get("for", "0m") for each in rules() if each["alert"] == rule)
    patience = int(wait[:-1]) if wait.endswith("m") else 1
    firing = f'count(ALERTS{{alertname="{rule}",alertstate="firing"}})'
    return {
        "name": rule,
        "interval": f"{SCRAPE_S}s",
        "input_series": series_of(rule),
        "promql_expr_test": [
            {"expr": firing, "eval_time": f"{QUIET_MINUTES - 1}m", "exp_samples": []},
            {"expr": firing, "eval_time": f"{QUIET_MINUTES + patience + 3}m", "exp_samples": [{"labels": "{}", "value": 1}]},
        ],
    }


def run_promtool(promtool: str, folder: Path, scenarios: list[dict[str, Any]]) -> str:
    """Return what promtool reports; empty if all scenarios passed."""
    file = folder / "scenarios.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": f"{SCRAPE_S}s", "tests": scenarios}))
    done = subprocess.run([promtool, "test", "rules", str(file)], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_each_rule_has_a_series() -> None:
    assert {rule["alert"] for rule in rules()} == SERIES.keys() | RATIOS.keys() | HISTOGRAMS.keys()


def test_each_rule_fires_at_the_first_failure_and_not_before(promtool: str, tmp_path: Path) -> None:
    assert run_promtool(promtool, tmp_path, [scenario_of(rule["alert"]) for rule in rules()]) == ""


def test_a_rule_that_fires_too_early_is_found(promtool: str, tmp_path: Path) -> None:
    scenario = scenario_of("SearchboardProgramFault")
    scenario["promql_expr_test"][1]["exp_samples"] = []
    assert "SearchboardProgramFault" in run_promtool(promtool, tmp_path, [scenario])


def test_counters_of_the_rules_are_exported_at_zero_by_a_new_process() -> None:
    """Check the counters that `increase()` needs to see the first failure."""
    code = "from board.telemetry import metrics, space_metrics; print(metrics.render().decode())"
    text = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    exported = {
        f"{sample.name}{dict(sorted(sample.labels.items()))}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    for name, well, _ in SERIES.values():
        if "_total" in name:
            ((_, labels, *_),) = next(iter(text_string_to_metric_families(f"{name} 0\n"))).samples
            assert exported.get(f"{name.partition('{')[0]}{dict(sorted(labels.items()))}") == well == 0, name


def test_promtool_accepts_the_rules(promtool: str) -> None:
    subprocess.run([promtool, "check", "rules", str(DOCS / "files/prometheus_rules.yml")], check=True, capture_output=True)
