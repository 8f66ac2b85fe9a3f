"""How a process is met at an exact moment: rows that it needs are locked, its calls are held, processes it needs stand still."""

import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from models.common.vocabulary import Role
from tests.support.processes.redress import Case, Redress, until

Order = dict[str, Any]


class Books:
    """Redress's own database, looked at from outside."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = psycopg.connect(url, autocommit=True)

    def close(self) -> None:
        self._connection.close()

    def read(self, sql: LiteralString, *values: object) -> list[dict[str, Any]]:
        return self._connection.cursor(row_factory=dict_row).execute(sql, values).fetchall()

    def waits_for(self, case: Case) -> str | None:
        """What the case waits for; seen also while the API stands still."""
        rows = self.read("select waiting_for from cases where case_id = %s", case.case_id)
        return rows[0]["waiting_for"] if rows else None

    def set_aside(self, case: Case) -> bool:
        return bool(self.read("select 1 from money where case_id = %s", case.case_id))

    def lock(self, *commands: tuple[LiteralString, *tuple[str, ...]]) -> "Lock":
        return Lock(self, self._url, commands)

    def order_lock(self, order: Order) -> "Lock":
        """Nobody writes of this order's money."""
        return self.lock(
            ("insert into order_locks values (%s) on conflict do nothing", order["order_id"]),
            ("select * from order_locks where order_id = %s for update", order["order_id"]),
        )

    def case_lock(self, case: Case) -> "Lock":
        """Nobody writes of this case."""
        return self.lock(("select * from cases where case_id = %s for update", case.case_id))


class Lock:
    """Rows that nobody else writes until it is released."""

    def __init__(self, books: Books, url: str, commands: tuple[tuple[LiteralString, *tuple[str, ...]], ...]) -> None:
        self._books = books
        self._connection = psycopg.connect(url)
        for command, *values in commands:
            self._connection.execute(command, values)
        self._pid = self._connection.info.backend_pid

    def met(self) -> bool:
        """Whether somebody stands before it."""
        return bool(self._books.read("select 1 from pg_stat_activity where %s = any(pg_blocking_pids(pid))", self._pid))

    def lost(self) -> None:
        """The database that held it is gone."""
        self._connection.close()

    def release(self) -> None:
        self._connection.commit()
        self._connection.close()


@contextmanager
def standing_still(redress: Redress, part: str) -> Generator[None]:
    """That process neither answers nor ends; `up`: nobody starts again what dies."""
    assert redress.process is not None
    pid = redress.process.pid if part == "up" else redress.pids()[part]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def trouble(redress: Redress, order: Order, call: str, fault: str, partner: str = "payment", **more: Any) -> None:
    """From now on, for this order alone."""
    rule = {"partner": partner, "call": call, "fault": fault, "about": order["order_id"], **more}
    redress.http.post(f"{redress.sandbox}/faults", json=[rule]).raise_for_status()


def faults(redress: Redress, order: Order) -> list[dict[str, Any]]:
    """What is left of the order's faults."""
    return redress.http.get(f"{redress.sandbox}/faults", params={"about": order["order_id"]}).json()


def held(redress: Redress, order: Order) -> bool:
    """Whether a call about the order is being held."""
    return any(rule["fault"] == "hold" and rule["met"] for rule in faults(redress, order))


def let_go(redress: Redress, order: Order) -> None:
    """The order's calls are held no more."""
    redress.http.delete(f"{redress.sandbox}/faults", params={"about": order["order_id"]}).raise_for_status()


REFUND = {"kind": "after_sales", "issue": "payment.charged_twice", "wanted": {"remedy": "refund_only"}}
"""Clear, so that nobody has to decide."""


def ends(case: Case) -> dict[str, Any]:
    """The customer has the money and says so."""
    case.reaches("confirmation")
    case.act(Role.CUSTOMER, "confirm")
    return case.closes()


def moved_once(case: Case) -> None:
    """By the provider's own books: everything that was to be given was given, and nothing more."""
    view = case.view()
    parts = [part for remedy in view["remedies"] for part in remedy["parts"]]
    refunds = case.refunds()
    assert parts
    assert [refund["status"] for refund in refunds] == ["arrived"] * len(parts)
    assert sum(refund["amount"]["minor"] for refund in refunds) == sum(remedy["amount"]["minor"] for remedy in view["remedies"])


def seen(look: Callable[[], bool], what: str) -> None:
    """Until it is so."""
    try:
        until(look)
    except AssertionError as error:
        error.add_note(what)
        raise
