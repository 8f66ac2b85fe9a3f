"""What is taken as evidence (INV-3): its kind is read from its bytes, never from its name; and why something is not taken."""

import codecs
import re
from enum import StrEnum
from typing import IO, Final

import filetype

from models.common.base import Bilingual
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic"})
ACCEPTED: Final = PICTURES | {"video/mp4", "video/quicktime", "video/webm", "application/pdf"}
TEXT = "text/plain"
HEAD = 8192
PIECE = 1024 * 1024
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
SAME = {"video/x-m4v": "video/mp4", "image/heif": "image/heic"}
"""Near kinds that the accepted ones stand for."""


class Refusal(StrEnum):
    """Why a file is not taken."""

    TOO_LARGE = "too_large"
    TYPE = "type"
    INFECTED = "infected"


class EvidenceRefused(RedressError):  # noqa: N818 # it is no error of ours
    """A file that is not taken, and nothing of it was kept."""

    def __init__(self, refusal: Refusal, *, en: str, zh: str) -> None:
        said = Bilingual(en=f"The evidence cannot be taken: {en}", zh=f"不能接收该凭证：{zh}")
        super().__init__(Fault(type=ErrorType.INVALID, detail=said.en, detail_zh=said.zh, field="file", rule="INV-3"))
        self.refusal = refusal


def sniff(file: IO[bytes]) -> str:
    """The media type of what is in the file, by its bytes alone. Raises EvidenceRefused for what is of no accepted one."""
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise EvidenceRefused(Refusal.TYPE, en="it is empty; choose the file again.", zh="文件为空，请重新选择。")
    guessed: str | None = filetype.guess_mime(head)
    media_type = SAME.get(guessed, guessed) if guessed else "unknown"
    if media_type in ACCEPTED:
        return media_type
    if _is_text(file, head):  # also words that begin like another type by chance, as BMW does like a bitmap
        return TEXT
    raise EvidenceRefused(
        Refusal.TYPE,
        en=f"its content is of the type {media_type}; send a photo, video, PDF or plain text.",
        zh=f"其内容类型为 {media_type}；请上传照片、视频、PDF 或纯文本。",
    )


def _is_text(file: IO[bytes], head: bytes) -> bool:
    """Whether all of it reads as a chat log would: UTF-8, or the older encodings that Windows exports."""
    utf_16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return any(_reads_as(file, encoding) for encoding in (("utf-16",) if utf_16 else ("utf-8", "gb18030")))


def _reads_as(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(PIECE):
            if CONTROL.search(decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
