"""A real S3 server for tests, in this process: buckets in memory, reached over HTTP like any other."""

import itertools
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from moto.server import ThreadedMotoServer

_numbers = itertools.count(1)
PATIENCE = 60
"""Seconds: the first request loads the whole of the server."""
SOMEBODY = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=b"}
"""What is in a bucket is private: the server wants a name, though it checks none."""


@dataclass(frozen=True)
class S3:
    """The server, and what a person sees who looks into its buckets."""

    address: str
    bucket: str = field(default_factory=lambda: f"evidence-{next(_numbers)}")

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/kept/here"

    def make_bucket(self) -> None:
        httpx.put(f"{self.address}/{self.bucket}", timeout=PATIENCE).raise_for_status()

    def keys(self) -> list[str]:
        listed = httpx.get(f"{self.address}/{self.bucket}", params={"list-type": "2"}, timeout=PATIENCE).raise_for_status()
        return sorted(re.findall(r"<Key>(.+?)</Key>", listed.text))

    def content(self, key: str) -> bytes:
        return httpx.get(f"{self.address}/{self.bucket}/{key}", headers=SOMEBODY, timeout=PATIENCE).raise_for_status().content


@contextmanager
def running_s3() -> Generator[str]:
    """A server on a free port; its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def use(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """The variables by which S3 is reached."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT": address,
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
