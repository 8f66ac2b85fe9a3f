"""The printable label of a return (RES-6): a PDF of 100 × 150 mm with Code 128 bar codes and both languages.

Chinese is set in a font that every PDF reader brings along, so that none is shipped. Nothing personal is on it: the number leads to the case.
"""

from io import BytesIO
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import utils
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from models.common.base import Frozen, Identifier
from models.returns.partner import ReturnAddress

WIDTH, HEIGHT = 100 * mm, 150 * mm
MARGIN = 6 * mm
FONT = "STSong-Light"
BAR = 0.33 * mm
"""The thinnest bar, where the number is short enough for it."""


class ReturnLabel(Frozen):
    """What is printed."""

    case_id: Identifier
    rma: Identifier
    tracking: Identifier
    carrier_id: Identifier
    order_id: Identifier
    to: ReturnAddress
    lines: tuple[str, ...]
    """`L1 × 2`, a line each."""


def pdf_of(label: ReturnLabel) -> bytes:
    """One page, the same bytes for the same label."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    file = BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(f"Return {label.rma}")
    canvas.setAuthor("Redress")
    y = HEIGHT - MARGIN - 16
    y = _text(canvas, f"退货 RETURN · {label.carrier_id}", y, 16)
    y = _bars(canvas, label.tracking, y - 4, 22 * mm)
    canvas.line(MARGIN, y, WIDTH - MARGIN, y)
    to = label.to
    y = _text(canvas, "收件 To", y - 12, 9) - 4
    for part in (to.name, to.street, " ".join(part for part in (to.city, to.region, to.postcode) if part), to.phone):
        y = _text(canvas, part, y, 13) if part else y
    canvas.line(MARGIN, y + 4, WIDTH - MARGIN, y + 4)
    y = _text(canvas, f"订单 Order {label.order_id} · 案件 Case {label.case_id}", y - 10, 9)
    y = _text(canvas, f"商品 Goods: {'; '.join(label.lines)}", y, 9)
    y = _text(canvas, "退货编号 Return number (RMA)", y - 4, 9)
    y = _bars(canvas, label.rma, y + 4, 14 * mm)
    _text(canvas, "请将本面单贴于包裹外侧，条码保持平整。", y - 10, 9)
    _text(canvas, "Put this label on the outside of the parcel, bar codes flat.", y - 22, 9)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _text(canvas: Canvas, text: str, y: float, size: int) -> float:
    """Write from y downwards, broken into lines; gives where the next one goes."""
    canvas.setFont(FONT, size)
    for line in _broken(text, size):
        canvas.drawString(MARGIN, y, line)
        y -= size * 1.25
    return y


def _broken(text: str, size: int) -> list[str]:
    """Lines that fit: at blanks where there are some, anywhere else in Chinese."""
    room = WIDTH - 2 * MARGIN
    library: Any = utils
    whole: list[str] = library.simpleSplit(text, FONT, size, room)
    lines: list[str] = []
    for line in whole:
        rest = line
        while rest:
            fits = next((end for end in range(len(rest), 0, -1) if pdfmetrics.stringWidth(rest[:end], FONT, size) <= room), 1)
            lines.append(rest[:fits])
            rest = rest[fits:]
    return lines


def _bars(canvas: Canvas, number: str, top: float, height: float) -> float:
    """The number as Code 128, as wide as it may be, and readable below; one that Code 128 cannot write is only readable."""
    if not number.isascii():
        return _text(canvas, number, top - height, 14)
    room = WIDTH - 2 * MARGIN
    natural: Any = Code128(number, barHeight=height, barWidth=BAR, quiet=False)
    width = min(BAR, BAR * room / natural.width)
    code: Any = Code128(number, barHeight=height, barWidth=width, quiet=False)
    code.drawOn(canvas, (WIDTH - code.width) / 2, top - height)
    canvas.setFont(FONT, 10)
    canvas.drawCentredString(WIDTH / 2, top - height - 12, number)
    return top - height - 20
