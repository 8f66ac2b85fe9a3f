"""A credit note as PDF, in both languages, and as UBL 2.1 (RES-15). The same bytes for the same note, whenever it is asked for."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from adapters.documents.pdf import pdf_of
from models.common.base import Bilingual
from models.common.currencies import USUAL, decimals, in_units
from models.common.vocabulary import Locale
from models.review.document import Document, Section, Table
from models.tax.credit_note import CreditedLine, CreditNote, TaxBand

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOT, CAC, CBC = f"{UBL}CreditNote-2", f"{UBL}CommonAggregateComponents-2", f"{UBL}CommonBasicComponents-2"
CREDIT_NOTE = "381"
"""UNCL1001: a credit note that relates to goods or services."""
EN_16931 = "urn:cen.eu:en16931:2017"
"""The European standard's name for itself (BT-24)."""

TITLE = Bilingual(zh="红字凭证（退款）", en="Credit note")
CORRECTION = Bilingual(zh="更正凭证（退款被退回）", en="Correction of a credit note")
NUMBER, ISSUED = Bilingual(zh="编号", en="Number"), Bilingual(zh="开具日期", en="Issued on")
SELLER, ORDER = Bilingual(zh="销售方", en="Seller"), Bilingual(zh="订单", en="Order")
INVOICE, CORRECTS = Bilingual(zh="原发票", en="Original invoice"), Bilingual(zh="更正的凭证", en="Corrects")
FREIGHT = Bilingual(zh="运费", en="Freight")
LINES = Bilingual(zh="明细", en="Lines")
SUMS = Bilingual(zh="按税率合计", en="By rate")
COLUMNS = {
    Locale.ZH: ("项目", "税率", "不含税", "税额", "价税合计"),
    Locale.EN: ("Item", "Rate", "Net", "Tax", "Gross"),
}
TOTAL = Bilingual(zh="合计", en="Total")


def credit_note_pdf(note: CreditNote) -> bytes:
    return pdf_of([_document(note, locale) for locale in Locale])


def _document(note: CreditNote, locale: Locale) -> Document:
    base = note.base
    head = (
        (NUMBER, note.number),
        (ISSUED, note.issued_on.isoformat()),
        (SELLER, f"{base.seller.name} {base.seller.tax_id or ''}"),
        (ORDER, base.order_id),
        (INVOICE, base.invoice_number),
        (CORRECTS, note.corrects),
    )

    def figures(net: int, tax: int) -> tuple[str, ...]:
        return tuple(f"{base.currency} {in_units(minor, base.currency)}" for minor in (net, tax, net + tax))

    total, sums = TOTAL.in_(locale), figures(note.gross - note.tax, note.tax)
    lines = [
        (FREIGHT.in_(locale) if line.line_id is None else line.title, _rate(line), *figures(line.gross - line.tax, line.tax))
        for line in note.lines
    ]
    rates = [(_rate(split), *figures(split.net, split.tax)) for split in note.splits]
    columns = COLUMNS[locale]
    return Document(
        title=f"{(CORRECTION if note.corrects else TITLE).in_(locale)} {note.number}",
        locale=locale,
        text="\n".join(f"{name.in_(locale)} {said}" for name, said in head if said),
        sections=(
            Section(title=LINES.in_(locale), table=Table(columns=columns, rows=(*lines, (total, "", *sums)), figures=3)),
            Section(title=SUMS.in_(locale), table=Table(columns=columns[1:], rows=(*rates, (total, *sums)), figures=3)),
        ),
    )


def _rate(band: TaxBand) -> str:
    return f"{band.category} {band.percent} %"


def credit_note_ubl(note: CreditNote) -> bytes:
    """UBL 2.1 CreditNote, valid by its schema. Whoever corrects a note has the same lines with negative quantities and amounts.

    The buyer is the buyer of the order: a document that is kept for years names no customer.
    """
    ET.register_namespace("", ROOT)
    ET.register_namespace("cac", CAC)
    ET.register_namespace("cbc", CBC)
    root = ET.Element(f"{{{ROOT}}}CreditNote")
    _texts(root, UBLVersionID="2.1", **({"CustomizationID": EN_16931} if _keeps_en_16931(note) else {}))
    _texts(root, ID=note.number, IssueDate=note.issued_on.isoformat(), CreditNoteTypeCode=CREDIT_NOTE)
    _texts(root, DocumentCurrencyCode=note.base.currency)
    _texts(_part(root, "OrderReference"), ID=note.base.order_id)
    if note.corrects or note.base.invoice_number:
        reference = _part(root, "BillingReference")
        if note.base.invoice_number:
            _texts(_part(reference, "InvoiceDocumentReference"), ID=note.base.invoice_number)
        if note.corrects:
            _texts(_part(reference, "CreditNoteDocumentReference"), ID=note.corrects)
    seller = note.base.seller
    _party(_part(root, "AccountingSupplierParty"), seller.name, seller.country, seller.tax_id)
    _party(_part(root, "AccountingCustomerParty"), f"Buyer of order {note.base.order_id}", note.base.buyer_country)
    total = _part(root, "TaxTotal")
    _amount(total, "TaxAmount", note, note.tax)
    for split in note.splits:
        part = _part(total, "TaxSubtotal")
        _amount(part, "TaxableAmount", note, split.net)
        _amount(part, "TaxAmount", note, split.tax)
        _category(_part(part, "TaxCategory"), split)
    sums = _part(root, "LegalMonetaryTotal")
    for name, minor in (
        ("LineExtensionAmount", note.gross - note.tax),
        ("TaxExclusiveAmount", note.gross - note.tax),
        ("TaxInclusiveAmount", note.gross),
        ("PayableAmount", note.gross),
    ):
        _amount(sums, name, note, minor)
    for number, line in enumerate(note.lines, start=1):
        _line(_part(root, "CreditNoteLine"), note, line, number)
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _keeps_en_16931(note: CreditNote) -> bool:
    """Its rules ask for the seller's VAT number with its country before it, two decimals at most, and for other categories than S and Z for
    what no merchant's system tells us.
    """
    seller = note.base.seller
    is_vat = (seller.tax_id or "").startswith("EL" if seller.country == "GR" else seller.country)
    return is_vat and decimals(note.base.currency) <= USUAL and {line.category for line in note.lines} <= {"S", "Z"}


def _line(part: ET.Element, note: CreditNote, line: CreditedLine, number: int) -> None:
    """What is credited is a price, not pieces: the quantity is one."""
    net = line.gross - line.tax
    _texts(part, ID=str(number))
    ET.SubElement(part, f"{{{CBC}}}CreditedQuantity", unitCode="C62").text = "-1" if line.gross < 0 else "1"
    _amount(part, "LineExtensionAmount", note, net)
    item = _part(part, "Item")
    _texts(item, Name=FREIGHT.en if line.line_id is None else line.title)
    _category(_part(item, "ClassifiedTaxCategory"), line)
    _amount(_part(part, "Price"), "PriceAmount", note, abs(net))


def _party(part: ET.Element, name: str, country: str, tax_id: str | None = None) -> None:
    party = _part(part, "Party")
    _texts(_part(_part(party, "PostalAddress"), "Country"), IdentificationCode=country)
    if tax_id:
        scheme = _part(party, "PartyTaxScheme")
        _texts(scheme, CompanyID=tax_id)
        _texts(_part(scheme, "TaxScheme"), ID="VAT")
    _texts(_part(party, "PartyLegalEntity"), RegistrationName=name)


def _category(part: ET.Element, band: TaxBand) -> None:
    _texts(part, ID=band.category, Percent=band.percent)
    _texts(_part(part, "TaxScheme"), ID="VAT")


def _part(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{CAC}}}{name}")


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, f"{{{CBC}}}{name}").text = "".join(_allowed(text))


def _allowed(text: str) -> Iterator[str]:
    """What XML 1.0 has no way to write is left out."""
    return (sign for sign in text if sign >= " " and sign not in "\ufffe\uffff" and not "\ud800" <= sign <= "\udfff")


def _amount(parent: ET.Element, name: str, note: CreditNote, minor: int) -> None:
    currency = note.base.currency
    ET.SubElement(parent, f"{{{CBC}}}{name}", currencyID=currency).text = in_units(minor, currency)
