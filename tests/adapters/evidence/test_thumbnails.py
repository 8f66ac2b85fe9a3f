"""Thumbnails (INV-3): small, upright, bare; of every kind of picture that is taken."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from adapters.evidence.store import evidence_store
from adapters.evidence.thumbnails import SIDE, thumbnail_of
from adapters.partners.protocols import EvidenceStore
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from settings import Settings
from tests.support.builders.pictures import HEIC, near, opened, picture

NAVY, ORANGE, WHITE, RED = (0, 0, 128), (255, 165, 0), (255, 255, 255), (255, 0, 0)
LYING = 6
"""EXIF: the camera was held upright, and the picture lies on its side."""


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return evidence_store(Settings(data_dir=tmp_path))


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def small(store: EvidenceStore, content: bytes) -> bytes:
    ref = await store.put(once(content), "a")
    return b"".join([piece async for piece in store.thumbnail(ref.sha256)])


def saved(image: Image.Image, format_: str, **options: object) -> bytes:
    made = io.BytesIO()
    image.save(made, format_, **options)
    return made.getvalue()


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_picture_has_a_small_copy_of_the_same_shape(store: EvidenceStore, format_: str) -> None:
    thumbnail = opened(await small(store, picture(format_, (1600, 1200), "navy")))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (SIDE, SIDE * 3 // 4))
    assert near(thumbnail.getpixel((100, 100)), NAVY)


async def test_what_telephones_make_today_has_one_too(store: EvidenceStore) -> None:
    thumbnail = opened(await small(store, HEIC))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (64, 48))
    assert near(thumbnail.getpixel((10, 24)), ORANGE)
    assert near(thumbnail.getpixel((54, 24)), NAVY)


async def test_a_small_picture_is_not_made_larger(store: EvidenceStore) -> None:
    assert opened(await small(store, picture("PNG", (20, 10)))).size == (20, 10)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_pictures_of_all_depths_have_one(store: EvidenceStore, mode: str) -> None:
    assert opened(await small(store, saved(Image.new(mode, (900, 600)), "PNG"))).size == (SIDE, SIDE * 2 // 3)


async def test_printers_colours_have_one(store: EvidenceStore) -> None:
    assert opened(await small(store, saved(Image.new("CMYK", (900, 600)), "JPEG"))).mode == "RGB"


async def test_what_is_transparent_is_white(store: EvidenceStore) -> None:
    thumbnail = opened(await small(store, saved(Image.new("RGBA", (60, 40), (255, 0, 0, 0)), "PNG")))
    assert near(thumbnail.getpixel((30, 20)), WHITE)


async def test_of_a_picture_that_moves_the_first_frame_is_shown(store: EvidenceStore) -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "navy")]
    content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert near(opened(await small(store, content)).getpixel((30, 20)), RED)


async def test_it_stands_upright_and_tells_neither_place_nor_camera(store: EvidenceStore) -> None:
    lying = Image.new("RGB", (600, 400), "navy")
    lying.paste("orange", (0, 0, 300, 400))  # the left half; the upper one when it stands
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = LYING, "Camera of Zhu"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 0.0)
    content = saved(lying, "JPEG", exif=exif, comment=b"at home", icc_profile=b"a profile", quality=95)
    assert b"Camera of Zhu" in content
    made = await small(store, content)
    thumbnail = opened(made)
    assert thumbnail.size == (SIDE * 2 // 3, SIDE)
    assert near(thumbnail.getpixel((160, 50)), ORANGE)
    assert near(thumbnail.getpixel((160, 430)), NAVY)
    assert not thumbnail.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(thumbnail.info)
    assert b"Camera" not in made
    assert b"home" not in made


async def test_words_inside_a_png_stay_out_of_it(store: EvidenceStore) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Zhu Yang")
    assert b"Zhu" not in await small(store, saved(Image.new("RGB", (60, 40)), "PNG", pnginfo=info))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
async def test_a_picture_whose_camera_wrote_nonsense_is_still_one(store: EvidenceStore) -> None:
    content = saved(Image.new("RGB", (60, 40)), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 40)
    assert opened(await small(store, content)).size == (60, 40)


async def test_the_original_stays_as_it_was_sent(store: EvidenceStore) -> None:
    content = picture(size=(900, 600), comment=b"proof")
    ref = await store.put(once(content), "a.jpg")
    assert b"".join([piece async for piece in store.get(ref.sha256)]) == content


async def test_what_is_no_picture_has_no_thumbnail(store: EvidenceStore) -> None:
    ref = await store.put(once("聊天记录".encode()), "chat.txt")
    with pytest.raises(RedressError) as raised:
        await anext(store.thumbnail(ref.sha256))
    assert raised.value.fault.type is ErrorType.NOT_FOUND


async def test_others_are_served_while_pictures_are_decoded(store: EvidenceStore) -> None:
    large = picture("PNG", (5000, 4000))
    uploads = [asyncio.create_task(store.put(once(large), "a.png")) for _ in range(3)]
    turns = 0
    while not all(upload.done() for upload in uploads):
        await asyncio.sleep(0.001)
        turns += 1
    assert len({(await upload).sha256 for upload in uploads}) == 1
    assert turns > len(uploads)  # the loop went round meanwhile


def test_a_thumbnail_is_light() -> None:
    noise = saved(Image.effect_noise((3000, 2000), 90), "JPEG", quality=95)
    assert len(noise) > 20 * len(thumbnail_of(io.BytesIO(noise), "image/jpeg"))
