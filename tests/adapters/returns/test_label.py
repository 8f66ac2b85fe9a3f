"""The printable return label (RES-6): a page whose bar codes a scanner reads, with its words in both languages."""

from typing import Any

import pypdfium2
import pytest
import zxingcpp

from adapters.returns.label import ReturnLabel, pdf_of
from models.returns.partner import ReturnAddress

ADDRESS = ReturnAddress(
    name="暖居家品退货仓", street="望江路 8 号", city="杭州", region="CN-33", postcode="310008", phone="0571-0000"
)


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


def read(printed: ReturnLabel) -> tuple[list[str], str]:
    """What a scanner and a person read of the page."""
    page: Any = pypdfium2.PdfDocument(pdf_of(printed))[0]
    codes = zxingcpp.read_barcodes(page.render(scale=4).to_pil())
    return [code.text for code in codes if code.format == zxingcpp.BarcodeFormat.Code128], page.get_textpage().get_text_range()


@pytest.mark.parametrize("number", ["SF100137696291", "1Z999AA10123456784", "K.9_return:20261122-000000000001@hub"])
def test_a_scanner_reads_the_parcels_and_the_returns_number(number: str) -> None:
    codes, _ = read(label(tracking=number))
    assert codes == [number, "RMA-20261"]


def test_address_order_and_goods_are_readable_in_both_languages() -> None:
    _, words = read(label())
    for part in ("暖居家品退货仓", "望江路 8 号", "杭州 CN-ZJ 310008", "O-1001", "RD-0123456789AB", "L1 × 2", "退货编号", "RMA"):
        assert part in words


def test_a_long_chinese_name_is_broken_and_stays_on_the_page() -> None:
    long = "杭州市滨江区长河街道江南大道三千八百号二期仓储中心三号楼东侧退货收货口" * 2
    _, words = read(label(to=ADDRESS.model_copy(update={"name": long})))
    assert long in words.replace("\r\n", "")


def test_the_same_label_is_the_same_file() -> None:
    assert pdf_of(label()) == pdf_of(label())
