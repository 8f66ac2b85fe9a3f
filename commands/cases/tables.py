"""Tables in files, as people have them: CSV of several encodings and marks, and Excel; and a CSV that a spreadsheet may open (REC-1)."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from commands.kit.failure import CommandError
from commands.kit.language import say

MARKS = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""What may stand between values, and the sentence that names it."""
BLANK = "".join(MARKS) + " \r\n"
"""All that an empty row has."""
EXCEL, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a file of Excel begins; and one of before 2007, or with a password."""
DIGITS = 15
"""As many digits of a number as Excel keeps."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a value begins that a spreadsheet would work out instead of showing it (OWASP, CSV Injection)."""
LITERAL = "'"
"""Put before such a value, it is shown as it is."""

Known = Callable[[str], bool]
"""Whether a header is a column's that the table must have: by it the mark, and the sheet, are found."""


Line = tuple[dict[str, Any], str]
"""The values of a row by column, and why it cannot be used; empty: it can."""


@dataclass(frozen=True)
class Table:
    """Rows as they stand in a file, and how they were read."""

    columns: tuple[str, ...]
    rows: tuple[Line, ...]
    form: str
    """The encoding and the mark, or the sheet: told to people."""


def read_table(file: Path, known: Known, encoding: str | None = None) -> Table:
    """A table with a header, of which one column is `known`. Raises CommandError when the file as a whole cannot be used."""
    try:
        content = file.read_bytes()
        if content.startswith(OLD_EXCEL):
            raise ValueError(say("old_excel"))  # noqa: TRY301  # told like all that cannot be read
        return _excel(content, known) if content.startswith(EXCEL) else _csv(content, known, encoding)
    except (OSError, ValueError, LookupError, csv.Error, zipfile.BadZipFile, InvalidFileException) as error:
        raise CommandError(say("bad_file", file=file, why=error)) from error


def write_csv(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """UTF-8 with a mark, so that Excel reads it right; no value is a formula there. `read_table` takes the values as they were."""
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({name: _literal(value) for name, value in row.items()} for row in rows)


def decoded(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """A text and the name of its encoding: the one given, else what its first bytes say, else UTF-8, else GB18030.

    Raises ValueError where none fits.
    """
    if encoding is not None:
        return content.decode(encoding), encoding
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16"), "UTF-16"
    if b"\0" in content:  # no text of the others has it; a table's marks and line ends have it in every UTF-16
        name = "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
        return content.decode(name), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030"), "GB18030"
    except UnicodeDecodeError:
        raise ValueError(say("no_encoding")) from None


def _csv(content: bytes, known: Known, encoding: str | None) -> Table:
    text, name = decoded(content, encoding)
    mark, text = _mark(text, known)
    lines = (line for line in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True) if any(line))
    columns = tuple(column.strip() for column in next(lines, list[str]()))
    rows = tuple(_row(columns, number, values) for number, values in enumerate(lines, start=1))
    return Table(columns, rows, say("form_csv", encoding=name, mark=say(MARKS[mark])))


def _mark(text: str, known: Known) -> tuple[str, str]:
    """What stands between the values, and the text without Excel's own line about it: the mark with which the header has a known column."""
    lines = io.StringIO(text, newline="")  # lines may end with CR alone, as Excel on a Mac writes them
    first = next((line for line in lines if line.strip(BLANK)), "")
    if first.lower().startswith("sep=") and first[4:5] in MARKS:
        return first[4], lines.read()

    def fits(mark: str) -> tuple[bool, int]:
        header = next(csv.reader([first], delimiter=mark), list[str]())
        return any(map(known, header)), len(header)

    return max(MARKS, key=fits), text


def _row(columns: tuple[str, ...], number: int, values: Sequence[str]) -> Line:
    fault = say("row_unreadable", row=number, why=say("too_many_values")) if any(values[len(columns) :]) else ""
    return {name: _plain(value) for name, value in zip(columns, values, strict=False) if name and value}, fault


def _excel(content: bytes, known: Known) -> Table:
    """The first sheet that has a known column in its first row; else the first sheet."""
    book: Any = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        sheets = {str(sheet.title): _cells(sheet) for sheet in book.worksheets}
    finally:
        book.close()
    name = next((name for name, (columns, _) in sheets.items() if any(map(known, columns))), next(iter(sheets)))
    columns, rows = sheets[name]
    return Table(columns, tuple(rows), say("form_excel", sheet=name))


def _cells(sheet: Any) -> tuple[tuple[str, ...], list[Line]]:
    lines: Iterator[Sequence[object]] = (
        line for line in sheet.iter_rows(values_only=True) if any(cell is not None for cell in line)
    )
    columns = tuple(str(cell or "").strip() for cell in next(lines, ()))
    return columns, [_excel_row(columns, number, line) for number, line in enumerate(lines, start=1)]


def _excel_row(columns: tuple[str, ...], number: int, line: Sequence[object]) -> Line:
    values, fault = _row(columns, number, [_written(cell) for cell in line])
    lost = next((cell for cell in line if isinstance(cell, int | float) and abs(cell) >= 10**DIGITS), None)
    why = say("digits_lost", digits=DIGITS, number=f"{lost:.0f}") if lost else ""
    return values, fault or (why and say("row_unreadable", row=number, why=why))


def _written(cell: object) -> str:
    """A cell as a person would write it."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case int() | float():
            return f"{cell:.{DIGITS}g}"  # a formula's 116.10000000000001 is shown, and meant, as 116.1
        case datetime() | date():
            return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
        case _:
            return str(cell)


def _literal(value: str) -> str:
    return f"{LITERAL}{value}" if value.lstrip(LITERAL).startswith(FORMULA) else value


def _plain(value: str) -> str:
    """Without the mark that `write_csv`, or a person in a spreadsheet, put before it."""
    return value[1:] if value.startswith(LITERAL) and value.lstrip(LITERAL).startswith(FORMULA) else value
