"""The printable label of a return (RES-6): a PDF of 100 × 150 mm with bar codes and both languages. Nothing personal is on it.

Both numbers stand at the top and the foot of every page; the text flows between them, to further pages where it is long.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Literal
from xml.sax.saxutils import escape

import structlog
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.enums import TA_CENTER, TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, HRFlowable, PageTemplate, Paragraph, Spacer

from adapters.documents.printing import FONT, printable
from models.common.base import Frozen, Identifier
from models.returns.partner import ReturnAddress

WIDTH, HEIGHT = 100 * mm, 150 * mm
MARGIN = 6 * mm
ROOM = WIDTH - 2 * MARGIN
GAP = 4
WIDEST_BAR, THINNEST_BAR = 0.33 * mm, 0.191 * mm
"""Of Code 128; the thinnest that its standard has. A number that would need thinner ones is a QR code."""
QR_SIDE = 22 * mm
LEADING = 1.25
MOST_LINES = 4
"""Of a number or a carrier's name: 100 Chinese characters. The code has the number whole."""
SMALL = 9

log = structlog.stdlib.get_logger(__name__)


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
    """The same bytes for the same label. Written twice: only then it is known of how many pages."""
    if missing := _missing(label):
        log.warning("label.characters_missing", rma=label.rma, characters=missing)
    _, pages = _written(label, "?")
    pdf, _ = _written(label, str(pages))
    return pdf


def _written(label: ReturnLabel, pages: str) -> tuple[bytes, int]:
    """The PDF and how many pages it has, when each says that there are `pages`."""
    head = [_fixed_text(f"退货 RETURN · {label.carrier_id}", 16), *_code(label.tracking, 22 * mm)]
    foot = [_text("退货编号 Return number (RMA)", SMALL), *_code(label.rma, 14 * mm)]
    top, bottom = HEIGHT - MARGIN - _height(head), MARGIN + _height(foot)
    free = top - bottom - 4 * GAP

    def fixed(canvas: Canvas, _document: object) -> None:
        _draw(canvas, head, HEIGHT - MARGIN)
        _draw(canvas, foot, bottom)
        for y in (top - GAP, bottom + GAP):
            canvas.line(MARGIN, y, WIDTH - MARGIN, y)
        canvas.setFont(FONT, SMALL)
        canvas.drawRightString(WIDTH - MARGIN, bottom - SMALL, f"{canvas.getPageNumber()} / {pages}")

    file = BytesIO()
    between = Frame(MARGIN, bottom + 2 * GAP, ROOM, free, leftPadding=0, bottomPadding=0, rightPadding=0, topPadding=0)
    document: Any = BaseDocTemplate(
        file,
        pagesize=(WIDTH, HEIGHT),
        pageTemplates=[PageTemplate(frames=[between], onPage=fixed)],
        title=f"Return {label.rma}",
        author="Redress",
        invariant=1,
    )
    document.build(
        [*_address(label.to, free), HRFlowable("100%", spaceBefore=GAP, spaceAfter=GAP, color="black"), *_details(label)]
    )
    return file.getvalue(), document.page


def _address(to: ReturnAddress, free: float) -> list[Paragraph]:
    """Large, but on one page where it can be."""
    abroad = None if to.region.startswith(to.country) else to.country
    place = " ".join(filter(None, (to.city, to.region, to.postcode, abroad)))
    parts = [part for part in (to.name, to.street, to.street2, place, to.phone) if part]

    def written(size: int) -> list[Paragraph]:
        return [_text("收件 To", SMALL), *(_text(part, size) for part in parts)]

    return written(next((size for size in (13, 11) if _height(written(size)) <= free), SMALL))


def _details(label: ReturnLabel) -> list[Any]:
    words = [
        f"订单 Order {label.order_id} · 工单 Case {label.case_id}",
        f"商品 Goods: {'; '.join(label.lines)}",
        "请将本面单贴于包裹外侧，条码保持平整。",
        "Put this label on the outside of the parcel, bar codes flat.",
    ]
    if missing := ", ".join(_missing(label)):
        words.append(f"方括号内为无法打印的字的读音 In brackets: the sound of characters that cannot be printed ({missing})")
    return [_text(part, SMALL) for part in words]


def _missing(label: ReturnLabel) -> tuple[str, ...]:
    """Characters, by number, whose sound is printed because the font lacks them."""
    return tuple(f"U+{ord(sign):04X}" for sign in printable(label.model_dump_json()).missing)


def _text(text: str, size: int, alignment: Literal[0, 1] = TA_LEFT) -> Paragraph:
    """Broken anywhere."""
    style = ParagraphStyle("text", fontName=FONT, fontSize=size, leading=size * LEADING, wordWrap="CJK", alignment=alignment)
    return Paragraph(escape(printable(text).text), style)


def _fixed_text(text: str, size: int, alignment: Literal[0, 1] = TA_LEFT) -> Paragraph:
    """On one line; where it has no room there, in SMALL on MOST_LINES at most, cut with `…`."""
    paragraph = _text(text, size, alignment)
    if _height([paragraph]) > size * LEADING:
        paragraph = _text(text, SMALL, alignment)
    while _height([paragraph]) > MOST_LINES * SMALL * LEADING:
        text = text[: len(text) * 9 // 10]
        paragraph = _text(f"{text}…", SMALL, alignment)
    return paragraph


def _code(number: str, height: float) -> list[Any]:
    """The number for a scanner, and readable below. Code 128 as wide as it may be; QR where it would be too fine, or is not ASCII."""
    code: Any = Code128(number, barHeight=height, barWidth=WIDEST_BAR, quiet=False) if number.isascii() else None
    if code is not None and code.width > ROOM:
        bar = WIDEST_BAR * ROOM / code.width
        code = Code128(number, barHeight=height, barWidth=bar, quiet=False) if bar >= THINNEST_BAR else None
    if code is None:
        code = Drawing(QR_SIDE, QR_SIDE)
        code.add(QrCodeWidget(number, barWidth=QR_SIDE, barHeight=QR_SIDE, barBorder=0))
    code.hAlign = "CENTER"
    return [Spacer(0, GAP), code, Spacer(0, GAP), _fixed_text(number, 10, TA_CENTER)]


def _height(flowables: Sequence[Any]) -> float:
    return sum(flowable.wrap(ROOM, HEIGHT)[1] for flowable in flowables)


def _draw(canvas: Canvas, flowables: Sequence[Any], top: float) -> None:
    """From the top downwards, whatever has an alignment in the middle."""
    for flowable in flowables:
        width, height = flowable.wrap(ROOM, HEIGHT)
        top -= height
        flowable.drawOn(canvas, MARGIN + (ROOM - width) / 2 if isinstance(flowable, Code128 | Drawing) else MARGIN, top)
