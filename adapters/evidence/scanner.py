"""The virus scanner (INV-3), when there is one: ClamAV's `clamd`, asked by its protocol (INSTREAM) before anything is stored."""

import asyncio
from asyncio import to_thread
from contextlib import suppress
from typing import IO, Final

import structlog

from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType

WITHIN: Final = 30.0
"""Seconds for one file: somebody waits for their upload."""
PIECE: Final = 256 * 1024
NAME: Final = 100
"""Letters of a virus's name that are told."""

log = structlog.get_logger("adapters.evidence.scanner")


class ClamAV:
    """A `clamd` at `host:port`, or at the path of its socket."""

    def __init__(self, address: str) -> None:
        self._path = address.removeprefix("unix:") if address.startswith(("/", "unix:/")) else None
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port) if port.isdecimal() else 0
        if self._path is None and not (self._host and self._port):
            detail = f"REDRESS_CLAMAV_ADDRESS is {address!r}; write host:port, or the path of clamd's socket."
            raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, field="clamav_address"))

    async def scan(self, file: IO[bytes]) -> str | None:
        """What was found in the file; None: nothing. Raises RedressError (UNAVAILABLE) when that cannot be said."""
        try:
            async with asyncio.timeout(WITHIN):
                answer = await self._ask(file)
        except (OSError, EOFError, asyncio.LimitOverrunError) as error:
            log.warning("virus scanner away", error=type(error).__name__)
            raise _cannot_say() from error
        found = answer.removeprefix("stream: ")
        if found == "OK":
            return None
        if found.endswith(" FOUND"):
            return found.removesuffix(" FOUND")[:NAME]
        log.warning("virus scanner cannot scan", answer=answer[:200])  # as when our limit is above its StreamMaxLength
        raise _cannot_say()

    async def _ask(self, file: IO[bytes]) -> str:
        reader, writer = await self._connected()
        try:
            with suppress(ConnectionError):  # it may hang up in the middle; what it said before is read all the same
                writer.write(b"zINSTREAM\0")
                await to_thread(file.seek, 0)
                while piece := await to_thread(file.read, PIECE):
                    writer.write(len(piece).to_bytes(4, "big") + piece)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1].decode(errors="replace")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._path is not None:
            return await asyncio.open_unix_connection(self._path)
        return await asyncio.open_connection(self._host, self._port)


def _cannot_say() -> RedressError:
    return RedressError(
        Fault(
            type=ErrorType.UNAVAILABLE,
            detail="The virus scanner does not answer right now, and nothing is stored unscanned; try again in a minute.",
            detail_zh="病毒扫描程序暂无响应，未经扫描的文件不会保存；请稍后重试。",
            rule="INV-3",
        )
    )
