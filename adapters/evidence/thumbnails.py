"""Thumbnails of pictures (INV-3): small JPEGs, upright, without anything that the camera wrote down; made only of what really is a picture."""

import io
from contextlib import suppress
from typing import IO, Final

import pi_heif
from PIL import Image, ImageOps

from adapters.evidence.media_types import EvidenceRefused, Refusal

SIDE: Final = 480
"""The longer side of a thumbnail, in pixels."""
MOST_PIXELS: Final = 50_000_000
"""What the cameras of telephones make at most. A small file can claim far more, and would fill the memory."""
FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF", "image/heic": "HEIF"}
"""Pillow tries no other decoder than the one of the type that was found."""
AS_IT_IS: Final = frozenset({"RGB", "RGBA", "L", "CMYK"})
"""Modes that are made smaller before they are converted: a JPEG is then never unpacked whole."""

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
pi_heif.register_heif_opener()


def thumbnail_of(file: IO[bytes], media_type: str) -> bytes:
    """A JPEG of the picture in the file; of its first frame, when it moves. Raises EvidenceRefused for what is none."""
    file.seek(0)
    try:
        return _smaller(file, FORMATS[media_type])
    except EvidenceRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # decoders raise all kinds of errors on what is no picture
        raise EvidenceRefused(
            Refusal.TYPE,
            en=f"it begins like a picture ({media_type}) but is none that can be read; take it again, or send a screenshot of it.",
            zh=f"文件开头像图片（{media_type}），但无法读取；请重新拍摄，或发送其截图。",
        ) from error


def _smaller(file: IO[bytes], format_: str) -> bytes:
    with Image.open(file, formats=(format_,)) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise _too_many_pixels()
        image = opened if opened.mode in AS_IT_IS else opened.convert("RGBA")
        image.thumbnail((SIDE, SIDE))  # decodes to the end: half a picture is noticed
        upright = _upright(image).convert("RGBA")
    bare = Image.new("RGB", upright.size, "white")  # a new one: it has no place, camera or comment in it
    bare.paste(upright, mask=upright)
    made = io.BytesIO()
    bare.save(made, "JPEG", quality=80)
    return made.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    """Turned upright by the camera's orientation; unturned when that is invalid."""
    with suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image


def _too_many_pixels() -> EvidenceRefused:
    most = MOST_PIXELS // 1_000_000
    return EvidenceRefused(
        Refusal.TOO_LARGE,
        en=f"it has more than {most} million pixels; send a smaller copy.",
        zh=f"图片超过 {most * 100} 万像素，请发送较小的副本。",
    )
