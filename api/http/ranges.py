"""Parts of a file by `Range` (RFC 9110): one part is given; whoever asks for several at once, or in a unit that nobody knows, gets the whole."""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple

from api.http.problems import problem
from models.common.vocabulary import ErrorType

ONE_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))", re.ASCII | re.IGNORECASE)


class Part(NamedTuple):
    """Bytes of a file, both ends included."""

    first: int
    last: int
    size: int
    """Of the whole file."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Range": f"bytes {self.first}-{self.last}/{self.size}", "Content-Length": str(self.last - self.first + 1)}


def part_of(asked: str | None, if_range: str | None, etag: str, size: int) -> Part | None:
    """What is asked for of a file; None: all of it, also when `if_range` says that the caller knows another file.

    Raises ProblemError (416) for a part that begins behind the end.
    """
    found = ONE_RANGE.fullmatch(asked.replace(" ", "")) if asked else None
    if found is None or (if_range is not None and if_range != etag):
        return None
    first, last, newest = found.groups()
    if newest is not None:
        begin, end = max(size - int(newest), 0), size - 1
    else:
        begin, end = int(first), min(int(last or size - 1), size - 1)
        if last and int(last) < begin:
            return None  # no range at all
    if begin >= size or newest == "0":
        raise problem(
            ErrorType.INVALID,
            f"Range: the file has {size} bytes; ask for bytes from 0 to {size - 1}.",
            f"Range：文件共 {size} 字节，请在 0 至 {size - 1} 之间请求。",
            field="Range",
            rule="INV-3",
            status=416,
        )
    return Part(begin, end, size)


async def bytes_of(part: Part, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Those of a file that comes in pieces."""
    at = 0
    async for piece in pieces:
        wanted = piece[max(part.first - at, 0) : part.last + 1 - at]
        at += len(piece)
        if wanted:
            yield wanted
        if at > part.last:
            return
