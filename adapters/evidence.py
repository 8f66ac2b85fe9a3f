"""The evidence store (INV-3): a folder, or any S3, by one setting. Bytes are named by their SHA-256; their type is read from them.

For S3 the credentials, region and endpoint are the usual `AWS_…` variables.
"""

import codecs
import hashlib
import re
import tempfile
from asyncio import to_thread
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Final
from urllib.parse import unquote, urlsplit

import filetype
import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from models.errors import Fault, RedressError
from models.people import EvidenceRef
from models.vocabulary import ErrorType
from settings import Settings

ACCEPTED: Final = frozenset(
    {
        *("image/jpeg", "image/png", "image/webp", "image/gif", "image/heic"),
        *("video/mp4", "video/quicktime", "video/webm"),
        "application/pdf",
    }
)
TEXT = "text/plain"
IN_MEMORY = 1024 * 1024
"""Larger files wait on disk until their hash is known."""
HEAD = 8192
SHA256 = re.compile(r"[0-9a-f]{64}")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
SAME = {"video/x-m4v": "video/mp4", "image/heif": "image/heic"}
"""Near kinds that the accepted ones stand for."""


class ObjectEvidence:
    """An `EvidenceStore` in any object store."""

    def __init__(self, store: ObjectStore, max_bytes: int) -> None:
        self._store = store
        self._max_bytes = max_bytes

    async def put(self, chunks: AsyncIterator[bytes], name: str) -> EvidenceRef:
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > self._max_bytes:
                    raise _refusal(f"it is larger than {self._max_bytes // 1024 // 1024} MB", "too_large")
                digest.update(chunk)
                await to_thread(file.write, chunk)
            media_type = await to_thread(_sniff, file)
            ref = EvidenceRef(sha256=digest.hexdigest(), media_type=media_type, size=size, name=name[-200:])
            file.seek(0)
            try:
                await obstore.put_async(self._store, _place(ref.sha256), file)
            except (BaseError, OSError) as error:
                raise _unavailable() from error
        return ref

    async def get(self, sha256: str) -> AsyncIterator[bytes]:
        if not SHA256.fullmatch(sha256):
            raise _missing(sha256)
        try:
            found = await obstore.get_async(self._store, _place(sha256))
        except FileNotFoundError as error:
            raise _missing(sha256) from error
        except (BaseError, OSError) as error:
            raise _unavailable() from error
        async for chunk in found.stream():
            yield bytes(chunk)


def evidence_store(settings: Settings) -> ObjectEvidence:
    """The store that the settings name."""
    url = settings.evidence_url
    if url is None or url.startswith("file:"):
        folder = Path(unquote(urlsplit(url).path)) if url else settings.data_dir.absolute() / "evidence"
        return ObjectEvidence(LocalStore(folder, mkdir=True), settings.evidence_max_bytes)
    soon = timedelta(seconds=10)  # somebody waits for their upload
    store = from_url(url, retry_config={"max_retries": 2, "retry_timeout": soon})
    return ObjectEvidence(store, settings.evidence_max_bytes)


def _place(sha256: str) -> str:
    """A folder holds a 256th of them."""
    return f"{sha256[:2]}/{sha256}"


def _sniff(file: IO[bytes]) -> str:
    """The media type of what is in the file, by its bytes alone."""
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise _refusal("it is empty", "type")
    guessed: str | None = filetype.guess_mime(head)
    media_type = SAME.get(guessed, guessed) if guessed else "unknown"
    if media_type in ACCEPTED:
        return media_type
    if _is_text(file, head):  # also words that begin like another type by chance, as BMW does like a bitmap
        return TEXT
    raise _refusal(f"its content is of the type {media_type}; send a photo, video, PDF or plain text", "type")


def _is_text(file: IO[bytes], head: bytes) -> bool:
    """Whether all of it reads as a chat log would: UTF-8, or the older encodings that Windows exports."""
    utf_16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return any(_reads_as(file, encoding) for encoding in (("utf-16",) if utf_16 else ("utf-8", "gb18030")))


def _reads_as(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(IN_MEMORY):
            if CONTROL.search(decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _refusal(why: str, rule: str) -> RedressError:
    return RedressError(
        Fault(type=ErrorType.INVALID, detail=f"The evidence cannot be taken: {why}.", field="file", rule=f"INV-3 {rule}")
    )


def _missing(sha256: str) -> RedressError:
    return RedressError(Fault(type=ErrorType.NOT_FOUND, detail=f"There is no evidence {sha256[:64]}.", rule="INV-3"))


def _unavailable() -> RedressError:
    detail = "The evidence store cannot be reached right now; try again in a minute."
    return RedressError(Fault(type=ErrorType.UNAVAILABLE, detail=detail, rule="INV-3"))
