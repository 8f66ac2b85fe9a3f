"""A report as a picture: bars of its first column beside the period before, or the hours of a week; as SVG, or as PNG by the same figures."""

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from commands.kit.language import in_language
from commands.report.values import shown

WIDTH, LEFT, BAR, GAP, TEXT = 900, 260, 16, 10, 14
CELL = (25, 28)
NOW, BEFORE, INK, PAPER = "#2563eb", "#cbd5e1", "#111827", "#ffffff"
MOST = 40
"""Bars of one picture."""


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    colour: str


class Label(NamedTuple):
    x: float
    y: float
    """Of its middle."""
    words: str
    anchor: str = "start"


class Drawing(NamedTuple):
    width: int
    height: int
    parts: tuple[Box | Label, ...]


def drawn(report: Mapping[str, Any]) -> Drawing:
    """Raises nothing: a report without rows is a picture of its title."""
    title = [Label(10, 20, report["title"][in_language("zh", "en")])]
    if report["report"] == "hours":
        return Drawing(LEFT + 24 * CELL[0], 60 + 7 * CELL[1], (*title, *_week(report["rows"])))
    rows: list[Mapping[str, Any]] = report["rows"][:MOST] or [{"by": {}, "figures": report["total"]}]
    parts = (*title, *_bars(rows, report["columns"]))
    return Drawing(WIDTH, 50 + len(rows) * (2 * BAR + GAP), parts)


def _bars(rows: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]]) -> Iterator[Box | Label]:
    column = columns[0]
    figures = [row["figures"].get(column["name"], {}) for row in rows]
    most = max((figure.get(which) or 0 for figure in figures for which in ("value", "before")), default=0) or 1
    for number, (row, figure) in enumerate(zip(rows, figures, strict=True)):
        top = 40 + number * (2 * BAR + GAP)
        yield Label(LEFT - 8, top + BAR, " · ".join(value or "–" for value in row["by"].values()), "end")
        for place, (which, colour) in enumerate((("value", NOW), ("before", BEFORE))):
            width = (WIDTH - LEFT - 110) * (figure.get(which) or 0) / most
            yield Box(LEFT, top + place * BAR, width, BAR - 2, colour)
            yield Label(LEFT + width + 6, top + place * BAR + BAR / 2, shown(figure.get(which), column["unit"]))


def _week(rows: Sequence[Mapping[str, Any]]) -> Iterator[Box | Label]:
    most = max((row["figures"]["cases"]["value"] for row in rows), default=0) or 1
    for row in rows:
        day, hour = int(row["by"]["weekday"]), int(row["by"]["hour"])
        share = row["figures"]["cases"]["value"] / most
        yield Box(100 + hour * (CELL[0] + 6), 30 + day * CELL[1], CELL[0] + 4, CELL[1] - 2, _shade(share))
        if hour == 0:
            yield Label(90, 30 + day * CELL[1] + CELL[1] / 2, f"{in_language('周', 'day ')}{day}", "end")
        if day == 1:
            yield Label(100 + hour * (CELL[0] + 6) + CELL[0] / 2, 45, str(hour), "middle")


def _shade(share: float) -> str:
    """From paper to the colour of bars."""
    parts = ((int(PAPER[at : at + 2], 16), int(NOW[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(light + (dark - light) * share):02x}" for light, dark in parts)


def as_svg(drawing: Drawing) -> bytes:
    parts = "".join(_svg(part) for part in drawing.parts)
    size = f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="{TEXT}">'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>{parts}</svg>\n'
    ).encode()


def _svg(part: Box | Label) -> str:
    if isinstance(part, Box):
        return (
            f'<rect x="{part.x:.1f}" y="{part.y:.1f}" width="{part.width:.1f}" height="{part.height:.1f}" fill="{part.colour}"/>'
        )
    return (
        f'<text x="{part.x:.1f}" y="{part.y:.1f}" dominant-baseline="middle" text-anchor="{part.anchor}" fill="{INK}">'
        f"{escape(part.words)}</text>"
    )


def as_png(drawing: Drawing) -> bytes:
    picture = Image.new("RGB", (drawing.width, drawing.height), PAPER)
    pen, anchors = ImageDraw.Draw(picture), {"start": "lm", "middle": "mm", "end": "rm"}
    for part in drawing.parts:
        if isinstance(part, Box):
            pen.rectangle((part.x, part.y, part.x + part.width, part.y + part.height), fill=part.colour)
        else:
            pen.text((part.x, part.y), part.words, fill=INK, font=_font(), anchor=anchors[part.anchor])
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@cache
def _font() -> ImageFont.FreeTypeFont:
    """The font of the labels (`adapters/printing.py`), which has Chinese."""
    with as_file(files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc") as path:
        return ImageFont.truetype(str(path), TEXT)
