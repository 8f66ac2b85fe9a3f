"""What the commands do when the connection to the API breaks in the middle of an answer: the same request again, which does nothing twice."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from typer.testing import CliRunner

import cli
from commands.kit import client


class Breaking(BaseHTTPRequestHandler):
    """Opens the case, and hangs up in the middle of its first answer to each key."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Idempotency-Key"]
        keys: list[str] = self.server.keys  # type: ignore[attr-defined]
        keys.append(key)
        answer = json.dumps({"case_id": f"RD-{key}", "joined": False}).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer if keys.count(key) > 1 else answer[:5])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.01)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    api = ThreadingHTTPServer(("127.0.0.1", 0), Breaking)
    api.keys = []  # type: ignore[attr-defined]
    Thread(target=api.serve_forever, daemon=True).start()
    yield api
    api.shutdown()
    api.server_close()


def test_an_answer_that_breaks_off_is_asked_for_again_under_the_same_key(api: ThreadingHTTPServer) -> None:
    address = f"http://127.0.0.1:{api.server_port}"
    result = CliRunner().invoke(
        cli.main, ["open", "--customer", "C-1", "-d", "broken", "--key", "k1", "--api", address, "--token", "any"]
    )
    assert result.exit_code == 0, result.output
    assert api.keys == ["k1", "k1"]  # type: ignore[attr-defined]
    assert "RD-k1" in result.output
