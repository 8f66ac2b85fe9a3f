"""The worker is killed at every step of a refund: each case ends, and by the provider's books its money moved once (RES-5).

Every case is brought to a step of its own and held there; then the worker is killed once, and all of them go on with another.
"""

import os
import signal
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from models.common.vocabulary import Role
from tests.support.processes.moments import (
    REFUND,
    Books,
    Lock,
    ends,
    faults,
    held,
    let_go,
    moved_once,
    seen,
    standing_still,
    trouble,
)
from tests.support.processes.redress import Case, Redress, running, until

HANGS = {"seconds": 600}
"""Longer than anybody waits, again and again until the fault is taken away."""
STEPS = (
    "while the order is looked up",
    "before the money is set aside",
    "when the money is set aside and the case does not know it yet",
    "before the provider has done anything",
    "while the provider is at it, which ends well without anybody there to hear it",
    "when the provider has acted and not answered",
    "when the provider has answered and the case does not know it yet",
    "while the provider's yes is written down",
    "when the provider said yes, and its notice of the arrival is lost",
    "when the notice of the arrival comes while there is no worker",
    "while the arrival is written down",
    "while the case is closed",
)
FIRST, BEFORE, SET_ASIDE, NOT_DONE, AT_IT, UNANSWERED, UNTOLD, WRITING_YES, NO_NOTICE, ALONE, WRITING_ARRIVAL, CLOSING = STEPS


class Stage:
    """The cases by the step at which they are held, and what holds them."""

    def __init__(self, redress: Redress, books: Books) -> None:
        self.redress = redress
        self.books = books
        self.orders = {step: redress.order("charged_twice" if place < 10 else "lost") for place, step in enumerate(STEPS)}
        self.cases: dict[str, Case] = {}
        self.locks: dict[str, Lock] = {}

    def open(self, *steps: str) -> None:
        for step in steps:
            order = self.orders[step]
            wanted = REFUND if order["state"] == "charged_twice" else REFUND | {"issue": "logistics.lost"}
            self.cases[step] = self.redress.open_about(order, **wanted)

    def lock_order(self, *steps: str) -> None:
        for step in steps:
            self.locks[step] = self.books.order_lock(self.orders[step])

    def trouble(self, step: str, call: str, fault: str, **more: Any) -> None:
        trouble(self.redress, self.orders[step], call, fault, **more)

    def let_go(self, step: str) -> None:
        let_go(self.redress, self.orders[step])

    def seen(self, look: Callable[[], bool], step: str) -> None:
        seen(look, f"never seen {step}")

    def held(self, *steps: str) -> None:
        for step in steps:
            self.seen(lambda step=step: held(self.redress, self.orders[step]), step)

    def locked(self, *steps: str) -> None:
        for step in steps:
            self.seen(self.locks[step].met, step)

    def awaits_arrival(self, step: str) -> None:
        self.seen(lambda: self.books.waits_for(self.cases[step]) == "arrival", step)

    def free(self) -> None:
        """Nothing holds anybody any more."""
        while self.locks:
            self.locks.popitem()[1].release()
        self.redress.http.delete(f"{self.redress.sandbox}/faults").raise_for_status()

    @contextmanager
    def freed_at_last(self) -> Generator[None]:
        try:
            yield
        finally:
            self.free()

    def refunded(self, step: str) -> bool:
        return bool(self.cases[step].refunds())

    def told(self, step: str) -> bool:
        """Whether the provider's notice was taken."""
        notices = self.redress.books("webhooks")
        return any(one["delivered_at"] and one["body"]["reference"] == self.cases[step].case_id for one in notices)


@pytest.fixture(scope="module")
def cases(redress: Redress, books: Books) -> dict[str, Case]:
    """Every case after its worker was killed at its step."""
    stage = Stage(redress, books)
    with ThreadPoolExecutor(1) as customer, stage.freed_at_last():
        take_the_first_steps(stage)
        stage.seen(lambda: books.waits_for(stage.cases[CLOSING]) == "confirmation", CLOSING)
        stage.locks[CLOSING] = books.case_lock(stage.cases[CLOSING])
        confirmed = customer.submit(stage.cases[CLOSING].act, Role.CUSTOMER, "confirm")
        stage.locked(CLOSING)
        await_the_arrival(stage)
        with standing_still(redress, "up"):
            with standing_still(redress, "api"):
                stage.let_go(ALONE)
                stage.awaits_arrival(ALONE)
                with standing_still(redress, "temporal"):
                    go_on_without_the_case_knowing(stage)
                    check_that_all_are_at_their_steps(stage)
                    kill(redress.pids()["worker"])
                stage.free()
            stage.seen(lambda: stage.told(ALONE), ALONE)
        confirmed.result()
    return stage.cases


def take_the_first_steps(stage: Stage) -> None:
    """Every case is opened, and stands where a locked row or the provider holds it."""
    stage.lock_order(BEFORE, SET_ASIDE)
    stage.trouble(FIRST, "payments", "hold")
    stage.trouble(NOT_DONE, "refund", "timeout_before", **HANGS)
    stage.trouble(UNANSWERED, "refund", "timeout_after", **HANGS)
    stage.trouble(UNANSWERED, "refund_by_key", "timeout_before", **HANGS)
    stage.trouble(NO_NOTICE, "refund", "no_webhook")
    for step in (AT_IT, UNTOLD, WRITING_YES, ALONE, WRITING_ARRIVAL):
        stage.trouble(step, "refund", "hold")
    stage.open(CLOSING, *(step for step in STEPS if step is not CLOSING))
    stage.held(FIRST, AT_IT, UNTOLD, WRITING_YES, ALONE, WRITING_ARRIVAL)
    stage.locked(BEFORE, SET_ASIDE)
    stage.seen(lambda: any(rule["met"] for rule in faults(stage.redress, stage.orders[NOT_DONE])), NOT_DONE)
    stage.seen(lambda: stage.refunded(UNANSWERED), UNANSWERED)
    stage.awaits_arrival(NO_NOTICE)


def await_the_arrival(stage: Stage) -> None:
    """One more yes is there and cannot be written down, and one more notice of an arrival."""
    stage.lock_order(WRITING_YES)
    stage.let_go(WRITING_YES)
    stage.locked(WRITING_YES)
    with standing_still(stage.redress, "api"):  # so long no notice comes
        stage.let_go(WRITING_ARRIVAL)
        stage.awaits_arrival(WRITING_ARRIVAL)
        stage.lock_order(WRITING_ARRIVAL)
    stage.locked(WRITING_ARRIVAL)


def go_on_without_the_case_knowing(stage: Stage) -> None:
    """The server stands still: what the worker does now is done, and in no history."""
    stage.locks.pop(SET_ASIDE).release()
    stage.seen(lambda: stage.books.set_aside(stage.cases[SET_ASIDE]), SET_ASIDE)
    stage.let_go(UNTOLD)
    stage.seen(lambda: stage.refunded(UNTOLD), UNTOLD)


def check_that_all_are_at_their_steps(stage: Stage) -> None:
    stage.held(FIRST, AT_IT)
    stage.locked(BEFORE, WRITING_YES, WRITING_ARRIVAL, CLOSING)
    for step in (NO_NOTICE, ALONE, WRITING_ARRIVAL):
        assert stage.books.waits_for(stage.cases[step]) == "arrival", step
    for step in (FIRST, BEFORE):
        assert not stage.books.set_aside(stage.cases[step]), step
    for step in (SET_ASIDE, NOT_DONE, AT_IT):
        assert stage.books.set_aside(stage.cases[step]), step
        assert not stage.refunded(step), step
    assert stage.books.waits_for(stage.cases[UNANSWERED]) != "arrival", UNANSWERED


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until(lambda: not running(pid))


@pytest.mark.parametrize("step", STEPS)
def test_money_moves_once_when_the_worker_is_killed(cases: dict[str, Case], step: str) -> None:
    case = cases[step]
    assert (case.closes() if step is CLOSING else ends(case))["outcome"] == "resolved"
    moved_once(case)
