"""Workers that share the task queues between them: a case needs all of them, and goes through all of them (docs/deploying.md)."""

import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.common.partner_registry import DELIVERY, PARTNER_QUEUES
from models.common.vocabulary import Role
from settings import ROOT
from tests.support.processes.policies import NO_QUIET_HOURS, policy_with
from tests.support.processes.redress import Redress, until

pytestmark = pytest.mark.long


@pytest.fixture
def redress(tmp_path: Path) -> Iterator[Redress]:
    """Its worker has the cases alone: neither partners' queues nor messages."""
    redress = Redress(tmp_path)
    redress.environment["REDRESS_WORKER_SERVES"] = '["cases"]'
    redress.environment["REDRESS_PARTNER_RATES"] = '{"payment": 100}'  # so that it is never asked beside its queue
    redress.environment["REDRESS_POLICY"] = str(policy_with(tmp_path, NO_QUIET_HOURS))
    with redress.running():
        yield redress


@contextmanager
def worker(redress: Redress, *parts: str) -> Generator[None]:
    """A further one, of these parts."""
    serves = "[" + ", ".join(f'"{part}"' for part in parts) + "]"
    environment = redress.environment | {"REDRESS_WORKER_SERVES": serves, "REDRESS_LOG_FORMAT": "json"}
    log = redress.folder / f"worker-{parts[0]}.log"
    with log.open("wb") as file:
        command = (sys.executable, str(ROOT / "worker.py"))
        process = subprocess.Popen(command, cwd=redress.folder, env=environment, stdout=file, stderr=file)
    try:
        until(lambda: "worker.ready" in log.read_text(encoding="utf-8"), 400)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.mark.timeout(900)
def test_a_case_goes_through_workers_that_share_the_queues(redress: Redress) -> None:
    case = redress.open("charged_twice", kind="after_sales", issue="payment.charged_twice", wanted={"remedy": "refund_only"})
    looked = redress.run("doctor").stdout
    assert all(f"cases-{queue}" in looked for queue in PARTNER_QUEUES), looked
    assert case.refunds() == []
    with worker(redress, *PARTNER_QUEUES):
        case.reaches("confirmation")
        assert [part["status"] for part in case.refunds()] == ["arrived"]
        assert redress.books("messages") == []
        with worker(redress, DELIVERY):
            until(lambda: redress.books("messages"))
            case.act(Role.CUSTOMER, "confirm")
            assert case.closes()["archive"]["sha256"]
        looked = redress.run("doctor")
        assert looked.returncode == 0, looked.stdout
