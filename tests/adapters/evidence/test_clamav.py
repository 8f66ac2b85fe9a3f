"""Uploads that a real ClamAV daemon looks into before they are stored (INV-3)."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.evidence.media_types import EvidenceRefused, Refusal
from adapters.evidence.store import ObjectEvidence, evidence_store
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from settings import Settings
from tests.support.builders.pictures import picture
from tests.support.processes.clamd import EICAR, FOUND, Clamd, running_clamd


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    with running_clamd(tmp_path_factory.mktemp("clamd")) as running:
        yield running


@pytest.fixture(params=["address", "socket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clamd: Clamd) -> ObjectEvidence:
    return evidence_store(Settings(data_dir=tmp_path, clamav_address=getattr(clamd, request.param)))


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_is_clean_is_stored(store: ObjectEvidence) -> None:
    photo = picture()
    ref = await store.put(once(photo), "a.jpg")
    assert b"".join([piece async for piece in store.get(ref.sha256)]) == photo


@pytest.mark.parametrize(
    "content",
    [EICAR, picture() + EICAR, "聊天记录\n".encode() * 60_000 + EICAR],
    ids=["as it is", "behind a picture", "behind a long chat"],
)
async def test_what_is_infected_is_refused_and_not_stored(store: ObjectEvidence, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(EvidenceRefused) as raised:
        await store.put(once(content), "a.txt")
    assert raised.value.refusal is Refusal.INFECTED
    assert FOUND in raised.value.fault.detail
    assert FOUND in str(raised.value.fault.detail_zh)
    assert kept(tmp_path) == []


async def test_what_is_too_long_for_the_scanner_is_not_stored_unscanned(store: ObjectEvidence, tmp_path: Path) -> None:
    film = b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp41" + os.urandom(4 * 1024 * 1024)
    with pytest.raises(RedressError) as raised:
        await store.put(once(film), "a.mp4")
    assert raised.value.fault.type is ErrorType.UNAVAILABLE
    assert kept(tmp_path) == []
    assert await store.put(once(picture()), "a.jpg")  # and it goes on with the next
