"""The evidence store in a bucket of a real S3 server (INV-3)."""

import hashlib
import os
from collections.abc import AsyncIterator, Iterator

import pytest

from adapters.evidence.media_types import EvidenceRefused
from adapters.evidence.store import ObjectEvidence, evidence_store
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from settings import Settings
from tests.support.builders.pictures import opened, picture
from tests.support.processes.s3 import S3, running_s3, use

PHOTO = picture(size=(900, 600))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_s3() as address:
        yield address


@pytest.fixture
def s3(address: str, monkeypatch: pytest.MonkeyPatch) -> S3:
    use(monkeypatch, address)
    made = S3(address)
    made.make_bucket()
    return made


@pytest.fixture
def store(s3: S3) -> ObjectEvidence:
    return evidence_store(Settings(evidence_url=s3.url))


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def trouble(pieces: AsyncIterator[bytes]) -> ErrorType:
    with pytest.raises(RedressError) as raised:
        await anext(pieces)
    return raised.value.fault.type


async def test_a_picture_and_its_thumbnail_are_kept_under_its_hash(s3: S3, store: ObjectEvidence) -> None:
    ref = await store.put(once(PHOTO), "裂痕.jpg")
    assert ref.sha256 == hashlib.sha256(PHOTO).hexdigest()
    place = f"kept/here/{ref.sha256[:2]}/{ref.sha256}"
    assert s3.keys() == [place, f"{place}.thumb"]
    assert s3.content(place) == PHOTO
    assert opened(s3.content(f"{place}.thumb")).size == (480, 320)
    assert opened(b"".join([piece async for piece in store.thumbnail(ref.sha256)])).size == (480, 320)


async def test_the_same_content_twice_is_kept_once(s3: S3, store: ObjectEvidence) -> None:
    first = await store.put(once(PHOTO), "one.jpg")
    second = await store.put(once(PHOTO), "two.jpg")
    assert first.sha256 == second.sha256
    assert len(s3.keys()) == 2


async def test_a_large_file_comes_back_whole_and_in_pieces(store: ObjectEvidence) -> None:
    film = b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp41" + os.urandom(12 * 1024 * 1024)
    ref = await store.put(once(film), "film.mp4")
    pieces = [piece async for piece in store.get(ref.sha256)]
    assert b"".join(pieces) == film
    assert len(pieces) > 1


async def test_nothing_of_what_is_refused_gets_into_the_bucket(s3: S3, store: ObjectEvidence) -> None:
    for content in (PHOTO[:-2000], b"MZ\x90\x00\x03" + bytes(300)):
        with pytest.raises(EvidenceRefused):
            await store.put(once(content), "a.jpg")
    assert s3.keys() == []


async def test_a_piece_that_is_not_in_the_bucket_is_not_found(store: ObjectEvidence) -> None:
    assert await trouble(store.get("0" * 64)) is ErrorType.NOT_FOUND
    assert await trouble(store.thumbnail("0" * 64)) is ErrorType.NOT_FOUND


@pytest.mark.parametrize("away", ["no bucket", "no server"])
async def test_a_store_that_is_away_says_so(s3: S3, monkeypatch: pytest.MonkeyPatch, away: str) -> None:
    if away == "no server":
        use(monkeypatch, "http://127.0.0.1:9")
    store = evidence_store(Settings(evidence_url="s3://nobody-made-it/prefix" if away == "no bucket" else s3.url))
    with pytest.raises(RedressError) as raised:
        await store.put(once(PHOTO), "a.jpg")
    assert raised.value.fault.type is ErrorType.UNAVAILABLE
    assert "try again" in raised.value.fault.detail
    assert await trouble(store.get("0" * 64)) is ErrorType.UNAVAILABLE
