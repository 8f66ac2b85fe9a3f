"""How PostgreSQL plans lists, whatever its own configuration is. SQLite has one way to read a table and needs no advice."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

SETTINGS = {
    "plan_cache_mode": "force_custom_plan",
    "jit": "off",
    "enable_seqscan": "off",
    "max_parallel_workers_per_gather": "0",
    "seq_page_cost": "0.02",
    "random_page_cost": "0.02",
    "cpu_tuple_cost": "0.1",
}
"""A plan for the very values that are asked for: one merchant has fifty cases, another fifty thousand. By one process: a list is read in
milliseconds, and to start others, or a compiler, takes as long. By an index: even what claims come to is read from one.

What costs is to look at a row, not to fetch its page, which is in memory. By its own figures, made for disks, PostgreSQL would rather read a
hundred thousand rows in order than sort the few that fit.
"""
STATEMENT = text("SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in SETTINGS.items()))


async def plan_lists(session: AsyncSession) -> None:
    """From here to the end of the session's transaction. Measured by `benchmarks/lists.py`."""
    if session.get_bind().dialect.name == "postgresql":
        await (await session.connection()).execute(STATEMENT)
