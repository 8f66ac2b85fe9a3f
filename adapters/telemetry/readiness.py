"""Whether a program can work: a word for each part that it needs, for `/readyz` of API and workers."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.data_folder import lack_of_space
from adapters.database.engine import Database
from adapters.database.trouble import trouble_of
from models.common.errors import RedressError
from settings import Settings

OK = "ok"
UNREACHABLE = "unreachable"
ANSWERS_WITHIN = timedelta(seconds=2)


async def checks(settings: Settings, database: Database, temporal: Callable[[], Awaitable[str]]) -> dict[str, str]:
    """`temporal`: its word; anything but ok means that it cannot be used."""
    return {
        "database": await _database(settings, database),
        "disk": lack_of_space(settings) or OK,
        "temporal": await temporal(),
    }


async def temporal(client: Client) -> str:
    """The word of a server that answers, or does not."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
            return OK if await client.service_client.check_health(timeout=ANSWERS_WITHIN) else UNREACHABLE
    except (RPCError, RuntimeError, TimeoutError):
        return UNREACHABLE


async def _database(settings: Settings, database: Database) -> str:
    try:
        await database.check()
    except RedressError as error:
        return error.fault.detail
    except (SQLAlchemyError, OSError) as error:
        return trouble_of(error, settings)
    return OK
