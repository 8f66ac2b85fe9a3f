"""Two workers and two APIs on a Temporal server by roles, on PostgreSQL: each process is killed while `redress demo` plays, and nothing is lost."""

import os
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.support.processes.balancer import balanced
from tests.support.processes.databases import Postgres
from tests.support.processes.redress import Redress, until
from tests.support.processes.temporal_cluster import ROLES, Cluster

OURS = ("worker", "api", "worker-2", "api-2")
MEANWHILE = 20
"""Entries of timelines between two deaths: cases have gone on since the one, and are under way at the other."""


def test_every_story_ends_as_meant_while_each_process_is_killed(redress: Redress, by_roles: Cluster, database: Postgres) -> None:
    def restart() -> None:
        database.kill()
        database.start()

    deaths: dict[str, Callable[[], object]] = {
        **{role: lambda role=role: by_roles.kill(role) for role in ROLES},
        "postgresql": restart,
        **{part: lambda part=part: killed(redress, part) for part in OURS},
    }
    with balanced(redress.api_ports) as address, ThreadPoolExecutor(1) as reaper:
        killing = reaper.submit(kill_each, deaths, redress.environment["REDRESS_DATABASE_URL"])
        while True:
            played = redress.run("demo", "--api", address)
            assert played.returncode == 0, played.stdout + played.stderr + redress.said()
            if killing.done():
                break
        killing.result()
    for command in (("doctor",), ("reconcile",)):
        looked = redress.run(*command)
        assert looked.returncode == 0, looked.stdout + looked.stderr


def killed(redress: Redress, part: str) -> None:
    """SIGKILL, and another takes its place."""
    before = redress.pids()[part]
    os.kill(before, signal.SIGKILL)
    until(lambda: redress.pids().get(part, before) != before)


def kill_each(deaths: Mapping[str, Callable[[], object]], books: str) -> None:
    """One after the other, while cases go on."""
    for name, die in deaths.items():
        before = entries(books)
        try:
            until(lambda before=before: entries(books) >= before + MEANWHILE)
            die()
        except AssertionError as error:
            error.add_note(f"at the death of {name}")
            raise


def entries(books: str) -> int:
    """How many the timelines of all cases have; what the API shows of them is no matter here."""
    with psycopg.connect(books) as connection:
        (count,) = connection.execute("select count(*) from timeline").fetchone() or (0,)
    return int(count)
