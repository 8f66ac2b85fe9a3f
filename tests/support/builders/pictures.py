"""Small real pictures for tests: as cameras make them, and as nobody should."""

import base64
import io
import struct
import zlib
from typing import Any, cast

from PIL import Image

HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAA"
    "AAAERAAAEAAQAAAAABoQABAAAAAAAAACUAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAA"
    "AADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkA"
    "AAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAA"
    "AAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAAC"
    "1tZGF0AAAAISgBrxmA70mlvtPe3J/9JoL/SbIX//xdjnfhZCf6EcNtbw=="
)
"""64 × 48, orange on the left, navy on the right."""
UPLOADED: dict[str, Any] = {"sha256": "0" * 64, "media_type": "image/png", "size": 10, "name": "photo.png"}
"""A photo that was uploaded, as people's actions and cases name it."""


def picture(format_: str = "JPEG", size: tuple[int, int] = (64, 48), colour: str = "teal", **options: object) -> bytes:
    """A picture of one colour; another colour is another piece of evidence."""
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, format_, **options)
    return made.getvalue()


def exif(order: str = "<") -> bytes:
    """What a camera in Hangzhou writes down, held upright."""
    made = Image.Exif()
    made.endian = order
    made[0x010F], made[0x0112] = "Camera", 6
    made.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 7.0), 3: "E", 4: (120.0, 10.0, 5.0), 27: b"ASCII\0\0\0Hangzhou"})
    return made.tobytes()


def numbered(number: int) -> bytes:
    """As many different pictures as one likes."""
    return picture("PNG", (8, 8), f"#{number:06x}")


def claiming(width: int, height: int) -> bytes:
    """A PNG that says it is so large, in a hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")


def opened(content: bytes) -> Image.Image:
    """The picture in it, decoded."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    """Whether a pixel has that colour, as far as JPEG keeps it."""
    return all(abs(have - wanted) < 40 for have, wanted in zip(cast("tuple[int, ...]", pixel), colour, strict=True))
