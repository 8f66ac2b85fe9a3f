"""Thumbnails of pictures (INV-3): small JPEGs, upright, without anything that the camera wrote down; made only of what really is a picture.

`python thumbnails.py MEDIA_TYPE SECONDS BYTES` makes the one of its standard input, within so much processor time and memory: decoders are
C code that reads strangers' files. adapters/evidence/decoder.py runs it. Nothing is imported that takes time.
"""

import ctypes
import io
import os
import resource
import signal
import sys
from contextlib import suppress
from enum import IntEnum
from typing import IO, Final

import pi_heif
from PIL import Image, ImageOps

SIDE: Final = 480
"""The longer side of a thumbnail, in pixels."""
MOST_PIXELS: Final = 50_000_000
"""What the cameras of telephones make at most. A small file can claim far more, and would fill the memory."""
FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF", "image/heic": "HEIF"}
"""Pillow tries no other decoder than the one of the type that was found."""
AS_IT_IS: Final = frozenset({"RGB", "RGBA", "L", "CMYK"})
"""Modes that are made smaller before they are converted: a JPEG is then never unpacked whole."""
PR_SET_PDEATHSIG: Final = 1

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
pi_heif.register_heif_opener()


class Exit(IntEnum):
    """How the program ends."""

    MADE = 0
    UNREADABLE = 10
    TOO_MANY_PIXELS = 11
    TOO_MUCH_MEMORY = 12


def thumbnail_of(file: IO[bytes], media_type: str) -> bytes:
    """A JPEG of the picture in the file; of its first frame, when it moves. Decoders raise all kinds of errors on what is no picture."""
    file.seek(0)
    with Image.open(file, formats=(FORMATS[media_type],)) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Image.DecompressionBombError
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


def main(media_type: str, seconds: str, memory: str) -> Exit:
    """The thumbnail goes to standard output; SIGXCPU ends what takes too long."""
    _limit(int(seconds), int(memory))
    try:
        made = thumbnail_of(sys.stdin.buffer, media_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Exit.TOO_MANY_PIXELS
    except MemoryError:
        return Exit.TOO_MUCH_MEMORY
    except Exception:  # noqa: BLE001 - whatever a decoder raises, the picture is none
        return Exit.UNREADABLE
    sys.stdout.buffer.write(made)
    return Exit.MADE


def _limit(seconds: int, memory: int) -> None:
    """No more than that of the machine, behind everybody else, no file to write; and it dies with its parent, where the kernel sees to that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # a lower limit of the machine's, or none of this kind
            resource.setrlimit(what, (most, most))
    os.nice(5)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
