"""A Temporal server as in production for tests: the program of its Go module, with TLS, clients' certificates and API keys.

The development server of the Temporal CLI is the same server without these. The program is built once, in some minutes, and kept.
All roles are one process on SQLite files; or one process each on PostgreSQL, where each may be killed.
"""

import json
import os
import subprocess
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.support.processes.databases import Postgres
from tests.support.processes.go_programs import go_program
from tests.support.processes.ports import answers, free_port
from tests.support.processes.redress import until
from tests.support.processes.tls import Authority, Certificate

ROLES = ("frontend", "internal-frontend", "history", "matching", "worker")
PORTS = (
    *(f"{role}_{kind}_PORT" for role in ("FRONTEND", "INTERNAL_FRONTEND") for kind in ("GRPC", "MEMBERSHIP", "HTTP")),
    *(f"{role}_{kind}_PORT" for role in ("MATCHING", "HISTORY", "WORKER") for kind in ("GRPC", "MEMBERSHIP")),
)
NAME = "temporal.example"
EVERYTHING = "temporal-system:admin"


def temporal_server() -> Path | None:
    """The server's program."""
    return go_program("REDRESS_TEMPORAL_SERVER", "temporal-server", "go.temporal.io/server/cmd/server@v1.32.1")


def temporal_sql_tool() -> Path | None:
    """What makes the server's tables on PostgreSQL, of the same module."""
    return go_program("REDRESS_TEMPORAL_SQL_TOOL", "temporal-sql-tool", "go.temporal.io/server/cmd/tools/sql@v1.32.1")


@dataclass
class Cluster:
    """Where it is, what it takes to get in, and its processes."""

    folder: Path
    authority: Path
    ours: Certificate
    environment: Mapping[str, str]
    _key: rsa.RSAPrivateKey
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, subprocess.Popen[bytes]])
    """By the roles that each has, as `history`."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.environment['FRONTEND_GRPC_PORT']}"

    def start(self, *roles: str) -> None:
        """A process with these roles, that answers when this returns."""
        program, name = temporal_server(), " ".join(roles)
        assert program, "the Temporal server is missing: set REDRESS_TEMPORAL_SERVER to it, or install Go"
        command = [program, "start", *(argument for role in roles for argument in ("--service", role))]
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)
        self.processes[name] = process
        port = int(self.environment[f"{roles[0].upper().replace('-', '_')}_GRPC_PORT"])
        until(lambda: answers(port) or process.poll() is not None)
        assert process.poll() is None, f"{name} ended: {self.folder / name}.log"

    def kill(self, role: str) -> None:
        """SIGKILL for the process that has this role alone; another takes its place and answers."""
        self.processes[role].kill()
        self.processes[role].wait()
        self.start(role)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=60)

    def api_key(self, *permissions: str) -> str:
        """As `redress:write`: what its bearer may do in which namespace."""
        claims = {"sub": "redress", "permissions": permissions, "exp": datetime.now(UTC) + timedelta(hours=1)}
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "test"})

    def settings(self, *permissions: str) -> dict[str, str]:
        return {
            "REDRESS_TEMPORAL_ADDRESS": self.address,
            "REDRESS_TEMPORAL_NAMESPACE": "redress",
            "REDRESS_TEMPORAL_CA": str(self.authority),
            "REDRESS_TEMPORAL_CERTIFICATE": str(self.ours.certificate),
            "REDRESS_TEMPORAL_KEY": str(self.ours.key),
            "REDRESS_TEMPORAL_API_KEY": self.api_key(*permissions),
        }


@contextmanager
def running_cluster(folder: Path, database: Postgres | None = None) -> Generator[Cluster]:
    """It has no namespace of ours yet. `database`: a PostgreSQL with a port, for processes that can be killed one by one."""
    authority = Authority(folder)
    server, key = authority.issue(NAME), rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (folder / "dynamic.yaml").write_text("{}", encoding="utf-8")
    trusted = ("TEMPORAL_TLS_SERVER_CA_CERT", "TEMPORAL_TLS_CLIENT1_CA_CERT", "TEMPORAL_TLS_CLIENT2_CA_CERT")
    own = {
        **{name: str(free_port()) for name in PORTS},
        **{f"TEMPORAL_TLS_{part}_CERT": str(server.certificate) for part in ("SERVER", "FRONTEND")},
        **{f"TEMPORAL_TLS_{part}_KEY": str(server.key) for part in ("SERVER", "FRONTEND")},
        **{f"TEMPORAL_TLS_{part}_SERVER_NAME": NAME for part in ("INTERNODE", "FRONTEND")},
        **dict.fromkeys(trusted, str(authority.certificate)),
        "TEMPORAL_TLS_REQUIRE_CLIENT_AUTH": "true",
        "TEMPORAL_AUTH_AUTHORIZER": "default",
        "TEMPORAL_AUTH_CLAIM_MAPPER": "default",
        "USE_INTERNAL_FRONTEND": "1",
        "NUM_HISTORY_SHARDS": "4",
        "BIND_ON_IP": "127.0.0.1",
        "DYNAMIC_CONFIG_FILE_PATH": str(folder / "dynamic.yaml"),
        "LOG_LEVEL": "error",
        **(_on_postgresql(database) if database else _on_sqlite(folder)),
    }
    with _keys(key) as keys:
        environment = os.environ | own | {"TEMPORAL_JWT_KEY_SOURCE1": keys}
        cluster = Cluster(folder, authority.certificate, authority.issue("redress"), environment, key)
        try:
            for roles in [(role,) for role in ROLES] if database else [ROLES]:
                cluster.start(*roles)
            yield cluster
        finally:
            cluster.stop()


def _on_sqlite(folder: Path) -> dict[str, str]:
    return {"DB": "sqlite", "DBNAME": str(folder / "temporal.db"), "VISIBILITY_DBNAME": str(folder / "visibility.db")}


def _on_postgresql(database: Postgres) -> dict[str, str]:
    """The databases, with the server's own tables."""
    program = temporal_sql_tool()
    assert program, "temporal-sql-tool is missing: set REDRESS_TEMPORAL_SQL_TOOL to it, or install Go"
    address = ("--plugin", "postgres12", "--endpoint", "127.0.0.1", "--port", str(database.port), "--user", "redress")
    for name in ("temporal", "visibility"):
        database.create(name)
        for step in (("setup-schema", "--version", "0.0"), ("update-schema", "--schema-name", f"postgresql/v12/{name}")):
            subprocess.run([program, *address, "--database", name, *step], check=True, capture_output=True)
    return {
        "DB": "postgres12",
        "POSTGRES_SEEDS": "127.0.0.1",
        "DB_PORT": str(database.port),
        "POSTGRES_USER": "redress",
        "POSTGRES_PWD": "",
        "DBNAME": "temporal",
        "VISIBILITY_DBNAME": "visibility",
        "SQL_MAX_CONNS": "10",
    }


@contextmanager
def _keys(key: rsa.RSAPrivateKey) -> Generator[str]:
    """Where the server finds what API keys are signed by."""
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "test", "alg": "RS256", "use": "sig"}
    body = json.dumps({"keys": [public]}).encode()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
