"""What is deployed beside the programs: alerts and dashboard ask for figures that there are, and an alert names the case that stands still."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import ROOT

MONITORING = ROOT / "deploy" / "monitoring"
FIGURE = re.compile(r"\b((?:redress|temporal)_[a-z_]+)\b")
OF_THE_SDK = {
    "temporal_activity_execution_failed",
    "temporal_activity_schedule_to_start_latency_seconds",
    "temporal_sticky_cache_size",
    "temporal_workflow_task_execution_failed",
    "temporal_workflow_task_schedule_to_start_latency_seconds",
}
"""As its core names them with our options (adapters/telemetry/core.py)."""


def expressions() -> list[str]:
    alerts = yaml.safe_load((MONITORING / "alerts.yaml").read_text(encoding="utf-8"))
    board: dict[str, Any] = json.loads((MONITORING / "grafana.json").read_text(encoding="utf-8"))
    asked = [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    return [*asked, *(target["expr"] for panel in board["panels"] for target in panel["targets"])]


def test_alerts_and_dashboard_ask_for_figures_that_there_are() -> None:
    asked = {re.sub("_(total|bucket)$", "", name) for expression in expressions() for name in FIGURE.findall(expression)}
    code = "".join(
        file.read_text(encoding="utf-8")
        for folder in ("adapters/telemetry", "api/http", "adapters/partners")
        for file in (ROOT / folder).glob("*.py")
    )
    told = {
        *re.findall(r'"(redress_[a-z_]+)"', code),
        *(f"redress_{name}" for name in re.findall(r'self\._gauge\(\s*"([a-z_]+)"', code)),
        *OF_THE_SDK,
    }
    assert asked - told == set()


@pytest.mark.long
def test_prometheus_takes_the_alerts_and_names_a_case_that_stands_still_within_a_minute(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing; on Debian: apt-get install prometheus"
    subprocess.run([promtool, "check", "config", MONITORING / "prometheus.yaml"], check=True, capture_output=True)
    stands_still: dict[str, Any] = {
        "interval": "15s",
        # asked every 15 s; it fails for the third time, and is found, before the third time that it is asked
        "input_series": [{"series": 'redress_case_task_failing{case_id="RD-1",instance="w1"}', "values": "_ _ 3 4 4 stale"}],
        "alert_rule_test": [
            {
                "eval_time": "45s",
                "alertname": "RedressCaseStuck",
                "exp_alerts": [
                    {
                        "exp_labels": {"case_id": "RD-1", "severity": "critical"},
                        "exp_annotations": {
                            "summary": "Case RD-1 stands still: its workflow task fails again and again",
                            "description": "The program fails at this case. The worker's log (case.task_failing) and the Temporal Web UI"
                            " say why. Mend the program; the case then goes on by itself.",
                        },
                    }
                ],
            },
            {"eval_time": "90s", "alertname": "RedressCaseStuck", "exp_alerts": []},
        ],
    }
    file = tmp_path / "test.yaml"
    rules: dict[str, Any] = {
        "rule_files": [str(MONITORING / "alerts.yaml")],
        "evaluation_interval": "15s",
        "tests": [stands_still],
    }
    file.write_text(yaml.safe_dump(rules), encoding="utf-8")
    played = subprocess.run([promtool, "test", "rules", file], check=False, capture_output=True, text=True)
    assert played.returncode == 0, played.stdout + played.stderr
