"""A PDF as a printer puts it on paper that has no fonts of its own: `printed(pdf, folder)`.

PDFium looks for fonts of the system once, when it is initialized, so that this file is also what a process of its own runs.
"""

import json
import subprocess
import sys
from ctypes import POINTER, c_char, c_char_p, cast
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
from pypdfium2 import raw

ROOT = Path(__file__).parents[2]


class Printed(NamedTuple):
    words: str
    blank: str
    """Characters of the text that leave no ink."""
    fonts: dict[str, bool]
    """Their names, and whether the PDF brings them along."""


def printed(pdf: bytes, empty: Path) -> Printed:
    """What comes on paper when the only folder of fonts is an empty one."""
    command = [sys.executable, "-m", __name__, str(empty)]
    told = subprocess.run(command, cwd=ROOT, input=pdf, capture_output=True, check=True, timeout=60)
    return Printed(**json.loads(told.stdout))


def _only_fonts_of(folder: str) -> None:
    paths = (c_char_p * 2)(folder.encode(), None)
    library: Any = raw
    config = library.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=cast(paths, POINTER(POINTER(c_char))))
    library.FPDF_DestroyLibrary()
    library.FPDF_InitLibraryWithConfig(config)


def _look(pdf: bytes) -> Printed:
    scale = 4
    words, blank, fonts = "", "", dict[str, bool]()
    pages: Any = pypdfium2.PdfDocument(pdf)
    for page in pages:
        picture = page.render(scale=scale, grayscale=True).to_pil()
        text = page.get_textpage()
        for index in range(text.count_chars()):
            sign = text.get_text_range(index, 1)
            words += sign
            if not sign.isspace():
                left, bottom, right, top = (scale * at for at in text.get_charbox(index))
                box = (int(left) - 1, int(picture.height - top) - 1, int(right) + 2, int(picture.height - bottom) + 2)
                blank += sign if picture.crop(box).getextrema()[0] > 128 else ""  # half grey
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = item.get_font()
            fonts[font.get_base_name()] = font.is_embedded
    return Printed(words, blank, fonts)


if __name__ == "__main__":
    _only_fonts_of(sys.argv[1])
    sys.stdout.write(json.dumps(_look(sys.stdin.buffer.read())._asdict()))
