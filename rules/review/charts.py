"""The charts of a review, as Vega-Lite specifications (RVW-3)."""

from collections.abc import Sequence

from pydantic import JsonValue

BLUE, RED, BLACK = "#2b6cb0", "#e07070", "#1a202c"
WIDTH = 520
CONFIG: dict[str, JsonValue] = {
    "font": "WenQuanYi Micro Hei",
    "view": {"stroke": None},
    "axis": {"grid": False, "labelLimit": 280},
}
"""The font is the one that PDFs embed."""


def columns(title: str, rows: Sequence[tuple[str, float]]) -> dict[str, JsonValue]:
    """A column for each week."""
    values: list[JsonValue] = [{"at": at, "value": value} for at, value in rows]
    return _chart(
        values,
        {
            "mark": {"type": "bar", "color": BLUE},
            "encoding": {
                "x": {"field": "at", "type": "ordinal", "sort": None, "title": None, "axis": {"labelAngle": -45}},
                "y": {"field": "value", "type": "quantitative", "title": title},
            },
        },
        height=160,
    )


def bars(title: str, rows: Sequence[tuple[str, float]]) -> dict[str, JsonValue]:
    """A bar for each cause."""
    values: list[JsonValue] = [{"of": of, "value": value} for of, value in rows]
    return _chart(
        values,
        {"mark": {"type": "bar", "color": BLUE}, "encoding": {"y": _OF, "x": _value("value", title)}},
        height=32 * len(rows),
    )


def beside_usual(title: str, rows: Sequence[tuple[str, float, float]]) -> dict[str, JsonValue]:
    """A bar for each cause, with a mark at what was to be expected."""
    values: list[JsonValue] = [{"of": of, "value": value, "usual": usual} for of, value, usual in rows]
    bar: JsonValue = {"mark": {"type": "bar", "color": RED}, "encoding": {"y": _OF, "x": _value("value", title)}}
    tick: JsonValue = {
        "mark": {"type": "tick", "thickness": 3, "size": 22, "color": BLACK},
        "encoding": {"y": _OF, "x": _value("usual", title)},
    }
    return _chart(values, {"layer": [bar, tick]}, height=32 * len(rows))


_OF: dict[str, JsonValue] = {"field": "of", "type": "nominal", "sort": None, "title": None}


def _value(field: str, title: str) -> JsonValue:
    return {"field": field, "type": "quantitative", "title": title, "axis": {"tickMinStep": 1}}


def _chart(values: list[JsonValue], drawn: dict[str, JsonValue], *, height: int) -> dict[str, JsonValue]:
    whole: dict[str, JsonValue] = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": height,
        "data": {"values": values},
        "config": CONFIG,
    }
    return whole | drawn
