"""A key for each case's payloads, kept in our database and wrapped by a payload key of the secrets file; destroying it is erasure (ARC-3)."""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database, execute, insert_if_absent, upsert
from adapters.payloads.key_services import opened_key
from adapters.secrets import Keyring, PayloadKey
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from models.tables.payloads import DataKeyRow

OF_NO_CASE = "redress"
"""The name of the key of reconciliation and sweep."""
NONCE = 12
"""Bytes, of AES-GCM."""
REMEMBERED = 60.0
"""Seconds: the longest that a process uses a key that another one has destroyed."""
MOST_REMEMBERED = 10_000
AT_A_TIME = 500
"""Rows that a rotation wraps anew in one transaction."""
_FIND = select(DataKeyRow).where(col(DataKeyRow.name) == bindparam("wanted"))


def name_of(workflow_id: str) -> str:
    """Whose data key is for the payloads of a workflow: the case's, which its returns, replacements and claims share."""
    return workflow_id.partition(".")[0] if workflow_id.startswith("RD-") else OF_NO_CASE


class DataKeys:
    """The data keys, each remembered for a minute."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._remembered: OrderedDict[str, tuple[float, AESGCM]] = OrderedDict()

    async def of(self, name: str) -> AESGCM:
        """The key of that name, made when there is none.

        Raises RedressError: CLOSED when it was destroyed, UNAVAILABLE when it cannot be unwrapped.
        """
        return self._recalled(name) or self._remember(name, await self._find(name, make=True))

    async def known(self, name: str) -> AESGCM:
        """As `of`, but one that was never made is not made: CLOSED."""
        return self._recalled(name) or self._remember(name, await self._find(name, make=False))

    def _recalled(self, name: str) -> AESGCM | None:
        until, key = self._remembered.get(name, (0.0, None))
        return key if until > time.monotonic() else None

    def _remember(self, name: str, key: AESGCM) -> AESGCM:
        self._remembered.pop(name, None)
        self._remembered[name] = (time.monotonic() + REMEMBERED, key)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return key

    async def _find(self, name: str, *, make: bool) -> AESGCM:
        async with self._database.reading() as session:
            row = await _row(session, name)
        if row is None and make:
            key = AESGCM.generate_key(256)
            columns = await asyncio.to_thread(
                wrapped, self._keyring.payload_keys[0], name, key
            )  # may ask who holds the payload key
            made = {**columns, "made_at": datetime.now(UTC), "destroyed_at": None}
            async with self._database.writing() as session:
                if await insert_if_absent(session, DataKeyRow, made):
                    return AESGCM(key)
                row = await _row(session, name)  # another process was quicker
        if row is None or row.wrapped is None:
            raise _gone(name)
        return AESGCM(await asyncio.to_thread(unwrapped, self._keyring.payload_keys, row))


async def _row(session: AsyncSession, name: str) -> DataKeyRow | None:
    """It has the columns' names, and is no object of the session's."""
    return cast("DataKeyRow | None", (await execute(session, _FIND, wanted=name)).first())


def wrapped(by: PayloadKey, name: str, key: bytes) -> dict[str, Any]:
    """The columns of a data key that say how it is wrapped."""
    return {"name": name, "wrapped": sealed(opened_key(by), name, key), "wrapped_by": by.id}


def unwrapped(keys: Sequence[PayloadKey], row: DataKeyRow) -> bytes:
    """Raises RedressError (UNAVAILABLE) when the secrets file has not the payload key that it takes, or who holds that one does not help."""
    by = next((key for key in keys if key.id == row.wrapped_by), None)
    try:
        if by is not None and row.wrapped is not None:
            return opened(opened_key(by), row.name, row.wrapped)
    except InvalidTag:
        pass  # the id is the same, and the key another one
    detail = (
        f"The data key of {row.name} is wrapped by payload key {row.wrapped_by}, which the secrets file does not hold: "
        "put its backup back (docs/payloads.md)."
    )
    raise RedressError(Fault(type=ErrorType.UNAVAILABLE, detail=detail, rule="payloads"))


def sealed(key: AESGCM, name: str, plain: bytes) -> bytes:
    """Encrypted, with its nonce before it; good under that name alone."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + key.encrypt(nonce, plain, name.encode())


def opened(key: AESGCM, name: str, content: bytes) -> bytes:
    """What `sealed` took. Raises InvalidTag."""
    return key.decrypt(content[:NONCE], content[NONCE:], name.encode())


async def destroy(session: AsyncSession, names: Sequence[str], at: datetime) -> int:
    """Destroy the data keys of these cases, for good: nothing that was encrypted with them can be read any more, nor anything new be written.

    How many there were. Other processes may use them for a minute more (`REMEMBERED`); a backup of this database holds them until their
    payload key is dropped (`redress keys rotate`).
    """
    there = 0
    for name in names:
        row = await session.get(DataKeyRow, name)
        there += row is not None and row.wrapped is not None
        gone = {"name": name, "wrapped": None, "wrapped_by": None, "made_at": row.made_at if row else at}
        if row is None or row.destroyed_at is None:
            await upsert(session, DataKeyRow, {**gone, "destroyed_at": at})
    return there


async def wrap_anew(database: Database, keys: Sequence[PayloadKey]) -> int:
    """Wrap all data keys by the newest of these payload keys; how many were not yet. Again goes on where it was broken off."""
    done = 0
    older = select(DataKeyRow).where(col(DataKeyRow.wrapped_by) != keys[0].id).order_by(col(DataKeyRow.name)).limit(AT_A_TIME)
    while True:
        async with database.writing() as session:
            rows = (await session.exec(older)).all()
            for row in rows:
                row.sqlmodel_update(wrapped(keys[0], row.name, unwrapped(keys, row)))
            session.add_all(rows)
        done += len(rows)
        if len(rows) < AT_A_TIME:
            return done


async def counted(session: AsyncSession) -> dict[str | None, int]:
    """How many data keys each payload key wraps; None: how many are destroyed."""
    asked = select(DataKeyRow.wrapped_by, func.count()).group_by(col(DataKeyRow.wrapped_by))
    return dict((await session.exec(asked)).all())


def _gone(name: str) -> RedressError:
    return RedressError(
        Fault(
            type=ErrorType.CLOSED,
            detail=f"The data key of {name} was destroyed, or never made: what Temporal keeps of it cannot be read any more.",
            detail_zh=f"{name} 的数据密钥已销毁或不存在：Temporal 中的相关内容已无法读取。",
            rule="ARC-3",
        )
    )
