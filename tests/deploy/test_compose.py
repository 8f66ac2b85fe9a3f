"""deploy/compose.yaml and the image: what they name is there, and their processes carry a case, here without containers (OPS-3)."""

import importlib.util
import json
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from settings import ROOT, Settings
from tests.support.compose import compose, ours
from tests.support.processes.compose_host import GIVEN, SERVICES, Host, carried, running_host
from tests.support.processes.image import build, copied, instructions

MOST_MB = 500
"""Unpacked and with its bytecode; its wheels, and what is pulled, are less than half of it (docs/deploying.md)."""


@pytest.mark.parametrize("name", ours(SERVICES))
def test_settings_of_a_service_are_settings_and_can_be(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own: dict[str, str] = SERVICES[name]["environment"]
    assert {variable.removeprefix("REDRESS_").lower() for variable in own} <= set(Settings.model_fields)
    for variable, value in own.items():
        monkeypatch.setenv(variable, value)
    Settings()


@pytest.mark.parametrize("name", ours(SERVICES))
def test_the_command_of_a_service_is_there(name: str) -> None:
    match SERVICES[name]["command"]:
        case ["python", "-m", module, *_]:
            assert importlib.util.find_spec(f"{module}.__main__")
            assert module.partition(".")[0] in copied()
        case ["python", file]:
            assert file in copied()
        case ["redress", *words]:
            assert CliRunner().invoke(cli.main, [*words, "--help"]).exit_code == 0
        case other:
            pytest.fail(f"{name} runs {other}")


def test_services_find_each_other_and_run_without_rights() -> None:
    parsed = compose(GIVEN)
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        mounted = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert mounted <= set(parsed["volumes"]), name
        assert {config["source"] for config in service.get("configs", [])} <= set(parsed["configs"]), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert "build" in service or "." not in service["image"].partition(":")[0], "no address of a registry"
    for name, service in ours(SERVICES).items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name


def test_without_a_password_nothing_starts() -> None:
    with pytest.raises(AssertionError, match="has to set it"):
        compose({})


def test_the_image_has_every_package_and_no_rights() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    packages = {name.removesuffix("*") for name in project["packages"]["find"]["include"]}
    assert packages | {f"{name}.py" for name in project["py-modules"]} | {"migrations"} <= set(copied())
    assert all((ROOT / entry).exists() for entry in copied())
    build, final = instructions()
    assert ("USER", "10001:10001") in final
    installs = [words for name, words in build if name == "RUN" and "pip install" in words]
    assert all("requirements.lock" in words for words in installs)
    assert not any("training" in words or "dev" in words for words in installs)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("image")
    return folder, build(folder)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_image_is_small_and_holds_nothing_of_development(image: tuple[Path, dict[str, str]]) -> None:
    folder, own = image
    sizes = subprocess.run(["du", "-sm", folder], capture_output=True, text=True, check=True).stdout
    assert int(sizes.split()[0]) <= MOST_MB
    look = "import importlib.util as i, json; print(json.dumps([n for n in %r if i.find_spec(n)]))"
    names = ["temporalio", "opentelemetry.sdk", "pytest", "sklearn", "playwright"]
    found = subprocess.run(["python", "-c", look % names], cwd=folder, env=own, capture_output=True, check=True).stdout
    assert json.loads(found) == ["temporalio", "opentelemetry.sdk"]
    assert shutil.which("temporal", path=str(folder / "opt/redress/bin")) is None


@pytest.fixture
def host(tmp_path: Path, image: tuple[Path, dict[str, str]]) -> Iterator[Host]:
    with running_host(tmp_path, image) as host:
        yield host


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_processes_of_the_compose_file_carry_cases_from_an_empty_database_to_the_archive(host: Host) -> None:
    for _ in carried(host):
        pass
    for service in ("sandbox", "api", "worker"):
        host.running[service].send_signal(signal.SIGTERM)
    ended = {service: host.running[service].wait(timeout=60) for service in ("sandbox", "api", "worker")}
    assert ended == {"sandbox": 0, "api": 0, "worker": 0}
