"""A document for people, as a page, a print and a PDF show it alike: texts, charts, and the charts' figures as tables."""

from pydantic import JsonValue

from models.common.base import Frozen
from models.common.vocabulary import Locale


class Table(Frozen):
    """The last columns, so many as `figures` says, are numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: int = 0


class Section(Frozen):
    """`chart`: a Vega-Lite specification; its figures are in the table beneath, for whoever cannot see it or has no program that draws it."""

    title: str
    text: str = ""
    chart: dict[str, JsonValue] | None = None
    table: Table | None = None


class Document(Frozen):
    """In one language."""

    title: str
    locale: Locale
    text: str
    sections: tuple[Section, ...]
