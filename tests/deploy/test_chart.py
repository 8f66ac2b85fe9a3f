"""deploy/chart: its values and settings are there, and what Helm makes of it is what Kubernetes takes, looked at without a cluster."""

import importlib.util
import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from models.common.partner_registry import DELIVERY, PARTNER_QUEUES, WORKER_PARTS
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
        "toCodec": [{"ipBlock": {"cidr": "10.8.0.0/16"}}],
        "toMetrics": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
        "egress": [{"ports": [{"port": 5432}]}],
    },
}
FIXED: dict[str, Any] = NEEDED | {
    "setUp": {"enabled": False},
    "networkPolicy": {"enabled": False},
    "api": {"autoscaling": {"enabled": False}},
    "codec": {"enabled": False},
    "workers": {"cases": {"autoscaling": {"enabled": False}, "replicas": 0}},
}
APART: dict[str, Any] = NEEDED | {
    "codec": {"autoscaling": {"enabled": True}},
    "workers": {
        "partners": None,
        **{
            part: {"serves": [part], "autoscaling": {"enabled": True}}
            for part in (*PARTNER_QUEUES, DELIVERY)
            if part != "partners"
        },
        "several": {"serves": ["partners"], "replicas": 3},
    },
}
TOGETHER: dict[str, Any] = NEEDED | {"workers": {"cases": {"serves": []}, "partners": None, "delivery": None}}


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
@pytest.mark.parametrize(
    "values", [NEEDED, EVERYTHING, FIXED, APART, TOGETHER], ids=["needed", "everything", "fixed", "apart", "together"]
)
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


def of_kind(parts: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """By component."""
    return {part["metadata"]["labels"]["app.kubernetes.io/component"]: part["spec"] for part in parts if part["kind"] == kind}


def served(deployment: dict[str, Any]) -> list[str]:
    """What its pods are told to serve, as the settings take it."""
    (container,) = deployment["template"]["spec"]["containers"]
    given = {variable["name"]: variable.get("value") for variable in container["env"]}
    what = Settings.model_validate(
        {
            name: json.loads(given[f"REDRESS_{name.upper()}"])
            for name in ("worker_serves", "api_serves")
            if f"REDRESS_{name.upper()}" in given
        }
    )
    return [*what.worker_serves, *what.api_serves]


@pytest.mark.long
def test_each_part_is_run_scaled_and_guarded_apart(tmp_path: Path) -> None:
    small, apart = rendered(tmp_path, EVERYTHING), rendered(tmp_path, APART)
    deployments = of_kind(small, "Deployment")
    assert set(deployments) == {"api", "codec", "worker-cases", "worker-partners", "worker-delivery"}
    assert served(deployments["api"]) == ["cases"]
    assert served(deployments["codec"]) == ["codec"]
    for parts in (small, apart):
        deployments, scaled = of_kind(parts, "Deployment"), of_kind(parts, "HorizontalPodAutoscaler")
        workers = [part for name, own in deployments.items() if name.startswith("worker-") for part in served(own)]
        assert sorted(workers) == sorted(WORKER_PARTS)
        assert {name for name, own in deployments.items() if "replicas" not in own} == set(scaled)
        assert set(of_kind(parts, "NetworkPolicy")) == set(of_kind(parts, "PodDisruptionBudget")) == set(deployments)
        assert set(of_kind(parts, "Service")) == {"api", "codec"}
    deployments = of_kind(apart, "Deployment")
    assert served(deployments["worker-payment"]) == ["payment"]
    assert deployments["worker-several"]["replicas"] == 3
    guards = of_kind(small, "NetworkPolicy")
    for part, value in (("api", "toApi"), ("codec", "toCodec"), ("worker-cases", "toMetrics"), ("worker-delivery", "toMetrics")):
        assert guards[part]["ingress"][0]["from"] == EVERYTHING["networkPolicy"][value]
    deployments = of_kind(rendered(tmp_path, FIXED), "Deployment")
    assert "codec" not in deployments
    assert served(deployments["api"]) == []
    assert deployments["worker-cases"]["replicas"] == 0
    assert served(of_kind(rendered(tmp_path, TOGETHER), "Deployment")["worker-cases"]) == []
    without = of_kind(rendered(tmp_path, NEEDED | {"worker": {"enabled": False}}), "Deployment")
    assert set(without) == {"api", "codec"}


@pytest.mark.long
def test_workers_that_do_not_serve_everything_or_what_nobody_knows_are_refused_in_words(tmp_path: Path) -> None:
    for workers, words in (
        ({"delivery": None}, "workers: none serves delivery"),
        ({"more": {"serves": ["pay"]}}, f"workers.more.serves: pay is none of {', '.join(WORKER_PARTS)}"),
    ):
        done = helm(tmp_path, NEEDED | {"workers": workers}, "template", "shop")
        assert done.returncode != 0
        assert words in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("missing", ["REDRESS_TEMPORAL_ADDRESS", "REDRESS_EVIDENCE_URL", "REDRESS_DATABASE_URL", "repository"])
def test_what_has_to_be_given_is_asked_for_by_its_name(missing: str, tmp_path: Path) -> None:
    without = {group: {name: value for name, value in given.items() if name != missing} for group, given in NEEDED.items()}
    done = helm(tmp_path, without, "template", "shop")
    assert done.returncode != 0
    assert missing in done.stderr
