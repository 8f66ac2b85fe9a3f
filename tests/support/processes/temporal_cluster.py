"""A Temporal server as in production for tests: the program of its Go module, with TLS, clients' certificates and API keys.

The development server of the Temporal CLI is the same server without these. The program is built once, in some minutes, and kept.
"""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.support.processes.go_programs import go_program
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
    """Where it is, and what it takes to get in."""

    address: str
    authority: Path
    ours: Certificate
    _key: rsa.RSAPrivateKey

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
def running_cluster(folder: Path) -> Generator[Cluster]:
    """Every role in one process, on SQLite files; it has no namespace of ours yet."""
    program = temporal_server()
    assert program, "the Temporal server is missing: set REDRESS_TEMPORAL_SERVER to it, or install Go"
    authority = Authority(folder)
    server, key = authority.issue(NAME), rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ports = {name: free_port() for name in PORTS}
    (folder / "dynamic.yaml").write_text("{}", encoding="utf-8")
    trusted = ("TEMPORAL_TLS_SERVER_CA_CERT", "TEMPORAL_TLS_CLIENT1_CA_CERT", "TEMPORAL_TLS_CLIENT2_CA_CERT")
    own = {
        **{f"TEMPORAL_TLS_{part}_CERT": str(server.certificate) for part in ("SERVER", "FRONTEND")},
        **{f"TEMPORAL_TLS_{part}_KEY": str(server.key) for part in ("SERVER", "FRONTEND")},
        **{f"TEMPORAL_TLS_{part}_SERVER_NAME": NAME for part in ("INTERNODE", "FRONTEND")},
        **dict.fromkeys(trusted, str(authority.certificate)),
        "TEMPORAL_TLS_REQUIRE_CLIENT_AUTH": "true",
        "TEMPORAL_AUTH_AUTHORIZER": "default",
        "TEMPORAL_AUTH_CLAIM_MAPPER": "default",
        "USE_INTERNAL_FRONTEND": "1",
        "DB": "sqlite",
        "DBNAME": str(folder / "temporal.db"),
        "VISIBILITY_DBNAME": str(folder / "visibility.db"),
        "NUM_HISTORY_SHARDS": "4",
        "BIND_ON_IP": "127.0.0.1",
        "DYNAMIC_CONFIG_FILE_PATH": str(folder / "dynamic.yaml"),
        "LOG_LEVEL": "error",
    }
    roles = [argument for role in ROLES for argument in ("--service", role)]
    with _keys(key) as keys, (folder / "server.log").open("wb") as log:
        environment = os.environ | ports | own | {"TEMPORAL_JWT_KEY_SOURCE1": keys}
        process = subprocess.Popen([program, "start", *roles], env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            yield Cluster(f"127.0.0.1:{ports['FRONTEND_GRPC_PORT']}", authority.certificate, authority.issue("redress"), key)
        finally:
            process.terminate()
            process.wait(timeout=60)


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


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])
