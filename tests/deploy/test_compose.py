"""deploy/compose.yaml and the image: what they name is there, and their processes carry a case, here without containers (OPS-3)."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import cli
from settings import ROOT, Settings
from tests.support.compose import compose, ours
from tests.support.processes.databases import Postgres, postgres_programs, running_postgres
from tests.support.processes.image import build, copied, instructions
from tests.support.processes.ports import answers, free_port
from tests.support.processes.redress import until
from tests.support.processes.temporal_cluster import (
    PORTS,
    temporal_server,
    temporal_sql_tool,
)

GIVEN = {"POSTGRES_PASSWORD": "secret"}
SERVICES: dict[str, dict[str, Any]] = compose(GIVEN)["services"]
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


class Host:
    """Plays services as processes. Names of other containers become places of this machine; ports are free ones."""

    def __init__(self, folder: Path, image: tuple[Path, dict[str, str]], database: Postgres) -> None:
        root, self.own = image
        self.folder, self.app = folder, root / "app"
        self.ports = {name: str(free_port()) for name in ("api", "worker", "sandbox", *PORTS)}
        self.places = {
            "@postgresql:5432/": f"@127.0.0.1:{database.port}/",
            "temporal:7233": f"127.0.0.1:{self.ports['FRONTEND_GRPC_PORT']}",
            "/data/": f"{folder}/data/",
            "/etc/temporal/": f"{folder}/",
            "http://api:8000": f"http://127.0.0.1:{self.ports['api']}",
            "127.0.0.1:8000": f"127.0.0.1:{self.ports['api']}",
            "127.0.0.1:9000": f"127.0.0.1:{self.ports['worker']}",
            "0.0.0.0": "127.0.0.1",  # noqa: S104  # where containers listen
        }
        self.elsewhere = {
            **{f"REDRESS_{name.upper()}_PORT": self.ports[name] for name in ("api", "worker", "sandbox")},
            "REDRESS_SANDBOX_HOST": "127.0.0.1",
            **{name: self.ports[name] for name in PORTS},
            "POSTGRES_SEEDS": "127.0.0.1",
            "SQL_HOST": "127.0.0.1",
            "DB_PORT": str(database.port),
            "SQL_PORT": str(database.port),
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def here(self, words: str) -> str:
        for name, place in self.places.items():
            words = words.replace(name, place)
        return words

    def environment(self, service: str, **more: str) -> dict[str, str]:
        named = {name: self.here(value) for name, value in SERVICES[service]["environment"].items()}
        return self.own | named | self.elsewhere | more

    def command(self, service: str) -> list[str]:
        return [self.here(word) for word in SERVICES[service]["command"]]

    def once(self, service: str, *command: str, **more: str) -> str:
        """Run its command, or another in its container, to a good end."""
        done = subprocess.run(
            command or self.command(service),
            cwd=self.app,
            env=self.environment(service, **more),
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def start(self, service: str, *command: str) -> None:
        with (self.folder / f"{service}.log").open("wb") as log:
            self.running[service] = subprocess.Popen(
                command or self.command(service), cwd=self.app, env=self.environment(service), stdout=log, stderr=log
            )

    def healthy(self, service: str) -> None:
        check = [self.here(word) for word in SERVICES[service]["healthcheck"]["test"][1:]]
        own = self.environment(service)
        until(lambda: subprocess.run(check, env=own, capture_output=True, check=False).returncode == 0)


@pytest.fixture
def host(tmp_path: Path, image: tuple[Path, dict[str, str]]) -> Iterator[Host]:
    programs, tables = postgres_programs(), temporal_sql_tool()
    assert programs, "PostgreSQL is missing"
    assert tables, "temporal-sql-tool is missing (.ci/run builds it)"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/temporal-sql-tool").symlink_to(tables)
    with running_postgres(port=free_port()) as database:
        database.create("redress")
        playing = Host(tmp_path, image, database)
        yield playing
        for process in playing.running.values():
            process.kill()
            process.wait()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_processes_of_the_compose_file_carry_cases_from_an_empty_database_to_the_archive(host: Host) -> None:
    server = temporal_server()
    assert server, "the Temporal server is missing (.ci/run builds it)"
    programs = f"{host.folder / 'bin'}{os.pathsep}/usr/bin:/bin"
    for _ in range(2):  # a second `up` does it again
        host.once("temporal-tables", PATH=programs)
    dynamic: str = compose(GIVEN)["configs"]["temporal-dynamic"]["content"]
    (host.folder / "dynamic.yaml").write_text(dynamic, encoding="utf-8")
    host.start("temporal", str(server), "start")
    until(lambda: answers(int(host.ports["FRONTEND_GRPC_PORT"])))
    host.once("migrate")
    assert "has everything" in host.once("set-up", LC_ALL="en_US.UTF-8")
    host.start("worker")
    host.start("api")
    for service in ("api", "worker"):
        host.healthy(service)
    host.start("sandbox")
    until(lambda: answers(int(host.ports["sandbox"])))
    host.once("api", "redress", "doctor")
    host.once("api", "redress", "demo", "--cases", "4")
    for service in ("sandbox", "api", "worker"):
        host.running[service].send_signal(signal.SIGTERM)
    ended = {service: host.running[service].wait(timeout=60) for service in ("sandbox", "api", "worker")}
    assert ended == {"sandbox": 0, "api": 0, "worker": 0}
