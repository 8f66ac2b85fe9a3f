#!/usr/bin/env bash
# Behaviour: text that reportlab sets in STSong-Light, its own font for Chinese, is there when the PDF is read as text and not one dot of it
#   when PDFium renders the page on a machine without a Chinese font. Latin text in Helvetica, which is not embedded either, is drawn.
# Why it surprises: no library complains, text extraction in a test finds the address, and on the developer's machine it shows. On the
#   server that prints the labels (or a depot's tablet) the parcel gets a label without an address.
# Version: reportlab 5.1.0, pypdfium2 5.15.2
# Source: https://docs.reportlab.com (Asian fonts are not embedded); PDFium's substitution of fonts
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check reportlab==5.1.0 pypdfium2==5.15.2 pillow==12.2.0
"$folder/venv/bin/python" - <<'PYTHON'
import ctypes
import io
import os
import tempfile

import pypdfium2_raw as pdfium
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

places = (ctypes.c_char_p * 2)(os.fsencode(tempfile.mkdtemp()), None)  # a machine without fonts
config = pdfium.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=ctypes.cast(places, type(pdfium.FPDF_LIBRARY_CONFIG().m_pUserFontPaths)))
pdfium.FPDF_InitLibraryWithConfig(config)
pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
WIDTH, HEIGHT = 300, 60


def rendered(font: str, text: str) -> tuple[int, int]:
    """Characters that the page has as text, and dots that are not white."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT))
    canvas.setFont(font, 24)
    canvas.drawString(10, 20, text)
    canvas.save()
    content = file.getvalue()
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
    page = pdfium.FPDF_LoadPage(document, 0)
    bitmap = pdfium.FPDFBitmap_Create(WIDTH, HEIGHT, 0)
    pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, WIDTH, HEIGHT, 0xFFFFFFFF)
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, WIDTH, HEIGHT, 0, 0)
    dots = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), pdfium.FPDFBitmap_GetStride(bitmap) * HEIGHT)
    return pdfium.FPDFText_CountChars(pdfium.FPDFText_LoadPage(page)), sum(dots[place] != 255 for place in range(0, len(dots), 4))


seen = {font: rendered(font, text) for font, text in (("STSong-Light", "上海市黄浦区"), ("Helvetica", "Shanghai"))}
for font, (characters, dots) in seen.items():
    print(font, "characters:", characters, "dots:", dots)
assert seen["STSong-Light"] == (6, 0), seen
assert seen["Helvetica"][0] == 8 and seen["Helvetica"][1] > 100, seen
print("as described")
PYTHON
