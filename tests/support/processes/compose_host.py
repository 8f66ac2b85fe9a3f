"""The services of the Compose file as processes of this machine, without containers; and from nothing to the first archived cases with them."""

import os
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.compose import compose
from tests.support.processes.databases import Postgres, postgres_programs, running_postgres
from tests.support.processes.ports import answers, free_port
from tests.support.processes.redress import until
from tests.support.processes.temporal_cluster import PORTS, temporal_server, temporal_sql_tool

GIVEN = {"POSTGRES_PASSWORD": "secret"}
SERVICES: dict[str, dict[str, Any]] = compose(GIVEN)["services"]


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


@contextmanager
def running_host(folder: Path, image: tuple[Path, dict[str, str]]) -> Generator[Host]:
    """With a PostgreSQL that is empty. `image`: where it was built, and its environment."""
    programs, tables = postgres_programs(), temporal_sql_tool()
    assert programs, "PostgreSQL is missing"
    assert tables, "temporal-sql-tool is missing (.ci/run builds it)"
    (folder / "bin").mkdir()
    (folder / "bin/temporal-sql-tool").symlink_to(tables)
    with running_postgres(port=free_port()) as database:
        database.create("redress")
        host = Host(folder, image, database)
        try:
            yield host
        finally:
            for process in host.running.values():
                process.kill()
                process.wait()


def carried(host: Host) -> Iterator[str]:
    """What docs/deploying.md tells to do, in its order; each step's name when it is done."""
    server = temporal_server()
    assert server, "the Temporal server is missing (.ci/run builds it)"
    programs = f"{host.folder / 'bin'}{os.pathsep}/usr/bin:/bin"
    for _ in range(2):  # a second `up` does it again
        host.once("temporal-tables", PATH=programs)
    yield "tables of Temporal, twice"
    dynamic: str = compose(GIVEN)["configs"]["temporal-dynamic"]["content"]
    (host.folder / "dynamic.yaml").write_text(dynamic, encoding="utf-8")
    host.start("temporal", str(server), "start")
    until(lambda: answers(int(host.ports["FRONTEND_GRPC_PORT"])))
    yield "Temporal answers"
    host.once("migrate")
    yield "migrate"
    assert "has everything" in host.once("set-up", LC_ALL="en_US.UTF-8")
    yield "set-up"
    host.start("worker")
    host.healthy("worker")
    yield "worker is healthy"
    host.start("api")
    host.healthy("api")
    yield "API is healthy"
    host.start("sandbox")
    until(lambda: answers(int(host.ports["sandbox"])))
    yield "sandbox answers"
    host.once("api", "redress", "doctor")
    yield "redress doctor"
    host.once("api", "redress", "demo", "--cases", "4")
    yield "redress demo --cases 4"
