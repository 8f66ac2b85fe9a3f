"""The keys of payloads: one for each case, wrapped, wrapped anew, destroyed (TRU-1, docs/payloads.md)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter, WorkflowSerializationContext

from adapters.database.engine import Database
from adapters.payloads import data_keys
from adapters.payloads.converter import ENCODING, CaseCodec
from adapters.payloads.data_keys import DataKeys, counted, destroy, wrap_anew
from adapters.secrets import Keyring, change_secrets, made_payload_key
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from models.tables.payloads import DataKeyRow
from settings import Settings

WORDS = "收到的杯子碎了"


@pytest.fixture
def keyring(database_settings: Settings) -> Keyring:
    rotated(database_settings)
    return Keyring(database_settings)


def rotated(settings: Settings) -> None:
    new = made_payload_key()
    change_secrets(settings, lambda known: known.model_copy(update={"payload_keys": (new, *known.payload_keys)[:2]}))


def of(database: Database, keyring: Keyring, workflow_id: str) -> DataConverter:
    codec = CaseCodec(DataKeys(database, keyring))
    return DataConverter(payload_codec=codec).with_context(
        WorkflowSerializationContext(namespace="default", workflow_id=workflow_id)
    )


async def refused(reading: Any) -> ErrorType:
    with pytest.raises(RedressError) as found:
        await reading
    return found.value.fault.type


async def test_what_was_said_is_read_again_and_stands_nowhere(database: Database, keyring: Keyring) -> None:
    case, its_return = of(database, keyring, "RD-1"), of(database, keyring, "RD-1.m1.return")
    (written,) = await case.encode([WORDS])
    assert (written.metadata["encoding"], written.metadata["data-key"]) == (ENCODING, b"RD-1")
    assert WORDS.encode() not in written.SerializeToString()
    assert await its_return.decode([written], [str]) == [WORDS]
    assert await case.decode([(await DataConverter().encode([WORDS]))[0]], [str]) == [WORDS]  # of before there was a key


async def test_one_cases_words_are_not_taken_for_anothers(database: Database, keyring: Keyring) -> None:
    (written,) = await of(database, keyring, "RD-1").encode([WORDS])
    other = of(database, keyring, "RD-2")
    await other.encode([WORDS])
    forged = Payload(metadata={**written.metadata, "data-key": b"RD-2"}, data=written.data)
    assert await refused(other.decode([forged])) is ErrorType.INVALID


async def test_two_processes_that_begin_at_once_use_one_key(database: Database, keyring: Keyring) -> None:
    first, second = DataKeys(database, keyring), DataKeys(database, keyring)
    sealed = data_keys.sealed(await first.of("RD-1"), "RD-1", b"said")
    assert data_keys.opened(await second.of("RD-1"), "RD-1", sealed) == b"said"


async def test_a_destroyed_key_opens_nothing_and_no_new_one_is_made(database: Database, keyring: Keyring) -> None:
    written = await of(database, keyring, "RD-1").encode([WORDS])
    kept = await of(database, keyring, "RD-2").encode([WORDS])
    async with database.writing() as session:
        assert await destroy(session, ["RD-1", "RD-NEVER"], datetime.now(UTC)) == 1
        assert await destroy(session, ["RD-1"], datetime.now(UTC)) == 0
    for name in ("RD-1", "RD-NEVER"):
        assert await refused(of(database, keyring, name).encode([WORDS])) is ErrorType.CLOSED
    assert await refused(of(database, keyring, "RD-1").decode(written)) is ErrorType.CLOSED
    assert await of(database, keyring, "RD-2").decode(kept, [str]) == [WORDS]


async def test_a_process_forgets_a_key_that_another_has_destroyed(
    database: Database, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    converter = of(database, keyring, "RD-1")
    written = await converter.encode([WORDS])
    async with database.writing() as session:
        await destroy(session, ["RD-1"], datetime.now(UTC))
    assert await converter.decode(written, [str]) == [WORDS]  # within the minute
    now = data_keys.time.monotonic() + data_keys.REMEMBERED
    monkeypatch.setattr(data_keys.time, "monotonic", lambda: now)
    assert await refused(converter.decode(written)) is ErrorType.CLOSED


async def test_after_two_rotations_no_backup_has_the_key_of_an_erased_case(
    database: Database, keyring: Keyring, database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_keys, "AT_A_TIME", 2)
    names = [f"RD-{number}" for number in range(5)]
    written = {name: await of(database, keyring, name).encode([WORDS]) for name in names}
    async with database.reading() as session:
        backup = await session.get(DataKeyRow, "RD-0")
    assert backup is not None
    async with database.writing() as session:
        await destroy(session, ["RD-0"], datetime.now(UTC))
    for rotation in range(2):
        assert bool(data_keys.unwrapped(keyring.payload_keys, backup)) is True, rotation
        rotated(database_settings)
        assert await wrap_anew(database, keyring.payload_keys) == 4
    async with database.reading() as session:
        assert await counted(session) == {keyring.payload_keys[0].id: 4, None: 1}
    with pytest.raises(RedressError, match="put its backup back"):
        data_keys.unwrapped(keyring.payload_keys, backup)
    for name in names[1:]:
        assert await of(database, keyring, name).decode(written[name], [str]) == [WORDS]
