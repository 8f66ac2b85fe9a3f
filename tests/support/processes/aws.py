"""AWS as a process of its own (moto), reached over HTTP by the variables that AWS's clients know."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3

from tests.support.processes.ports import answers, free_port
from tests.support.processes.redress import until


@dataclass
class Aws:
    """Where it is, and its KMS as an administrator sees it."""

    port: int
    kms: Any = field(init=False)

    def __post_init__(self) -> None:
        self.kms = boto3.client(
            "kms", endpoint_url=self.address, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
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


@contextmanager
def running_aws() -> Generator[Aws]:
    """Until the block ends."""
    port = free_port()
    program = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: answers(port) or process.poll() is not None)
            yield Aws(port)
        finally:
            process.terminate()
