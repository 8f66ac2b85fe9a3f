"""The printable return label (RES-6): pages whose bar codes a scanner reads, with their words in both languages."""

from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from adapters.documents.printing import printable
from adapters.returns.label import ReturnLabel, pdf_of
from models.returns.partner import ReturnAddress
from tests.support.printed import printed

ADDRESS = ReturnAddress(
    name="暖居家品退货仓", street="望江路 8 号", city="杭州", region="CN-33", postcode="310008", phone="0571-0000"
)
SCALE = 4


def label(**change: object) -> ReturnLabel:
    base = ReturnLabel(
        case_id="RD-0123456789AB",
        rma="RMA-20261",
        tracking="SF100137696291",
        carrier_id="SF",
        order_id="O-1001",
        to=ADDRESS,
        lines=("L1 × 2", "L2 × 1"),
    )
    return base.model_copy(update=change)


def to(**change: object) -> ReturnAddress:
    return ADDRESS.model_copy(update=change)


def codes_on(page: Any) -> list[zxingcpp.Barcode]:
    """From the top of the page to its foot."""
    return sorted(zxingcpp.read_barcodes(page.render(scale=SCALE).to_pil()), key=lambda code: code.position.top_left.y)


def read(label: ReturnLabel) -> tuple[list[str], str]:
    """What a scanner and a person read of the first page."""
    page: Any = pypdfium2.PdfDocument(pdf_of(label))[0]
    return (
        [code.text for code in codes_on(page) if code.format == zxingcpp.BarcodeFormat.Code128],
        page.get_textpage().get_text_range(),
    )


@pytest.mark.parametrize("number", ["SF100137696291", "1Z999AA10123456784", "K.9_return:20261122-000000000001@hub"])
def test_a_scanner_reads_the_parcels_and_the_returns_number(number: str) -> None:
    codes, _ = read(label(tracking=number))
    assert codes == [number, "RMA-20261"]


@pytest.mark.parametrize("number", ["A1b" * 33, "退货单-2026年11月-000123"])
def test_a_number_too_long_or_too_foreign_for_bars_is_a_qr_code(number: str) -> None:
    page: Any = pypdfium2.PdfDocument(pdf_of(label(rma=number)))[0]
    assert [(code.text, code.format) for code in codes_on(page)] == [
        ("SF100137696291", zxingcpp.BarcodeFormat.Code128),
        (number, zxingcpp.BarcodeFormat.QRCode),
    ]


def test_address_order_and_goods_are_readable_in_both_languages() -> None:
    _, words = read(label())
    for part in ("暖居家品退货仓", "望江路 8 号", "杭州 CN-ZJ 310008", "O-1001", "RD-0123456789AB", "L1 × 2", "退货编号", "RMA"):
        assert part in words


def test_without_fonts_of_the_system_every_character_leaves_ink_from_a_subset_in_the_file(tmp_path: Path) -> None:
    pdf = pdf_of(label(to=to(name="臺灣Łódź退貨倉", street="堃喆路龘巷 8 号")))
    paper = printed(pdf, tmp_path)
    assert "堃喆路龘巷" in paper.words
    assert paper.blank == ""
    assert set(paper.fonts.values()) == {True}
    assert len(pdf) < 100_000  # the font has 5 MB


def test_a_character_that_cannot_be_printed_is_told_on_the_label_and_in_the_log() -> None:
    with capture_logs() as logs:
        _, words = read(label(to=to(name="䶮鑫仓")))
    assert "[Yan]鑫仓" in words
    assert "U+4DAE" in words
    assert [(entry["event"], entry["characters"]) for entry in logs] == [("label.characters_missing", ("U+4DAE",))]


def test_a_second_line_and_a_country_that_its_region_does_not_say_are_printed() -> None:
    _, words = read(label(to=to(street2="3 号门", country="DE", region="Bayern")))
    assert "3 号门" in words
    assert "杭州 Bayern 310008 DE" in words


def test_a_long_chinese_name_is_broken_and_stays_on_the_page() -> None:
    long = "杭州市滨江区长河街道江南大道三千八百号二期仓储中心三号楼东侧退货收货口" * 2
    _, words = read(label(to=to(name=long)))
    assert long in words.replace("\r\n", "")


def test_the_same_label_is_the_same_file() -> None:
    assert pdf_of(label()) == pdf_of(label())


WORDS = st.text(
    st.sampled_from("望江路八号楼臺灣龘䶮𠮷Łódź Straße-12(3)（仓）、<&>;\"'é😀ถนน\t\n\N{ZERO WIDTH SPACE}"), max_size=400
)
NUMBERS = st.text(st.sampled_from("ABCxyz0123456789-_.:@"), min_size=1, max_size=100).filter(lambda number: number[0] != ".")


def in_order(part: str, words: str) -> bool:
    """Whether its characters, blanks apart, are among the words in their order; the fixed text of a further page may be between."""
    rest = iter(words)
    return all(sign in rest for sign in "".join(printable(part).text.split()))


@settings(max_examples=15, deadline=None, phases=(Phase.reuse, Phase.generate))  # shrinking would take minutes
@given(
    st.builds(
        label,
        to=st.builds(to, name=WORDS, street=WORDS, city=WORDS, phone=st.none() | WORDS),
        carrier_id=st.sampled_from(["SF", "某某跨境物流股份有限公司" * 8, "😀" * 100]),
        tracking=NUMBERS,
        rma=NUMBERS | st.text(st.sampled_from("退货单号0123456789-"), min_size=1, max_size=100),
        lines=st.lists(st.from_regex(r"\A[A-Z0-9]{1,30} × [1-9]\Z"), min_size=1, max_size=30).map(tuple),
    )
)
def test_both_codes_are_whole_on_every_page_apart_from_the_text_and_all_of_it_is_there(shown: ReturnLabel) -> None:
    words = ""
    for page in pypdfium2.PdfDocument(pdf_of(shown)):
        width, height = page.get_size()
        codes = codes_on(page)
        assert [code.text for code in codes] == [shown.tracking, shown.rma]
        text: Any = page.get_textpage()
        words += text.get_text_range()
        for index in range(text.count_chars()):
            if text.get_text_range(index, 1).isspace():
                continue
            left, bottom, right, top = text.get_charbox(index)
            assert 0 <= left <= right <= width
            assert 0 <= bottom <= top <= height
            for code in codes:
                upper, lower = (height - at.y / SCALE for at in (code.position.top_left, code.position.bottom_right))
                assert bottom >= upper or top <= lower
    for part in (shown.to.name, shown.to.street, shown.to.city, shown.to.phone or "", *shown.lines):
        assert in_order(part, words)
