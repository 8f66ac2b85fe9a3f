"""A virus scanner that is away, hangs up or talks gibberish lets nothing through (INV-3)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.evidence import scanner
from adapters.evidence.store import evidence_store
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from settings import Settings
from tests.support.builders.pictures import picture

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk) -> AsyncGenerator[str]:
    async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(whole, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def refused(address: str, folder: Path) -> None:
    """The upload is to be tried again, and nothing of it was stored."""
    with pytest.raises(RedressError) as raised:
        await evidence_store(Settings(data_dir=folder, clamav_address=address)).put(once(picture()), "a.jpg")
    fault = raised.value.fault
    assert (fault.type, fault.rule) == (ErrorType.UNAVAILABLE, "INV-3")
    assert "try again" in fault.detail
    assert fault.detail_zh
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(10)


async def talk_gibberish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(bytes(4))
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n\0")
    await writer.drain()


async def talk_without_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(bytes(4))
    writer.write(b"x" * 500_000)
    await reader.read()


async def report_an_error(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(bytes(4))
    writer.write(b"stream: Can't allocate memory ERROR\0")
    await writer.drain()


@pytest.mark.parametrize("talk", [hang_up, talk_gibberish, talk_without_end, report_an_error])
async def test_a_scanner_that_does_not_say_clean_lets_nothing_through(tmp_path: Path, talk: Talk) -> None:
    async with listening(talk) as address:
        await refused(address, tmp_path)


async def test_a_scanner_that_never_answers_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "WITHIN", 0.3)

    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(say_nothing) as address:
        await refused(address, tmp_path)


@pytest.mark.parametrize("address", ["127.0.0.1:9", "[::1]:9", "/nowhere/clamd.ctl"])
async def test_a_scanner_that_is_away_lets_nothing_through(tmp_path: Path, address: str) -> None:
    await refused(address, tmp_path)


@pytest.mark.parametrize("address", ["localhost", "3310", ":3310", "host:port", "clamd.ctl"])
def test_an_address_that_is_none_is_refused_at_start(tmp_path: Path, address: str) -> None:
    with pytest.raises(RedressError) as raised:
        evidence_store(Settings(data_dir=tmp_path, clamav_address=address))
    assert raised.value.fault.field == "clamav_address"
    assert "host:port" in raised.value.fault.detail
