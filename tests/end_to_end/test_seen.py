"""What an operator sees of running programs: one trace from the API to the partner, a worker's port, logs of Temporal's core, a clean end."""

import gzip
import json
import os
import signal
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.processes.ports import free_port
from tests.support.processes.redress import Redress, until

pytestmark = pytest.mark.long


class Collector:
    """Where traces are sent to. `spans`: trace, program and name of each."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str, str]] = []

    def take(self, body: bytes) -> None:
        for of_program in ExportTraceServiceRequest.FromString(body).resource_spans:
            program = next(known.value.string_value for known in of_program.resource.attributes if known.key == "service.name")
            for scope in of_program.scope_spans:
                self.spans += [(span.trace_id.hex(), program, span.name) for span in scope.spans]

    def of(self, name: str) -> set[tuple[str, str]]:
        """Program and name of everything in the trace with that span."""
        wanted = next((trace for trace, _, known in self.spans if known == name), None)
        return {(program, known) for trace, program, known in self.spans if trace == wanted}


@contextmanager
def collecting() -> Generator[tuple[Collector, str]]:
    collector = Collector()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield collector, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Redress, Collector, str]]:
    """A Redress whose traces are collected, and its worker's address."""
    redress = Redress(tmp_path_factory.mktemp("seen"))
    port = free_port()
    with collecting() as (collector, address):
        redress.environment |= {"REDRESS_TRACES_URL": address, "REDRESS_WORKER_PORT": str(port), "OTEL_BSP_SCHEDULE_DELAY": "500"}
        redress.start()
        yield redress, collector, f"http://127.0.0.1:{port}"
        redress.stop()
        redress.http.close()


def test_one_trace_leads_from_the_api_through_workflow_and_activity_to_the_partner(
    seen: tuple[Redress, Collector, str],
) -> None:
    redress, collector, _ = seen
    redress.open("delivered", kind="after_sales", issue="logistics.damaged")
    wanted = {
        ("redress-api", "POST /v1/cases"),
        ("redress-api", "StartWorkflow:CaseWorkflow"),
        ("redress-worker", "RunWorkflow:CaseWorkflow"),
        ("redress-worker", "RunActivity:look_up"),
        ("redress-worker", "merchant GET"),
    }
    until(lambda: wanted <= collector.of("StartWorkflow:CaseWorkflow"), 60)


def test_a_worker_shows_the_cores_figures_beside_its_own(seen: tuple[Redress, Collector, str]) -> None:
    redress, _, worker = seen
    case = redress.open("delivered", kind="inquiry", issue="rules.platform_rule")
    case.reaches("reply")
    assert httpx.get(f"{worker}/readyz").json()["status"] == "ok"
    figures = httpx.get(f"{worker}/metrics").text
    assert 'redress_open_cases{stage="' in figures
    assert "temporal_workflow_task_schedule_to_start_latency_seconds_bucket{" in figures
    api = redress.http.get(f"{redress.settings.api_url}/metrics").text
    assert "redress_http_requests_total{" in api
    assert 'temporal_request_total{namespace="default",operation="StartWorkflowExecution"' in api


def test_what_is_stopped_in_good_order_ends_with_status_0(seen: tuple[Redress, Collector, str]) -> None:
    redress, _, _ = seen
    for part, title in (("worker", "The worker"), ("api", "The API")):
        os.kill(redress.pids()[part], signal.SIGTERM)
        until(lambda title=title: f"{title} ended (exit code 0)" in redress.said())
        until(lambda title=title: f"{title} is back." in redress.said())
    assert redress.stop(signal.SIGTERM) == 0
    logs = {
        part: Path(redress.folder / "data" / "logs" / f"{part}.log").read_text(encoding="utf-8") for part in ("api", "worker")
    }
    for said in logs.values():
        assert "Traceback" not in said
        assert all(json.loads(line)["event"] for line in said.splitlines())


def test_a_load_balancer_may_use_a_connection_again_after_a_pause(redress: Redress) -> None:
    """Its own are kept for a minute usually; the pause is longer than servers for Python keep theirs by default."""
    connection = HTTPConnection(redress.settings.host, redress.settings.api_port, timeout=30)
    connection.connect()
    connection.auto_open = 0
    for pause in (0, 7):
        time.sleep(pause)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert (answer.status, answer.read()[:15]) == (200, b'{"status":"ok",')
    connection.close()
