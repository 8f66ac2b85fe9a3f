"""A whole Redress of real processes, as `redress up` starts it, on free ports and in a folder of its own; and ways to act on it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from api.http.auth import make_token
from models.common.vocabulary import Role
from settings import ROOT, Settings
from tests.support.processes.ports import free_ports

T = TypeVar("T")


def until(look: Callable[[], T | None], seconds: float = 120) -> T:
    """The first thing seen that is neither None nor False."""
    seen: T | None = None
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen = look()
        if seen:
            return seen
        time.sleep(0.2)
    message = f"it did not happen within {seconds:.0f} s; seen last: {seen}"
    raise AssertionError(message)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Case:
    """One case, seen and acted on over HTTP."""

    def __init__(self, redress: "Redress", case_id: str, order: dict[str, Any]) -> None:
        self.redress = redress
        self.case_id = case_id
        self.order = order

    def view(self) -> dict[str, Any]:
        return self.redress.get(f"/v1/cases/{self.case_id}", Role.SUPERVISOR, "sun").json()

    def act(self, role: Role, action: str, **body: object) -> dict[str, Any]:
        """Do it as the case's own customer, merchant or carrier, or as somebody of the platform; asked again while nobody could answer."""
        who = {
            Role.CUSTOMER: self.order["customer_id"],
            Role.MERCHANT: self.order["merchant_id"],
            Role.CARRIER: self.order.get("carrier_id"),
            Role.SUPERVISOR: "sun",
        }.get(role, "alice")
        answer = self.redress.post(f"/v1/cases/{self.case_id}/{action}", role, str(who), body)
        assert answer.is_success, answer.text
        return answer.json()

    def reaches(self, waiting_for: str) -> dict[str, Any]:
        """The case as it is when it waits for that."""
        return self._seen(lambda view: view["waiting"] is not None and view["waiting"]["for"] == waiting_for)

    def closes(self) -> dict[str, Any]:
        return self._seen(lambda view: view["stage"] == "closed")

    def _seen(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        last: list[dict[str, Any]] = []

        def look() -> bool:
            last[:] = [self.view()]
            return fits(last[0])

        try:
            until(look)
        except AssertionError as error:
            error.add_note(f"{self.case_id} is at {last[0]['stage']}, waiting: {last[0]['waiting']}, {last[0]['remedies']}")
            raise
        return last[0]

    def refunds(self) -> list[dict[str, Any]]:
        """What the payment provider's own books say was refunded for this case."""
        return [refund for refund in self.redress.books("refunds") if refund["reference"] == self.case_id]


class Redress:
    """The processes, and ways to talk to them."""

    def __init__(self, folder: Path, apis: int = 1) -> None:
        """`apis`: how many `start` is going to be told of."""
        self.folder = folder
        self.output = folder / "up.txt"
        self.api_ports = free_ports(apis)
        numbers = [self.api_ports[0], *free_ports(3)]
        names = ("REDRESS_API_PORT", "REDRESS_TEMPORAL_PORT", "REDRESS_UI_PORT", "REDRESS_SANDBOX_PORT")
        own = dict(zip(names, map(str, numbers), strict=True)) | {
            "REDRESS_DATA_DIR": str(folder / "data"),
            "LC_ALL": "en_US.UTF-8",
            "REDRESS_RATE_LIMITS": "{}",
        }
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("REDRESS_")} | own
        self.settings = Settings(
            data_dir=folder / "data",
            api_port=numbers[0],
            temporal_port=numbers[1],
            ui_port=numbers[2],
            sandbox_port=numbers[3],
        )
        self.sandbox = f"http://127.0.0.1:{numbers[3]}"
        self.http = httpx.Client(timeout=20, trust_env=False)
        self.process: subprocess.Popen[bytes] | None = None
        self._handed_out: set[str] = set()

    def start(self, *options: str) -> None:
        """`redress up`, with these options."""
        with self.output.open("wb") as output:
            arguments = (sys.executable, str(ROOT / "cli.py"), "up", *options)
            self.process = subprocess.Popen(arguments, cwd=self.folder, env=self.environment, stdout=output, stderr=output)
        until(self._started, 400)

    @contextmanager
    def running(self) -> Generator["Redress"]:
        """Started, until the block ends."""
        try:
            self.start()
            yield self
        finally:
            self.stop()
            self.http.close()

    def _started(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said()
        return "Ctrl-C" in self.said()

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End `redress up` and return its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=60)

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def pids(self) -> dict[str, int]:
        """The parts that run now, by the names of their logs, as `api` and `worker-2`."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="utf-8").split()
        found: dict[str, int] = {}
        for pid in children:
            with suppress(OSError):  # it has ended meanwhile
                command = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
                log = Path(f"/proc/{pid}/fd/1").readlink()
                if command and "die_with_parent.py" not in command and log.suffix == ".log":
                    found[log.stem] = int(pid)
        return found

    def kill(self, part: str) -> None:
        """SIGKILL, and wait until another has taken its place and is ready."""
        before = self.said().count(" is back.")
        os.kill(self.pids()[part], signal.SIGKILL)
        until(lambda: self.said().count(" is back.") > before)

    def run(self, *arguments: str, program: Path = ROOT / "cli.py", **more: str) -> subprocess.CompletedProcess[str]:
        """A `redress` command in another terminal. `more`: of its environment."""
        command, own = (sys.executable, str(program), *arguments), self.environment | more
        return subprocess.run(command, cwd=self.folder, env=own, capture_output=True, text=True, check=False, timeout=800)

    def headers(self, role: Role, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {make_token(self.settings, role, who)}"}

    def get(self, path: str, role: Role, who: str) -> httpx.Response:
        return self._patiently("GET", path, headers=self.headers(role, who))

    def post(self, path: str, role: Role, who: str, body: object) -> httpx.Response:
        headers = self.headers(role, who) | {"Idempotency-Key": uuid4().hex}
        return self._patiently("POST", path, headers=headers, json=body)

    def _patiently(self, method: str, path: str, **request: Any) -> httpx.Response:
        """As a good client does: the same request again while the API is away or says that it is."""

        def ask() -> httpx.Response | None:
            try:
                answer = self.http.request(method, f"{self.settings.api_url}{path}", **request)
            except httpx.TransportError:
                return None
            return None if answer.status_code in {429, 503, 504} else answer

        return until(ask)

    def order(self, state: str) -> dict[str, Any]:
        """An order of the sandbox in that state which no other test has."""
        catalogue: list[dict[str, Any]] = self.http.get(f"{self.sandbox}/catalogue", params={"state": state}).json()
        order = next(order for order in catalogue if order["order_id"] not in self._handed_out)
        self._handed_out.add(order["order_id"])
        return order

    def open(self, state: str, **case: object) -> Case:
        """Open a case about a fresh order in that state, as its customer."""
        return self.open_about(self.order(state), **case)

    def open_about(self, order: dict[str, Any], **case: object) -> Case:
        """Open a case about this order, as its customer."""
        body = {"channel": "app", "order_id": order["order_id"], "description": "It is not as it should be."} | case
        answer = self.post("/v1/cases", Role.CUSTOMER, order["customer_id"], body)
        assert answer.status_code == 201, answer.text
        return Case(self, answer.json()["case_id"], order)

    def books(self, name: str) -> list[dict[str, Any]]:
        return self.http.get(f"{self.sandbox}/books/{name}").json()

    def fault(self, **fault: object) -> None:
        self.http.put(f"{self.sandbox}/faults", json=[fault]).raise_for_status()
