"""Reports as files. For a spreadsheet: what each row is about, then every column, and beside it that of the period before. Or drawn."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import TypeVar

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from adapters.documents import charts
from api.http.problems import problem
from models.common.vocabulary import ErrorType, Locale
from models.figures import Figure, FigureUnit, Report
from rules.figures.charts import of_report

BEFORE = {Locale.ZH: "上期", Locale.EN: "before"}
CASES = {Locale.ZH: "工单", Locale.EN: "cases"}
TOTAL = {Locale.ZH: "合计", Locale.EN: "total"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a text."""
FORMATS = {
    FigureUnit.SHARE: "0.0%",
    FigureUnit.SCORE: "0.00",
    FigureUnit.SECONDS: "0",
    FigureUnit.CASES: "0",
    FigureUnit.MINOR: "0",
}
WIDTH = 18
Cell = str | float | None
Picture = TypeVar("Picture", str, bytes)


def table(report: Report, locale: Locale) -> Iterator[list[Cell]]:
    """Heading, rows, and the total if there is one."""
    dimensions = [*(report.rows[0].by if report.rows else ())]
    titles = [column.title.in_(locale) for column in report.columns]
    yield [*dimensions, *(name for title in titles for name in (title, f"{title} ({BEFORE[locale]})")), CASES[locale]]
    lines: list[tuple[list[Cell], Mapping[str, Figure]]] = [
        ([_plain(value) for value in row.by.values()], row.figures) for row in report.rows
    ]
    if report.total:
        about: list[Cell] = [TOTAL[locale], *[None] * (len(dimensions) - 1)]
        lines.append((about[: len(dimensions)], report.total))
    for about, figures in lines:
        numbers = [number for column in report.columns for number in (figures[column.name].value, figures[column.name].before)]
        yield [*about, *numbers, figures[report.columns[0].name].cases]


def as_csv(report: Report, locale: Locale) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO()
    csv.writer(text).writerows([["" if cell is None else cell for cell in line] for line in table(report, locale)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(report: Report, locale: Locale) -> bytes:
    """One sheet, the heading fixed; numbers are numbers."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  # a new book has one
    sheet.title = report.report
    for line in table(report, locale):
        sheet.append(line)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    first = len(report.rows[0].by) if report.rows else 0
    for number, column in enumerate(report.columns):
        for place in (first + 2 * number + 1, first + 2 * number + 2):
            for (cell,) in sheet.iter_rows(min_row=2, min_col=place, max_col=place):
                cell.number_format = FORMATS[column.unit]
    for place in range(1, first + 2 * len(report.columns) + 2):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTH
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_svg(report: Report, locale: Locale) -> bytes:
    """Its first column beside the period before, or a week by its hours; 503 where nothing draws."""
    return _drawn(charts.svg(of_report(report, locale))).encode()


def as_png(report: Report, locale: Locale) -> bytes:
    """The same as pixels."""
    return _drawn(charts.png(of_report(report, locale), scale=2.0))


def _drawn(picture: Picture | None) -> Picture:
    if picture is None:
        raise problem(
            ErrorType.UNAVAILABLE,
            "format: this Redress does not draw; whoever operates it installs the extra `reports`. The figures come as json, csv or xlsx.",
            "format：本系统未安装绘图组件，请运维人员安装附加组件 reports；数据可以用 json、csv 或 xlsx 获取。",
            field="format",
            rule="RVW-1",
        )
    return picture


def _plain(value: str | None) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = value or ""
    return f"'{text}" if text.startswith(FORMULA) else text
