"""The one font of the PDFs that Redress writes. A PDF embeds what it uses of it, so that every reader and printer shows the same.

It is WenQuanYi Micro Hei, Apache License 2.0 (so its name table), from the package paperang-p2-fonts-cjk, itself under the MIT licence.
It has Chinese, simplified and traditional (the 20,932 characters of Unicode's first block), Japanese, Korean, Latin with diacritics, Greek
and Cyrillic. Rarer characters of names and places, as 䶮 or 㙍, are not in it: they are printed as their sound, by anyascii (ISC licence).
"""

import unicodedata
from functools import cache
from importlib.resources import as_file, files
from itertools import groupby
from typing import Any, NamedTuple

from anyascii import anyascii
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT = "WenQuanYi Micro Hei"


class Printable(NamedTuple):
    """A text as the font can print it."""

    text: str
    missing: tuple[str, ...]
    """Characters that are printed as `[sound]`."""


@cache
def _drawn() -> frozenset[str]:
    """Registers the font; gives what it paints. It names some characters without an outline (ǎ, ℃), which would be blank."""
    with as_file(files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc") as path:
        font: Any = TTFont(FONT, str(path), subfontIndex=0)
    pdfmetrics.registerFont(font)
    start = font.face.glyphPos
    return frozenset(chr(code) for code, glyph in font.face.charToGlyph.items() if start[glyph + 1] > start[glyph])


def printable(text: str) -> Printable:
    """Blanks become plain ones, a character without a glyph its nearest form, and an ideograph or letter its sound in brackets: `[Yan]`."""
    shown = ""
    missing: list[str] = []
    for in_brackets, run in groupby(map(_nearest, unicodedata.normalize("NFC", text)), key=_lacks):
        part = list(run)
        if in_brackets:
            missing += part
            shown += f"[{''.join(anyascii(sign) or f'U+{ord(sign):04X}' for sign in part)}]"
        else:
            shown += "".join(part)
    return Printable(shown, tuple(dict.fromkeys(missing)))


def _nearest(sign: str) -> str:
    """The character, or what stands for it without a loss: `ǎ` a, `℃` °C; nothing for what nobody sees; itself where nothing does."""
    kind = unicodedata.category(sign)
    if sign.isspace():
        return " "
    if kind in {"Cc", "Cf"}:
        return ""
    for shown in (sign, unicodedata.normalize("NFKC", sign)):
        if all(part in _drawn() for part in shown):
            return shown
    sound = anyascii(sign)
    return sound if kind == "Mn" or (sound and kind != "Lo") else sign


def _lacks(shown: str) -> bool:
    """Whether nothing stands for it."""
    return any(sign != " " and sign not in _drawn() for sign in shown)
