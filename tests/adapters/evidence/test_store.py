"""The evidence store on a real folder (INV-3)."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.evidence.media_types import EvidenceRefused, Refusal
from adapters.evidence.store import evidence_store
from adapters.partners.protocols import EvidenceStore
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from settings import Settings
from tests.support.builders.pictures import HEIC, claiming, picture

JPEG = picture()


def boxed(brand: bytes) -> bytes:
    """The beginning of a file of the MP4 family."""
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x00\x00" + brand + b"mif1" + bytes(300)


ACCEPTED = {
    "image/jpeg": JPEG,
    "image/png": picture("PNG"),
    "image/gif": picture("GIF"),
    "image/webp": picture("WEBP"),
    "image/heic": HEIC,
    "video/mp4": boxed(b"isom"),
    "video/quicktime": boxed(b"qt  "),
    "video/webm": b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(300),
    "application/pdf": b"%PDF-1.7\n" + bytes(300),
}
TEXTS = {
    "UTF-8": "客服：您好\n我：包裹破损了 📦\n".encode(),
    "UTF-8 of Windows": "\ufeff客服：您好\r\n".encode(),
    "GB 18030": "客服：您好，包裹破损了\n".encode("gb18030"),
    "UTF-16": "客服：您好\n".encode("utf-16"),
    "a text that begins like a bitmap": b"BMW seat cover arrived torn\n",
    "a text that begins like a program": b"MZ wrote: where is my parcel?\n",
    "a page, which is shown as its words only": b"<html><script>alert(1)</script></html>",
    "a long one, with a letter across two pieces": ("a" + "破" * 400_000).encode(),
}
REFUSED = {
    "a program": b"MZ\x90\x00\x03" + bytes(300),
    "another program": b"\x7fELF\x02\x01\x01" + bytes(300),
    "an archive": b"PK\x03\x04\x14\x00" + bytes(300),
    "noise": bytes(range(256)) * 4,
    "a text with something behind it": b"hello\n" * 10_000 + b"\x00\x01\x02",
}
NO_PICTURES = {
    "a head without a picture": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(300),
    "half a picture": picture(size=(800, 600), quality=95)[:-2000],
    "half a PNG": picture("PNG", (800, 600))[:-400],
    "another head before it": b"\x89PNG\r\n\x1a\n" + picture(),
    "half a GIF": picture("GIF", (800, 600))[:-100],
    "half a WebP": picture("WEBP", (800, 600))[:-20],
    "half a HEIC": HEIC[:-60],
    "a head of HEIC": boxed(b"heic"),
}


async def pieces(content: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def refusal_of(store: EvidenceStore, content: bytes) -> EvidenceRefused:
    with pytest.raises(EvidenceRefused) as raised:
        await store.put(pieces(content), "a.jpg")
    assert (raised.value.fault.type, raised.value.fault.rule) == (ErrorType.INVALID, "INV-3")
    assert raised.value.fault.detail_zh
    return raised.value


async def read(store: EvidenceStore, sha256: str) -> bytes:
    return b"".join([chunk async for chunk in store.get(sha256)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return evidence_store(Settings(data_dir=tmp_path, evidence_max_bytes=3 * 1024 * 1024))


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("media_type", "content"), ACCEPTED.items(), ids=ACCEPTED)
async def test_the_type_is_read_from_the_bytes_whatever_the_name(store: EvidenceStore, media_type: str, content: bytes) -> None:
    ref = await store.put(pieces(content, size=7), "holiday.exe")
    assert (ref.media_type, ref.size, ref.name) == (media_type, len(content), "holiday.exe")
    assert ref.sha256 == hashlib.sha256(content).hexdigest()
    assert await read(store, ref.sha256) == content


@pytest.mark.parametrize("content", TEXTS.values(), ids=TEXTS)
async def test_chat_logs_are_plain_text(store: EvidenceStore, content: bytes) -> None:
    ref = await store.put(pieces(content), "chat.txt")
    assert ref.media_type == "text/plain"
    assert await read(store, ref.sha256) == content


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
async def test_other_things_are_refused_whatever_they_are_called(store: EvidenceStore, folder: Path, content: bytes) -> None:
    refused = await refusal_of(store, content)
    assert refused.refusal is Refusal.TYPE
    assert "photo" in refused.fault.detail
    assert files(folder) == []


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES)
async def test_what_only_begins_like_a_picture_is_refused(store: EvidenceStore, folder: Path, content: bytes) -> None:
    refused = await refusal_of(store, content)
    assert refused.refusal is Refusal.TYPE
    assert "none that can be read" in refused.fault.detail
    assert files(folder) == []


@pytest.mark.parametrize(("width", "height"), [(8000, 8000), (10_000, 10_000), (60_000, 60_000)])
async def test_a_small_file_that_would_fill_the_memory_is_refused(
    store: EvidenceStore, folder: Path, width: int, height: int
) -> None:
    refused = await refusal_of(store, claiming(width, height))
    assert refused.refusal is Refusal.TOO_LARGE
    assert "50 million pixels" in refused.fault.detail
    assert files(folder) == []


async def test_an_empty_file_is_no_evidence(store: EvidenceStore) -> None:
    assert "empty" in (await refusal_of(store, b"")).fault.detail


async def test_what_is_too_large_is_refused_before_it_has_all_come(store: EvidenceStore, folder: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield JPEG
        while True:
            yield bytes(64 * 1024)

    with pytest.raises(EvidenceRefused) as raised:
        await store.put(endless(), "film.jpg")
    assert "3 MB" in raised.value.fault.detail
    assert raised.value.refusal is Refusal.TOO_LARGE
    assert files(folder) == []


async def test_what_is_exactly_as_large_as_allowed_is_taken(store: EvidenceStore) -> None:
    content = JPEG.ljust(3 * 1024 * 1024, b"\x00")
    ref = await store.put(pieces(content), "large.jpg")
    assert await read(store, ref.sha256) == content


async def test_the_same_content_twice_is_kept_once(store: EvidenceStore, folder: Path) -> None:
    first = await store.put(pieces(JPEG), "one.jpg")
    second = await store.put(pieces(JPEG), "two.jpg")
    assert first.sha256 == second.sha256
    assert [path.name for path in files(folder)] == [first.sha256, f"{first.sha256}.thumb"]


async def test_an_upload_that_breaks_off_leaves_nothing(store: EvidenceStore, folder: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield JPEG
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put(broken(), "a.jpg")
    assert files(folder) == []


@pytest.mark.parametrize("sha256", ["0" * 64, "../../etc/passwd", "", "ABC", "0" * 63 + "\n"])
async def test_what_is_not_there_is_not_found(store: EvidenceStore, sha256: str) -> None:
    with pytest.raises(RedressError) as raised:
        await read(store, sha256)
    assert raised.value.fault.type is ErrorType.NOT_FOUND


async def test_evidence_outlives_the_process(tmp_path: Path, store: EvidenceStore) -> None:
    ref = await store.put(pieces(JPEG), "a.jpg")
    assert await read(evidence_store(Settings(data_dir=tmp_path)), ref.sha256) == JPEG


async def test_the_folder_may_be_anywhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "some where"
    store = evidence_store(Settings(evidence_url=elsewhere.as_uri()))
    ref = await store.put(pieces(JPEG), "a.jpg")
    assert await read(store, ref.sha256) == JPEG
    assert files(elsewhere)
