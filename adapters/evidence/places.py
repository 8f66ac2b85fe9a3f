"""The place that a camera wrote into a picture or video is not for the parties of a case (INV-3): it is overwritten in what they are sent.

Nothing is decoded, nothing moves and the length stays: only the bytes that tell the place change, so the picture is the one that was
uploaded. Overwritten are the GPS directory of EXIF (CIPA DC-008), whole XMP packets, IPTC records, the texts of PNG (where programs keep these
packed), and the ISO 6709 positions of MP4 and QuickTime.
"""

import mmap
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

TIFFS: Final = (b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08")
"""How EXIF begins, in every kind of file: the order of bytes, and that the first directory follows."""
MOST_TIFFS: Final = 64
"""Of one file; a camera writes one for the picture and one for each further picture in the same file."""
GPS: Final = 0x8825
ENTRY: Final = 12
IN_THE_ENTRY: Final = 4
"""Bytes of a value that need no place elsewhere."""
MOST_ENTRIES: Final = 512
FARTHEST: Final = 64 * 1024
"""Bytes from its beginning to a value of EXIF, as in JPEG: a larger offset was not written by a camera."""
SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of each type of TIFF values."""
XMP: Final = (b"<x:xmpmeta", b"</x:xmpmeta>")
SEGMENTS: Final = re.compile(rb"\xff(?:\xe1(..)http://ns\.adobe\.com/xmp/extension/\0|\xed(..)Photoshop 3\.0\0)", re.DOTALL)
"""Of JPEG, with their lengths: further parts of XMP, and IPTC. The bytes of a picture never have these marks."""
POSITION: Final = re.compile(
    rb"[+-]\d{2,6}(?:\.\d{1,12})?[+-]\d{3,7}(?:\.\d{1,12})?(?:[+-]\d{1,12}(?:\.\d{1,12})?)?(?:CRS\w{1,20})?/"
)
"""ISO 6709, as `+30.2500+120.1667/`."""
HEADS: Final = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8|RIFF....WEBP|....ftyp", re.DOTALL)
"""How the pictures and videos begin that may tell a place."""
PIECE: Final = 64 * 1024
LONGEST: Final = 100
"""Bytes of a position or of a segment's beginning, at most."""
TEXTS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
"""Chunks of PNG with words, or with EXIF, XMP and IPTC in hexadecimal digits (`Raw profile type exif`), compressed or not."""
NOTHING: Final = b"noNe"
"""A kind of chunk that is nobody's: every reader of PNG passes over it."""
EXIF: Final = b"eXIf"

File = bytearray | mmap.mmap


def may_tell_a_place(head: bytes) -> bool:
    """Whether a file that begins so is a picture or video of those kinds."""
    return HEADS.match(head) is not None


def overwrite_place(file: File) -> None:
    """In place; nothing happens to any other kind of file. Takes time in proportion to its length."""
    head = HEADS.match(file)
    if head is None:
        return
    for start in islice((at for begin in TIFFS for at in _found(file, begin)), MOST_TIFFS):
        with suppress(struct.error):  # it ends in the middle of a value
            _overwrite_gps(file, start)
    _overwrite_xmp(file)
    if head[0].startswith(b"\xff\xd8"):
        for found in _matches(SEGMENTS, file):
            length = int.from_bytes(found[1] or found[2], "big")
            _zero(file, found.end(), found.start() + 2 + length)
    elif head[0].startswith(b"\x89PNG"):
        _overwrite_texts(file)
    elif head[0].endswith(b"ftyp"):
        for found in _matches(POSITION, file):
            _blank(file, found.start(), found.end())


def _matches(pattern: re.Pattern[bytes], file: File) -> Iterator[re.Match[bytes]]:
    """Looked for piece by piece: Python serves nobody else while it looks."""
    for start in range(0, len(file), PIECE):
        yield from pattern.finditer(file, start, start + PIECE + LONGEST)


def _overwrite_xmp(file: File) -> None:
    for start in _found(file, XMP[0]):
        end = file.find(XMP[1], start)
        if end < 0:
            return
        _blank(file, start, end + len(XMP[1]))


def _found(file: File, begin: bytes) -> Iterator[int]:
    at = file.find(begin)
    while at >= 0:
        yield at
        at = file.find(begin, at + 1)


def _overwrite_gps(file: File, start: int) -> None:
    """The directory that entry GPS of the first directory points to: its values, its entries, their number."""
    order = "<" if file[start : start + 2] == b"II" else ">"

    def directory(at: int) -> list[tuple[int, int, int, int]]:
        (count,) = struct.unpack_from(f"{order}H", file, start + at)
        places = range(start + at + 2, start + at + 2 + min(count, MOST_ENTRIES) * ENTRY, ENTRY)
        return [struct.unpack_from(f"{order}HHII", file, place) for place in places]

    for tag, _, _, at in directory(len(TIFFS[0])):
        if tag == GPS and at < FARTHEST:
            entries = directory(at)
            for _, kind, count, value in entries:
                size = SIZES.get(kind, 1) * count
                if size > IN_THE_ENTRY and value + size <= FARTHEST:
                    _zero(file, start + value, start + value + size)
            _zero(file, start + at, start + at + 2 + len(entries) * ENTRY)


def _blank(file: File, start: int, end: int) -> None:
    file[start:end] = b" " * (end - start)


def _zero(file: File, start: int, end: int) -> None:
    end = min(end, len(file))
    if start < end:
        file[start:end] = bytes(end - start)


def _overwrite_texts(file: File) -> None:
    """Of a PNG, whose chunks have checksums: those of its EXIF changed above."""
    at = 8
    while at + 12 <= len(file):
        (length,) = struct.unpack_from(">I", file, at)
        kind, end = bytes(file[at + 4 : at + 8]), at + 8 + length
        if kind in TEXTS:
            file[at + 4 : at + 8] = NOTHING
            _zero(file, at + 8, end)
        if kind in TEXTS | {EXIF} and end + 4 <= len(file):
            file[end : end + 4] = struct.pack(">I", zlib.crc32(file[at + 4 : end]))
        at = end + 4
