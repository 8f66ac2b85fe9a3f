"""The place that cameras write down (INV-3) is not in what parties get; all else of the file is."""

import base64
import hashlib
import io
import struct
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pi_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from adapters.evidence.places import overwrite_place
from adapters.evidence.store import evidence_store
from settings import Settings
from tests.support.builders.pictures import exif, opened, picture

pi_heif.register_heif_opener()
GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><City>Hangzhou</City></rdf:RDF></x:xmpmeta>'
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAeFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAEZpbG9jAAAAAE"
    "RAAAMAAQAAAAACBQABAAAAAAAAABgAAgAAAAACHQABAAAAAAAAAJ4AAwAAAAACuwABAAAAAAAAAGwAAABiaWluZgAAAAAAAwAAABVpbmZlAgAAAAAB"
    "AABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAACppbmZlAgAAAQADAABtaW1lAGFwcGxpY2F0aW9uL3JkZit4bWwAAAAAAA5waXRtAAAAAAABAA"
    "AA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AA"
    "AAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAA"
    "AAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAChpcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAADmNkc2MAAwABAAEAAAEq"
    "bWRhdAAAABQoAa8EGPx5OOvtuTVP8oQFqYEdDgAAAAZFeGlmAABNTQAqAAAACAACAQ8AAgAAAAcAAAAmiCUABAAAAAEAAAAuAAAAAENhbWVyYQAAAA"
    "QAAQACAAAAAk4AAAAAAgAFAAAAAwAAAGQAAwACAAAAAkUAAAAABAAFAAAAAwAAAHwAAAAAAAAAHgAAAAEAAAAPAAAAAQAAAAcAAAABAAAAeAAAAAEA"
    "AAAKAAAAAQAAAAUAAAABPD94cGFja2V0IGJlZ2luPSIiPz48eDp4bXBtZXRhIHhtbG5zOng9ImFkb2JlOm5zOm1ldGEvIj48Q2l0eT5IYW5nemhvdT"
    "wvQ2l0eT48L3g6eG1wbWV0YT48P3hwYWNrZXQgZW5kPSJ3Ij8+"
)
"""Of a camera that knew where it was."""


def box(kind: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I", 8 + len(content)) + kind + content


POSITION = b"+30.2500+120.1667+012.000/"
VIDEO = box(b"ftyp", b"isom\0\0\0\0") + box(
    b"moov",
    box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(POSITION), 0x15C7), POSITION), box(b"\xa9nam", b"crack")),
    box(b"meta", box(b"data", struct.pack(">II", 1, 0), POSITION)),
)


def png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return picture("PNG", exif=exif(), pnginfo=info)


PICTURES = {
    "JPEG": picture(exif=exif(), xmp=XMP),
    "JPEG of big-endian EXIF": picture(exif=exif(">"), xmp=XMP),
    "PNG": png(),
    "WebP": picture("WEBP", exif=exif(), xmp=XMP),
    "GIF": picture("GIF")[:-1] + b"\x21\xff\x0bXMP DataXMP" + XMP + b"\x01" + bytes(range(255, -1, -1)) + b"\0\x3b",
    "HEIC": HEIC,
}


def without_place(content: bytes) -> bytes:
    file = bytearray(content)
    overwrite_place(file)
    return bytes(file)


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_tells_no_place_and_is_otherwise_the_same(kind: str) -> None:
    before = PICTURES[kind]
    after = without_place(before)
    was, is_ = opened(before), opened(after)
    assert kind == "GIF" or was.getexif().get_ifd(GPS)
    assert b"Hangzhou" in before
    assert not is_.getexif().get_ifd(GPS)
    assert b"Hangzhou" not in after
    assert (is_.tobytes(), len(after)) == (was.tobytes(), len(before))
    assert [is_.getexif().get(tag) for tag in (MAKE, ORIENTATION)] == [was.getexif().get(tag) for tag in (MAKE, ORIENTATION)]


def test_the_checksums_of_a_png_are_right_again() -> None:
    Image.open(io.BytesIO(without_place(PICTURES["PNG"]))).verify()


@pytest.mark.parametrize("packed", [False, True])
def test_what_programs_keep_in_the_texts_of_a_png_tells_none_either(packed: bool) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type exif", f"\nexif\n{len(exif())}\n{exif().hex()}\n", zip=packed)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=packed)
    before = picture("PNG", pnginfo=info)
    after = without_place(before)
    assert opened(before).info.keys() >= {"Raw profile type exif", "XML:com.adobe.xmp"}
    assert not opened(after).info.keys() & {"Raw profile type exif", "XML:com.adobe.xmp"}
    assert (opened(after).tobytes(), len(after)) == (opened(before).tobytes(), len(before))
    Image.open(io.BytesIO(after)).verify()


def test_iptc_further_xmp_and_a_second_picture_in_the_file_tell_none_either() -> None:
    iptc = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\0\0\x0d\x1c\x02\x5a\0\x08Hangzhou"
    more = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 40 + b"<City>Hangzhou</City>"
    segments = b"".join(
        mark + struct.pack(">H", 2 + len(data)) + data for mark, data in ((b"\xff\xed", iptc), (b"\xff\xe1", more))
    )
    plain = PICTURES["JPEG"]
    after = without_place(plain[:2] + segments + plain[2:] + plain)
    assert b"Hangzhou" not in after
    assert struct.pack("<II", 30, 1) not in after
    assert opened(after).tobytes() == opened(plain).tobytes()


def test_a_video_tells_no_place() -> None:
    assert without_place(VIDEO) == VIDEO.replace(POSITION, b" " * len(POSITION))


@pytest.mark.parametrize(
    "content",
    [
        picture(),
        picture("PNG"),
        picture("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 40),
        b"at +30.2500+120.1667/",
        XMP,
        b"",
    ],
)
def test_what_tells_no_place_stays_byte_for_byte(content: bytes) -> None:
    assert without_place(content) == content


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(PICTURES.values())), st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=30))
def test_a_damaged_file_is_no_trouble(content: bytes, damage: list[tuple[int, int]]) -> None:
    broken = bytearray(content)
    for at, byte in damage:
        broken[at % len(broken)] = byte
    assert len(without_place(bytes(broken))) == len(content)


@pytest.mark.parametrize(
    "piece",
    [
        b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHII", GPS, 1, 1, 8) * 9,
        b"<x:xmpmeta",
        b"+12.1",
        b"+1234+1234",
        b"\xff\xed\xff\xffPhotoshop 3.0\0",
    ],
)
def test_a_file_made_to_take_long_does_not(piece: bytes) -> None:
    head = b"\xff\xd8\xff" if piece[:1] in b"\xffI" else b"\0\0\0\x18ftyp"
    file = bytearray(head + piece * (5_000_000 // len(piece)))
    began = time.process_time()
    overwrite_place(file)
    assert time.process_time() - began < 5


async def test_parties_get_it_without_the_place_and_the_store_keeps_what_was_sent(tmp_path: Path) -> None:
    async def once() -> AsyncIterator[bytes]:
        yield sent

    sent = PICTURES["JPEG"]
    store = evidence_store(Settings(data_dir=tmp_path))
    ref = await store.put(once(), "a.jpg")
    got = b"".join([piece async for piece in store.get(ref.sha256)])
    kept = next((tmp_path / "evidence").rglob(ref.sha256)).read_bytes()
    assert ref.sha256 == hashlib.sha256(kept).hexdigest()
    assert kept == sent
    assert (got, len(got)) == (without_place(sent), ref.size)
    assert not opened(got).getexif().get_ifd(GPS)
