"""Pictures are decoded in processes that are killed when they take too much (INV-3, TRU-7). The decoders that do are harmless and made here."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.evidence import decoder
from adapters.evidence.decoder import Decoder
from adapters.evidence.media_types import EvidenceRefused, Refusal
from adapters.evidence.store import ObjectEvidence, evidence_store
from models.common.actors import EvidenceRef
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from settings import Settings
from tests.support.builders.pictures import picture
from tests.support.processes.waiting import until

ROOT = Path(__file__).parents[3]
TROUBLE = picture("PNG", (13, 13))
"""The decoders below are real ones but for this picture."""
PROGRAM = """
import os, signal, sys, time
sys.path.insert(0, {root!r})
from adapters.evidence import thumbnails

real = thumbnails.thumbnail_of

def decode(file, media_type):
    if b"\\0\\0\\0\\x0d\\0\\0\\0\\x0d" in file.read():
        {does}
    return real(file, media_type)

thumbnails.thumbnail_of = decode
with open({pids!r}, "a") as file:
    file.write(f"{{os.getpid()}}\\n")
sys.exit(thumbnails.main(*sys.argv[1:]))
"""
SLEEPS, SPINS = "time.sleep(600)", "while True: pass"


class Scene:
    """A store whose decoder meets trouble."""

    def __init__(self, folder: Path, does: str, **limits: Any) -> None:
        self.folder = folder / "evidence"
        self._pids = folder / "pids"
        self.program = folder / "decoder.py"
        self.program.write_text(PROGRAM.format(root=str(ROOT), does=does, pids=str(self._pids)), "utf-8")
        settings = Settings(data_dir=folder, **limits)
        self.store: ObjectEvidence = evidence_store(settings, Decoder(settings, self.program))

    async def put(self, content: bytes) -> EvidenceRef:
        async def once() -> AsyncIterator[bytes]:
            yield content

        return await self.store.put(once(), "a")

    def started(self) -> list[int]:
        return [int(line) for line in self._pids.read_text("utf-8").split()] if self._pids.exists() else []

    def running(self) -> list[int]:
        return [pid for pid in self.started() if alive(pid)]

    def kept(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


MakeScene = Callable[..., Scene]


@pytest.fixture
def scene(tmp_path: Path) -> MakeScene:
    def made(does: str, **limits: Any) -> Scene:
        return Scene(tmp_path, does, **limits)

    return made


async def fault_of(doing: Awaitable[object]) -> RedressError:
    with pytest.raises(RedressError) as raised:
        await doing
    return raised.value


@pytest.mark.parametrize(
    ("does", "refusal"),
    [
        (SPINS, Refusal.TOO_LARGE),
        ("bytearray(3 << 30)", Refusal.TOO_LARGE),
        ("os.kill(os.getpid(), signal.SIGSEGV)", Refusal.TYPE),
        ("raise SystemError", Refusal.TYPE),
    ],
)
async def test_a_picture_that_takes_too_much_or_breaks_the_decoder_is_refused(
    scene: MakeScene, monkeypatch: pytest.MonkeyPatch, does: str, refusal: Refusal
) -> None:
    monkeypatch.setattr(decoder, "PATIENCE", 60)  # a machine that tests keep busy gives it a second late
    here = scene(does, evidence_decode_seconds=1)
    with capture_logs() as logs:
        refused = await fault_of(here.put(TROUBLE))
    assert isinstance(refused, EvidenceRefused)
    assert refused.refusal is refusal
    assert (here.running(), here.kept()) == ([], [])
    assert [entry["event"] for entry in logs] == ["evidence.not_decoded"]


@pytest.mark.parametrize(("does", "event"), [(SLEEPS, "evidence.decoder_killed"), ("os._exit(3)", "evidence.not_decoded")])
async def test_a_decoder_that_stands_still_is_killed_and_no_fault_of_the_picture(scene: MakeScene, does: str, event: str) -> None:
    here = scene(does, evidence_decode_seconds=0.3)
    with capture_logs() as logs:
        told = await fault_of(here.put(TROUBLE))
    assert told.fault.type is ErrorType.UNAVAILABLE
    assert (here.running(), here.kept()) == ([], [])
    assert [entry["event"] for entry in logs] == [event]


async def test_other_photos_do_not_wait_for_a_slow_one(scene: MakeScene) -> None:
    here = scene(SLEEPS, evidence_decoders=2)
    slow = asyncio.create_task(here.put(TROUBLE))
    async with asyncio.timeout(25):
        refs = await asyncio.gather(*(here.put(picture("PNG", (side, side))) for side in range(20, 24)))
    assert len(refs) == 4
    assert not slow.done()
    slow.cancel()
    await asyncio.wait([slow])
    assert here.running() == []


async def test_when_every_decoder_is_busy_a_photo_is_told_to_come_again_and_a_text_is_taken(scene: MakeScene) -> None:
    here = scene(SLEEPS, evidence_decoders=1, evidence_decode_seconds=0.5)
    slow = asyncio.create_task(here.put(TROUBLE))
    await until(here.started)
    with capture_logs() as logs:
        waiting = asyncio.create_task(fault_of(here.put(TROUBLE)))
        assert (await here.put(b"a chat log")).media_type == "text/plain"
        ended = await asyncio.gather(slow, waiting, return_exceptions=True)
    assert [told.fault.type for told in ended if isinstance(told, RedressError)] == [ErrorType.UNAVAILABLE] * 2
    assert "evidence.decoder_killed" in [entry["event"] for entry in logs]


async def test_whoever_uploaded_has_gone_and_so_has_the_decoder(scene: MakeScene) -> None:
    here = scene(SLEEPS)
    upload = asyncio.create_task(here.put(TROUBLE))
    await until(here.running)
    upload.cancel()
    await asyncio.wait([upload])
    assert here.running() == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit of processor time ends it")
async def test_a_decoder_dies_with_the_process_that_started_it(scene: MakeScene, tmp_path: Path) -> None:
    here = scene(SLEEPS)
    (tmp_path / "a.png").write_bytes(TROUBLE)
    code = f"""
import asyncio, sys
from pathlib import Path
from tempfile import SpooledTemporaryFile
from adapters.evidence import decoder
from adapters.evidence.decoder import Decoder
from settings import Settings
file = SpooledTemporaryFile()
file.write(Path({str(tmp_path / "a.png")!r}).read_bytes())
asyncio.run(Decoder(Settings(), Path({str(here.program)!r})).thumbnail(file, "image/png", "0" * 64))
"""
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    await until(here.running)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    await until(lambda: not here.running())
