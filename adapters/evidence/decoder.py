"""Pictures are decoded each in a process of its own (INV-3), which can be killed: a small file can keep a decoder busy for minutes.

`thumbnails.py` is that program; it limits its own processor time and memory. Here is who waits for it, and what its end means.
"""

import asyncio
import math
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from enum import IntEnum
from pathlib import Path
from tempfile import SpooledTemporaryFile

import structlog

from adapters.evidence import thumbnails
from adapters.evidence.media_types import EvidenceRefused, Refusal
from adapters.evidence.thumbnails import MOST_PIXELS, Exit
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from settings import Settings

PATIENCE = 3
"""Processes of a busy machine get a part of its time: the clock may go this many times the processor time that a picture may take."""
PROGRAM = Path(thumbnails.__file__)


class Ended(IntEnum):
    """By a signal: of its limit of processor time, or of a system that runs out of memory."""

    OUT_OF_TIME = -signal.SIGXCPU
    KILLED = -signal.SIGKILL


log = structlog.stdlib.get_logger(__name__)


class Decoder:
    """At most so many processes at once; whoever finds none free waits as long as one may take, and is then told to come again."""

    def __init__(self, settings: Settings, program: Path = PROGRAM) -> None:
        seconds = settings.evidence_decode_seconds
        self._free = asyncio.Semaphore(settings.evidence_decoders)
        self._patience = seconds * PATIENCE
        self._command = (sys.executable, "-I", "-W", "ignore", str(program))
        self._limits = (str(math.ceil(seconds)), str(settings.evidence_decode_bytes))

    async def thumbnail(self, file: SpooledTemporaryFile[bytes], media_type: str, sha256: str) -> bytes:
        """A small JPEG. Raises EvidenceRefused for what is no picture or takes too much to decode, UNAVAILABLE where there was no time."""
        async with self._turn(sha256):
            file.rollover()  # the process reads a real file
            file.seek(0)
            pipe = asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec(
                *self._command, media_type, *self._limits, stdin=file.fileno(), stdout=pipe, stderr=pipe, env={}
            )
            try:
                async with asyncio.timeout(self._patience):
                    made, said = await process.communicate()
            except TimeoutError as error:
                log.warning("evidence.decoder_killed", sha256=sha256, seconds=self._patience)
                raise _no_time() from error
            finally:
                if process.returncode is None:  # out of time, or whoever uploaded has gone
                    process.kill()
                    await process.wait()
        if process.returncode == Exit.MADE:
            return made
        log.warning(
            "evidence.not_decoded",
            sha256=sha256,
            media_type=media_type,
            exit=process.returncode,
            said=said[-500:].decode(errors="replace"),
        )
        raise _ended(process.returncode, media_type)

    @asynccontextmanager
    async def _turn(self, sha256: str) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError as error:
            log.warning("evidence.decoders_busy", sha256=sha256, seconds=self._patience)
            raise _no_time() from error
        try:
            yield
        finally:
            self._free.release()


def _ended(exit_: int | None, media_type: str) -> RedressError:
    """What its end means; a signal is the decoder's crash over this picture, an exit that we do not know is a fault of the program."""
    match exit_:
        case Exit.TOO_MANY_PIXELS:
            most = MOST_PIXELS // 1_000_000
            return EvidenceRefused(
                Refusal.TOO_LARGE,
                en=f"it has more than {most} million pixels; send a smaller copy.",
                zh=f"图片超过 {most * 100} 万像素，请发送较小的副本。",
            )
        case Exit.TOO_MUCH_MEMORY | Ended.OUT_OF_TIME | Ended.KILLED:
            return EvidenceRefused(
                Refusal.TOO_LARGE,
                en="it takes too much time or memory to read; send a smaller copy, or a screenshot of it.",
                zh="读取该图片耗费的时间或内存过多；请发送较小的副本，或其截图。",
            )
        case int() if exit_ == Exit.UNREADABLE or exit_ < 0:
            return EvidenceRefused(
                Refusal.TYPE,
                en=f"it begins like a picture ({media_type}) but is none that can be read; take it again, or send a screenshot of it.",
                zh=f"文件开头像图片（{media_type}），但无法读取；请重新拍摄，或发送其截图。",
            )
        case _:
            return _no_time()


def _no_time() -> RedressError:
    return RedressError(
        Fault(
            type=ErrorType.UNAVAILABLE,
            detail="The picture could not be read in time; try again in a minute, or send a screenshot of it.",
            detail_zh="未能及时读取该图片；请一分钟后重试，或发送其截图。",
            rule="INV-3",
        )
    )
