"""What people corrected is kept, and learnt from at the next training (CLS-2)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.database.engine import Database
from classifier.corrections import read_corrections
from classifier.texts import Labelled
from models.common.events import Event
from models.common.vocabulary import Issue, Role
from models.tables.case import CaseRow, TimelineRow
from settings import Settings
from tests.support.processes.databases import make_tables

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    settings = Settings(data_dir=tmp_path, database_url=None)
    make_tables(settings)
    database = Database(settings)
    yield database
    await database.aclose()


def case(case_id: str, words: str) -> CaseRow:
    values: dict[str, Any] = {"kind": "complaint", "stage": "closed", "channel": "app", "customer_id": "c1", "tier": "platform"}
    values |= {
        "waiting_on": "nobody",
        "sla_state": "on_time",
        "currency": "CNY",
        "locale": "zh",
        "policy_version": "1",
        "version": 3,
    }
    return CaseRow(case_id=case_id, opened_at=NOW, updated_at=NOW, state={"receipt": {"description": words}}, **values)


def row(case_id: str, version: int, role: Role, issue: str) -> TimelineRow:
    return TimelineRow(
        case_id=case_id,
        version=version,
        at=NOW,
        event=Event.CLASSIFIED,
        role=role,
        actor_id="someone",
        data={"issue": issue},
    )


async def test_what_people_set_is_learned_and_what_the_machine_said_is_not(database: Database) -> None:
    async with database.writing() as session:
        session.add_all([case("a", "书湿透了"), case("b", "东西没到"), case("c", "钱没退"), case("d", "旧的问题")])
        session.add_all(
            [
                row("a", 1, Role.SYSTEM, Issue.DAMAGED),
                row("a", 2, Role.AGENT, Issue.DELAY),
                row("a", 3, Role.SUPERVISOR, Issue.SOILED),
                row("b", 1, Role.SYSTEM, Issue.DELAY),
                row("c", 1, Role.AGENT, Issue.REFUND_NOT_ARRIVED),
                row("d", 1, Role.AGENT, "product.of_another_version"),
            ]
        )
    assert await read_corrections(database) == (
        Labelled(text="书湿透了", issue=Issue.SOILED),
        Labelled(text="钱没退", issue=Issue.REFUND_NOT_ARRIVED),
    )
