"""Documents as one PDF, one after the other, each language from a new page, with the font of the labels embedded."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, Image, KeepTogether, PageBreak, PageTemplate, Paragraph, Spacer
from reportlab.platypus import Table as PrintedTable

from adapters.documents.charts import png
from adapters.documents.printing import FONT, printable
from models.review.document import Document, Section, Table

WIDTH, HEIGHT = A4
MARGIN = 16 * mm
ROOM = WIDTH - 2 * MARGIN
TITLE, HEADING, SAID, CELL = (
    ParagraphStyle(name, fontName=FONT, fontSize=size, leading=size * 1.4, spaceAfter=size * 0.4, wordWrap="CJK")
    for name, size in (("title", 16), ("heading", 12), ("said", 9.5), ("cell", 7.5))
)
FIGURE = ParagraphStyle("figure", CELL, alignment=TA_RIGHT)
FIGURE_WIDTH = 22 * mm
LINES = [
    ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey),
    ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
]


def pdf_of(documents: Sequence[Document]) -> bytes:
    """The same bytes for the same documents."""
    printable("")  # registers the font
    out = BytesIO()
    title = printable(documents[0].title).text
    template = BaseDocTemplate(out, pagesize=A4, title=title, invariant=1, lang=documents[0].locale.value)
    frame = Frame(MARGIN, MARGIN, ROOM, HEIGHT - 2 * MARGIN, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    template.addPageTemplates([PageTemplate(frames=[frame], onPage=_number)])
    story: list[Any] = []
    for document in documents:
        story += [PageBreak()] if story else []
        story += [_paragraph(document.title, TITLE), _paragraph(document.text, SAID)]
        for section in document.sections:
            story += _section(section)
    template.build(story)
    return out.getvalue()


def _section(section: Section) -> list[Any]:
    head: list[Any] = [Spacer(1, 4 * mm), _paragraph(section.title, HEADING)]
    if section.text:
        head.append(_paragraph(section.text, SAID))
    drawn = png(section.chart) if section.chart else None
    if drawn is not None:
        head.append(_picture(drawn))
    return [KeepTogether(head), *([_table(section.table)] if section.table else [])]


def _picture(drawn: bytes) -> Image:
    picture = Image(BytesIO(drawn))
    scale = min(0.25, ROOM / picture.imageWidth)
    picture.drawWidth, picture.drawHeight = picture.imageWidth * scale, picture.imageHeight * scale
    picture.hAlign = "LEFT"
    return picture


def _table(table: Table) -> PrintedTable:
    texts = len(table.columns) - table.figures
    widths = [(ROOM - table.figures * FIGURE_WIDTH) / texts] * texts + [FIGURE_WIDTH] * table.figures
    rows = [
        [_paragraph(cell, CELL if place < texts else FIGURE) for place, cell in enumerate(row)]
        for row in (table.columns, *table.rows)
    ]
    return PrintedTable(rows, colWidths=widths, style=LINES, repeatRows=1)


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph("<br/>".join(escape(printable(line).text) for line in text.split("\n")), style)


def _number(canvas: Canvas, _: BaseDocTemplate) -> None:
    canvas.setFont(FONT, 8)
    canvas.drawRightString(WIDTH - MARGIN, MARGIN / 2, str(canvas.getPageNumber()))
