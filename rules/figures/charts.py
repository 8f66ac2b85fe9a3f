"""Charts of reports and reviews (RVW-1, RVW-3), as Vega-Lite specifications: the same one for a page, a mail, a file and a PDF."""

from collections.abc import Callable, Sequence

from pydantic import JsonValue

from models.common.base import Bilingual
from models.common.vocabulary import Locale
from models.figures import Report
from rules.figures.values import shown

BLUE, PALE, RED, BLACK = "#2b6cb0", "#cbd5e1", "#e07070", "#1a202c"
WIDTH = 520
MOST = 40
"""Rows of a report in one picture."""
PERIODS = (Bilingual(zh="本期", en="this period"), Bilingual(zh="上期", en="before"))
DAYS = Bilingual(zh="周一 周二 周三 周四 周五 周六 周日", en="Mon Tue Wed Thu Fri Sat Sun")
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


def of_report(report: Report, locale: Locale, link: Callable[[str], str] = str) -> dict[str, JsonValue]:
    """A report's first column beside the period before, or a week by its hours. `link`: from a figure's list of cases to where a mark leads."""
    return _week(report, locale, link) if report.report == "hours" else _beside_before(report, locale, link)


def _beside_before(report: Report, locale: Locale, link: Callable[[str], str]) -> dict[str, JsonValue]:
    column = report.columns[0]
    rows = [(" · ".join(value or "–" for value in row.by.values()), row.by, row.figures) for row in report.rows[:MOST]]
    values: list[JsonValue] = []
    for of, by, figures in rows or [("", {}, report.total)]:
        figure = figures.get(column.name)
        for period, value in zip(PERIODS, (figure.value, figure.before) if figure else (None, None), strict=True):
            mark: dict[str, JsonValue] = {"of": of, "period": period.in_(locale), "value": value or 0}
            mark["shown"] = shown(value, column.unit, by.get("currency"), locale)
            if figure and figure.cases and period is PERIODS[0]:
                mark["to"] = link(figure.cases)
            values.append(mark)
    names: list[JsonValue] = [period.in_(locale) for period in PERIODS]
    shared: dict[str, JsonValue] = {
        "y": _OF,
        "yOffset": {"field": "period", "sort": names},
        "x": {
            "field": "value",
            "type": "quantitative",
            "title": column.title.in_(locale),
            "axis": {"labels": False, "ticks": False},
        },
        "href": _LINK,
    }
    colour: JsonValue = {
        "field": "period",
        "type": "nominal",
        "title": None,
        "sort": names,
        "scale": {"domain": names, "range": [BLUE, PALE]},
        "legend": {"orient": "top"},
    }
    bar: JsonValue = {"mark": "bar", "encoding": shared | {"color": colour}}
    written: dict[str, JsonValue] = {**shared, "text": {"field": "shown", "type": "nominal"}}
    text: JsonValue = {"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": written}
    whole: dict[str, JsonValue] = {"title": report.title.in_(locale), "layer": [bar, text]}
    return _chart(values, whole, height=38 * max(1, len(rows)))


def _week(report: Report, locale: Locale, link: Callable[[str], str]) -> dict[str, JsonValue]:
    column = report.columns[0]
    days = DAYS.in_(locale).split()
    values: list[JsonValue] = []
    for row in report.rows:
        figure = row.figures[column.name]
        mark: dict[str, JsonValue] = {
            "day": days[int(row.by["weekday"] or 1) - 1],
            "hour": int(row.by["hour"] or 0),
            "value": figure.value or 0,
        }
        if figure.cases:
            mark["to"] = link(figure.cases)
        values.append(mark)
    encoding: dict[str, JsonValue] = {
        "x": {"field": "hour", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}},
        "y": {"field": "day", "type": "ordinal", "title": None, "sort": None},
        "color": {
            "field": "value",
            "type": "quantitative",
            "title": column.title.in_(locale),
            "scale": {"range": ["#f1f5f9", BLUE], "interpolate": "rgb"},
        },
        "href": _LINK,
    }
    whole: dict[str, JsonValue] = {"title": report.title.in_(locale), "mark": "rect", "encoding": encoding}
    return _chart(values, whole, height=190)


_LINK: JsonValue = {"condition": {"test": "isValid(datum.to)", "field": "to", "type": "nominal"}}
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
