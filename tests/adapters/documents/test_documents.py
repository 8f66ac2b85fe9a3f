"""A review on paper and as a page (RVW-3): both languages, charts, and the tables alone where nothing draws charts."""

from pathlib import Path

import pytest

from adapters.documents import charts
from adapters.documents.page import page_of
from adapters.documents.pdf import pdf_of
from models.common.vocabulary import Locale
from models.review.document import Document, Section, Table
from rules.figures.charts import bars, beside_usual, columns
from tests.support.printed import printed

CHARTS = [
    bars("支出", [("质量问题 · 商家", 284.14)]),
    beside_usual("工单", [("包裹丢失", 20, 0.8)]),
    columns("工单", [("08-17", 754)]),
]
TABLE = Table(columns=("原因", "工单"), rows=(("质量问题 · 商家 <M>", "233"),), figures=1)
DOCUMENT = Document(
    title="售后回顾",
    locale=Locale.ZH,
    text="工单 233 个，支出 ¥28,414.35。",
    sections=(*(Section(title="图", chart=chart) for chart in CHARTS), Section(title="支出最多的原因", table=TABLE)),
)


def test_the_pdf_brings_its_font_along(tmp_path: Path) -> None:
    paper = printed(pdf_of([DOCUMENT, DOCUMENT.model_copy(update={"title": "Review", "locale": Locale.EN})]), tmp_path)
    assert paper.blank == ""
    assert all(paper.fonts.values())
    for words in ("售后回顾", "质量问题", "<M>", "233", "Review"):
        assert words in paper.words


def test_a_page_has_charts_and_their_tables() -> None:
    page = page_of(DOCUMENT, (("English", "?lang=en"),))
    assert page.count("<svg") == len(CHARTS)
    assert "质量问题 · 商家 &lt;M&gt;" in page
    assert '<html lang="zh">' in page


def test_without_the_program_that_draws_there_are_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "_program", lambda: None)
    assert "<svg" not in page_of(DOCUMENT)
    assert "质量问题" in page_of(DOCUMENT)
    assert pdf_of([DOCUMENT]).startswith(b"%PDF")
