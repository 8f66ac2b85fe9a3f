"""AWS as a process of its own (moto), reached over HTTP by the variables that AWS's clients know.

Before it stands what moto lacks: a key that is disabled or about to be deleted, and a caller who may not use it, are refused as AWS KMS does.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import httpx

from tests.support.processes.ports import answers, free_port
from tests.support.processes.redress import until


@dataclass
class Aws:
    """Where it is, and its KMS as an administrator sees it."""

    port: int
    moto: str
    kms: Any = field(init=False)
    shut_out: bool = False
    """Whether no caller but the administrator may use a key."""

    def __post_init__(self) -> None:
        self.kms = boto3.client(
            "kms", endpoint_url=self.moto, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """Of a program that uses it."""
        return {
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL_KMS": self.address,
        }

    def made_key(self, alias: str) -> str:
        """A new key that the alias points to; its ARN."""
        made: dict[str, str] = self.kms.create_key()["KeyMetadata"]
        point = self.kms.update_alias if alias in self._aliases() else self.kms.create_alias
        point(AliasName=alias, TargetKeyId=made["KeyId"])
        return made["Arn"]

    def _aliases(self) -> set[str]:
        return {known["AliasName"] for known in self.kms.list_aliases()["Aliases"]}

    def refusal(self, call: str, key: str) -> tuple[str, str] | None:
        """The error and its message with which AWS KMS answers a call for this key; None: it carries it out."""
        if self.shut_out:
            who = "User: arn:aws:iam::123456789012:user/redress"
            return "AccessDeniedException", f"{who} is not authorized to perform: kms:{call} on resource: {key}"
        try:
            known = self.kms.describe_key(KeyId=key)["KeyMetadata"]
        except self.kms.exceptions.NotFoundException:
            return None  # moto says so itself
        match known["KeyState"]:
            case "Disabled":
                return "DisabledException", f"{known['Arn']} is disabled."
            case "PendingDeletion":
                return "KMSInvalidStateException", f"{known['Arn']} is pending deletion."
            case _:
                return None


@contextmanager
def running_aws() -> Generator[Aws]:
    """Until the block ends."""
    port = free_port()
    program = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: answers(port) or process.poll() is not None)
            with _before(f"http://127.0.0.1:{port}") as aws:
                yield aws
        finally:
            process.terminate()


@contextmanager
def _before(moto: str) -> Generator[Aws]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            call = self.headers["X-Amz-Target"].rpartition(".")[2]
            refused = aws.refusal(call, json.loads(body)["KeyId"])
            if refused is None:
                given = {name: value for name, value in self.headers.items() if name != "Host"}
                answer = httpx.post(moto, content=body, headers=given, trust_env=False)
                self._say(answer.status_code, answer.content)
            else:
                self._say(400, json.dumps({"__type": refused[0], "message": refused[1]}).encode())

        def _say(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    aws = Aws(server.server_port, moto)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
