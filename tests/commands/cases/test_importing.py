"""`redress import` against a small HTTP API that is busy, refuses rows, and goes away half-way (REC-1)."""

import csv
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner, Result

import cli
from commands.kit import client
from commands.kit.failure import CommandError

ROWS = 40


class BusyApi(ThreadingHTTPServer):
    """Opens cases by their idempotency keys. Every row is first told to come back; after `closing_time` answers it hangs up."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Window)
        self.lock = threading.Lock()
        self.cases: dict[str, str] = {}
        self.asked: set[str] = set()
        self.answers = 0
        self.closing_time: int | None = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Window(BaseHTTPRequestHandler):
    @property
    def api(self) -> BusyApi:
        return cast("BusyApi", self.server)

    def do_POST(self) -> None:
        key = self.headers["Idempotency-Key"]
        case = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.api.lock:
            if self.api.closing_time is not None and self.api.answers >= self.api.closing_time:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, body = self.decide(key, case["description"])
            self.api.answers += status == 201
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def decide(self, key: str, description: str) -> tuple[int, dict[str, object]]:
        if key not in self.api.asked:
            self.api.asked.add(key)
            return 429, {"detail": "busy"}
        if "refuse" in description:
            return 422, {"detail": "Name the order.", "rule": "REC-2", "field": "order_id"}
        known = key in self.api.cases
        case_id = self.api.cases.setdefault(key, f"RD-{len(self.api.cases)}")
        return 200 if known else 201, {"case_id": case_id, "joined": False}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[BusyApi]:
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.01)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    api = BusyApi()
    yield api
    api.shutdown()
    api.server_close()


def run_import(api: BusyApi, file: Path, *options: str) -> Result:
    return CliRunner().invoke(cli.main, ["import", str(file), "--api", api.address, "--token", "any", "--at-once", "4", *options])


def csv_of(folder: Path, *texts: str) -> Path:
    file = folder / "cases.csv"
    file.write_text("\n".join(["text", *texts]) + "\n", encoding="utf-8")
    return file


def test_a_busy_desk_is_asked_again_until_every_row_is_open(api: BusyApi, tmp_path: Path) -> None:
    result = run_import(api, csv_of(tmp_path, *(f"row {number}" for number in range(ROWS))))
    assert result.exit_code == 0, result.output
    assert len(api.cases) == ROWS
    assert f"{ROWS} opened" in result.output


def test_the_same_rows_under_another_name_open_nothing(api: BusyApi, tmp_path: Path) -> None:
    assert run_import(api, csv_of(tmp_path, "one", "two")).exit_code == 0
    copy = tmp_path / "cases (1).csv"
    copy.write_bytes((tmp_path / "cases.csv").read_bytes())
    again = run_import(api, copy)
    assert "0 opened, 0 joined open cases, 2 opened earlier" in again.output
    assert len(api.cases) == 2


def test_what_becomes_of_every_column_is_said_before_anything_is_opened(api: BusyApi, tmp_path: Path) -> None:
    file = csv_of(tmp_path)
    file.write_bytes("描述;订单号;备注\n坏了;O-1;急\n坏了;O-1;急;多\n".encode("gb18030"))
    result = run_import(api, file, "--check")
    assert result.exit_code == 1
    assert "cases.csv: 2 rows, GB18030, separated by semicolons" in result.output
    told = {line.split()[0]: line for line in result.output.splitlines() if line.startswith("  ")}
    assert "the customer's words" in told["描述"]
    assert "order" in told["订单号"]
    assert "not used" in told["备注"]
    assert "row 2 cannot be read: more values than columns" in result.output
    assert not api.asked
    assert not list(tmp_path.glob("*.checkpoint"))


def test_a_stopped_import_goes_on_where_it_was_and_opens_nothing_twice(api: BusyApi, tmp_path: Path) -> None:
    file = csv_of(tmp_path, *(f"row {number}" for number in range(ROWS)))
    api.closing_time = 10
    stopped = run_import(api, file)
    assert isinstance(stopped.exception, CommandError)
    assert "run the same command again" in str(stopped.exception)
    api.closing_time = None
    again = run_import(api, file)
    assert again.exit_code == 0, again.output
    assert len(api.cases) == ROWS
    assert "10 opened earlier" in again.output


def test_refused_rows_are_written_beside_the_file_with_their_reasons(api: BusyApi, tmp_path: Path) -> None:
    file = csv_of(tmp_path, "fine", "refuse me", '"unclosed')
    result = run_import(api, csv_of(tmp_path, "fine", "refuse me", "too,many"))
    assert result.exit_code == 1
    assert "2 refused" in result.output
    with (tmp_path / "cases.csv.refused.csv").open(encoding="utf-8-sig") as refused:
        rows = list(csv.DictReader(refused))
    assert rows[0]["text"] == "refuse me"
    assert "Name the order." in rows[0]["reason"]
    assert "row 3 cannot be read" in rows[1]["reason"]
    file.write_text("text\nfine\nmended\n", encoding="utf-8")
    assert run_import(api, file).exit_code == 0
    assert not (tmp_path / "cases.csv.refused.csv").exists()


def test_a_checkpoint_cut_short_by_a_crash_still_serves(api: BusyApi, tmp_path: Path) -> None:
    file = csv_of(tmp_path, "one", "two")
    assert run_import(api, file).exit_code == 0
    checkpoint = tmp_path / "cases.csv.checkpoint"
    checkpoint.write_text(checkpoint.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    again = run_import(api, file)
    assert again.exit_code == 0
    assert len(api.cases) == 2
