"""deploy/chart: its values and settings are there, and what Helm makes of it is what Kubernetes takes, looked at without a cluster."""

import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from settings import ROOT, Settings
from tests.support.processes.go_programs import go_program
from tests.support.processes.image import copied

CHART = ROOT / "deploy" / "chart"
TEMPLATES = "\n".join(file.read_text(encoding="utf-8") for file in sorted((CHART / "templates").iterdir()))
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
KUBERNETES = ("1.31", kubernetes_validate.latest_version())
NEEDED: dict[str, Any] = {
    "image": {"repository": "shop/redress"},
    "settings": {"REDRESS_TEMPORAL_ADDRESS": "temporal-frontend.temporal:7233", "REDRESS_EVIDENCE_URL": "s3://evidence/redress"},
    "secretSettings": {"REDRESS_DATABASE_URL": {"name": "redress-database", "key": "url"}},
}
EVERYTHING: dict[str, Any] = NEEDED | {
    "image": {"repository": "shop/redress", "tag": "7", "pullSecrets": ["pull"]},
    "temporalCertificate": "redress-temporal",
    "policy": "redress-policy",
    "networkPolicy": {
        "toApi": [{"podSelector": {"matchLabels": {"app": "proxy"}}}],
        "toMetrics": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
        "egress": [{"ports": [{"port": 5432}]}],
    },
}
FIXED: dict[str, Any] = NEEDED | {
    "setUp": {"enabled": False},
    "networkPolicy": {"enabled": False},
    **{part: {"autoscaling": {"enabled": False}} for part in ("api", "worker")},
}


def test_every_value_that_a_template_asks_for_is_in_the_values_file() -> None:
    for path in re.findall(r"\.Values((?:\.[a-zA-Z]+)+)", TEMPLATES):
        found: Any = VALUES
        for name in path.split(".")[1:]:
            if name.isupper() or name.startswith("REDRESS"):
                break  # a setting
            assert name in found, path
            found = found[name]


def test_every_setting_that_the_chart_names_is_one() -> None:
    named = set(re.findall(r"\bREDRESS_([A-Z_]+[A-Z])", TEMPLATES + (CHART / "values.yaml").read_text(encoding="utf-8")))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_chart_is_of_this_release() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert chart["version"] == chart["appVersion"] == project["version"]


def helm(folder: Path, values: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
    program = go_program("REDRESS_HELM", "helm", "helm.sh/helm/v3/cmd/helm@v3.22.0")
    assert program, "helm is missing (.ci/run builds it)"
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    return subprocess.run([program, *arguments, CHART, "--values", file], capture_output=True, text=True, check=False)


def rendered(folder: Path, values: dict[str, Any]) -> list[dict[str, Any]]:
    done = helm(folder, values, "template", "shop")
    assert done.returncode == 0, done.stderr
    return [part for part in yaml.safe_load_all(done.stdout) if part]


@pytest.mark.long
@pytest.mark.parametrize("values", [NEEDED, EVERYTHING, FIXED], ids=["needed", "everything", "fixed"])
def test_kubernetes_takes_what_helm_makes_of_the_chart(values: dict[str, Any], tmp_path: Path) -> None:
    looked = helm(tmp_path, values, "lint", "--strict")
    assert looked.returncode == 0, looked.stdout
    parts = rendered(tmp_path, values)
    assert len({(part["kind"], part["metadata"]["name"]) for part in parts}) == len(parts)
    for part in parts:
        for version in KUBERNETES:
            kubernetes_validate.validate(part, version, strict=True)


@pytest.mark.long
def test_pods_have_no_rights_their_commands_are_there_and_their_ports_are_probed(tmp_path: Path) -> None:
    parts = rendered(tmp_path, EVERYTHING)
    kinds = sorted(part["kind"] for part in parts)
    twice = ["Deployment", "HorizontalPodAutoscaler", "Job", "NetworkPolicy", "PodDisruptionBudget"]
    assert kinds == sorted([*twice, *twice, "Service"])
    for part in parts:
        if part["kind"] not in {"Deployment", "Job"}:
            continue
        pod = part["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
        names = [variable["name"] for variable in container["env"]]
        assert len(names) == len(set(names))
        match container["command"]:
            case ["python", "-m", module]:
                assert importlib.util.find_spec(f"{module}.__main__")
            case ["python", file]:
                assert file in copied()
            case other:
                assert other == ["redress", "temporal", "setup"]
        if part["kind"] == "Deployment":
            (port,) = container["ports"]
            assert {container[probe]["httpGet"]["port"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")} == {
                port["name"]
            }
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


@pytest.mark.long
@pytest.mark.parametrize("missing", ["REDRESS_TEMPORAL_ADDRESS", "REDRESS_EVIDENCE_URL", "REDRESS_DATABASE_URL", "repository"])
def test_what_has_to_be_given_is_asked_for_by_its_name(missing: str, tmp_path: Path) -> None:
    without = {group: {name: value for name, value in given.items() if name != missing} for group, given in NEEDED.items()}
    done = helm(tmp_path, without, "template", "shop")
    assert done.returncode != 0
    assert missing in done.stderr
