"""The evidence store (INV-3): a folder, or any S3, by one setting. Bytes are named by their SHA-256; their kind is read from them.

For S3 the credentials, region and endpoint are the usual `AWS_…` variables. A picture's thumbnail lies beside it.
"""

import hashlib
import io
import mmap
import re
import tempfile
from asyncio import to_thread
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from adapters.evidence.decoder import Decoder
from adapters.evidence.media_types import PICTURES, EvidenceRefused, Refusal, sniff
from adapters.evidence.places import may_tell_a_place, overwrite_place
from adapters.evidence.scanner import ClamAV
from adapters.partners.protocols import VirusScanner
from models.common.actors import EvidenceRef
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from settings import Settings

IN_MEMORY = 1024 * 1024
"""Larger files wait on disk until their hash is known."""
SHA256 = re.compile(r"[0-9a-f]{64}")

log = structlog.get_logger("adapters.evidence.store")


class ObjectEvidence:
    """An `EvidenceStore` in any object store."""

    def __init__(self, store: ObjectStore, max_bytes: int, decoder: Decoder, scanner: VirusScanner | None = None) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._scanner = scanner
        self._decoder = decoder

    async def put(self, chunks: AsyncIterator[bytes], name: str) -> EvidenceRef:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            sha256, size = await self._received(chunks, file)
            media_type = await to_thread(sniff, file)
            await self._scan(file, sha256)
            if media_type in PICTURES:
                small = await self._decoder.thumbnail(file, media_type, sha256)
                await self._keep(_beside(sha256), io.BytesIO(small))
            file.seek(0)
            await self._keep(_place(sha256), file)
        return EvidenceRef(sha256=sha256, media_type=media_type, size=size, name=name[-200:])

    async def get(self, sha256: str) -> AsyncIterator[bytes]:
        pieces = self._read(sha256, _place)
        first = await anext(pieces, b"")
        rest = _without_place(first, pieces) if may_tell_a_place(first) else pieces
        if rest is pieces:
            yield first
        async for piece in rest:
            yield piece

    def thumbnail(self, sha256: str) -> AsyncIterator[bytes]:
        return self._read(sha256, _beside)

    async def has(self, sha256: str) -> bool:
        try:
            await obstore.head_async(self._store, _place(sha256))
        except FileNotFoundError:
            return False
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error
        return True

    async def delete(self, sha256: str) -> None:
        for place in (_beside(sha256), _place(sha256)):
            try:
                await obstore.delete_async(self._store, place)
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                raise _unavailable(error) from error

    async def _received(self, chunks: AsyncIterator[bytes], file: IO[bytes]) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        async for chunk in chunks:
            size += len(chunk)
            if size > self._max_bytes:
                most = self._max_bytes // 1024 // 1024
                raise EvidenceRefused(
                    Refusal.TOO_LARGE,
                    en=f"it is larger than {most} MB; send a smaller copy, or a part of it.",
                    zh=f"文件超过 {most} MB，请发送较小的副本或其中一部分。",
                )
            digest.update(chunk)
            await to_thread(file.write, chunk)
        return digest.hexdigest(), size

    async def _scan(self, file: IO[bytes], sha256: str) -> None:
        found = await self._scanner.scan(file) if self._scanner else None
        if found is not None:
            log.warning("infected evidence refused", found=found, sha256=sha256)
            raise EvidenceRefused(
                Refusal.INFECTED,
                en=f"the virus scanner found {found} in it, and it was not kept; send it from a clean device, or a screenshot of it.",
                zh=f"病毒扫描发现 {found}，文件未保存；请从安全的设备发送，或发送其截图。",
            )

    async def _keep(self, place: str, file: IO[bytes]) -> None:
        try:
            await obstore.put_async(self._store, place, file)
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error

    async def _read(self, sha256: str, place: Callable[[str], str]) -> AsyncIterator[bytes]:
        if not SHA256.fullmatch(sha256):
            raise _missing(sha256)
        try:
            found = await obstore.get_async(self._store, place(sha256))
        except FileNotFoundError as error:
            await self._check()
            raise _missing(sha256) from error
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error
        async for chunk in found.stream():
            yield bytes(chunk)

    async def _check(self) -> None:
        """Raise when there is nothing at all to look in: a bucket that is not there answers like a piece that is not."""
        try:
            await obstore.list_with_delimiter_async(self._store, prefix="none")
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error


async def _without_place(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes but for the place that they tell."""
    with tempfile.TemporaryFile() as file:
        await to_thread(file.write, first)
        async for piece in rest:
            await to_thread(file.write, piece)
        file.flush()
        with mmap.mmap(file.fileno(), 0) as mapped:
            await to_thread(overwrite_place, mapped)
        file.seek(0)
        while piece := await to_thread(file.read, IN_MEMORY):
            yield piece


def evidence_store(settings: Settings, decoder: Decoder | None = None) -> ObjectEvidence:
    """The store that the settings name, with the scanner that they name, and their decoder unless another is given."""
    scanner = ClamAV(settings.clamav_address) if settings.clamav_address else None
    return ObjectEvidence(object_store(settings), settings.evidence_max_bytes, decoder or Decoder(settings), scanner)


def object_store(settings: Settings) -> ObjectStore:
    """Where the pieces are, each named by its hash in a folder of its first two digits."""
    url = settings.evidence_url
    if url is None or url.startswith("file:"):
        folder = Path(unquote(urlsplit(url).path)) if url else settings.data_dir.absolute() / "evidence"
        return LocalStore(folder, mkdir=True)
    soon = timedelta(seconds=10)  # somebody waits for their upload
    return from_url(url, retry_config={"max_retries": 2, "retry_timeout": soon})


def _place(sha256: str) -> str:
    """A folder holds a 256th of them."""
    return f"{sha256[:2]}/{sha256}"


def _beside(sha256: str) -> str:
    """Where a picture's thumbnail is."""
    return f"{_place(sha256)}.thumb"


def _missing(sha256: str) -> RedressError:
    return RedressError(
        Fault(
            type=ErrorType.NOT_FOUND,
            detail=f"There is no evidence {sha256[:64]}.",
            detail_zh=f"没有凭证 {sha256[:64]}。",
            rule="INV-3",
        )
    )


def _unavailable(error: Exception) -> RedressError:
    log.warning("evidence store away", error=type(error).__name__)
    return RedressError(
        Fault(
            type=ErrorType.UNAVAILABLE,
            detail="The evidence store cannot be reached right now; try again in a minute.",
            detail_zh="凭证存储暂时无法访问，请稍后重试。",
            rule="INV-3",
        )
    )
