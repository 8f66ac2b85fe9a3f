"""Dispatch (DSP-2): 200 cases at once over ten agents of one team, on SQLite; how long each waits, and how evenly they are spread."""

import asyncio
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from activities.case.assignment import DispatchActivities
from adapters.database.engine import Database, insert_if_absent, migrate
from models.case.activities import AssignRequest
from models.common.vocabulary import Issue, Role
from models.tables.case import AgentRow
from rules.policy.load import load_policy
from settings import Settings

CASES = 200
AGENTS = 10


async def _spread(settings: Settings) -> dict[str, float]:
    database = Database(settings)
    people = [
        {"agent_id": f"agent-{number}", "name": f"Agent {number}", "role": Role.AGENT, "teams": ["logistics"], "skills": []}
        | {"shift": None, "present": True, "most": CASES, "assigned_at": None}
        for number in range(AGENTS)
    ]
    async with database.writing() as session:
        await insert_if_absent(session, AgentRow, *people)
    dispatch = DispatchActivities(database, load_policy(settings.policy))
    wanted = [
        AssignRequest(case_id=f"RD-{number}", team="logistics", issue=Issue.DELAY, at=datetime.now(UTC))
        for number in range(CASES)
    ]
    begun = time.perf_counter()
    assigned = await asyncio.gather(*(dispatch.assign_handler(request) for request in wanted))
    took = time.perf_counter() - begun
    await database.aclose()
    loads = Counter(answer.handler for answer in assigned)
    return {
        "ms a case, 200 dispatched at once": took / CASES * 1000,
        "cases of the busiest agent (20 is even)": float(max(loads.values())),
        "cases of the idlest agent (20 is even)": float(min(loads.get(f"agent-{number}", 0) for number in range(AGENTS))),
    }


def measure() -> dict[str, float]:
    """Figures by name."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        migrate(settings)
        return asyncio.run(_spread(settings))
