"""A credit note as callers see it (RES-15)."""

from datetime import date

from models.common.base import Instant
from models.common.readers import Everybody
from models.common.views import View
from models.tax.credit_note import CreditedLine, TaxSplit


class CreditNoteView(View):
    """Amounts in minor units of `currency`; less than 0 in a document that corrects another, since the refund came back."""

    note_id: Everybody[str]
    number: Everybody[str]
    """Without gaps by merchant and calendar year."""
    corrects: Everybody[str | None]
    """The number of the note that it takes back."""
    order_id: Everybody[str]
    case_id: Everybody[str | None]
    remedy_id: Everybody[str | None]
    issued_at: Everybody[Instant]
    issued_on: Everybody[date]
    """In the seller's zone."""
    seller: Everybody[str]
    seller_tax_id: Everybody[str | None]
    invoice_number: Everybody[str | None]
    currency: Everybody[str]
    gross_minor: Everybody[int]
    """Tax included: what went back to the customer."""
    tax_minor: Everybody[int]
    splits: Everybody[tuple[TaxSplit, ...]]
    lines: Everybody[tuple[CreditedLine, ...]]
    pdf: Everybody[str]
    """The address of the document."""
    ubl: Everybody[str]
    red_letter: Everybody[str | None]
    """The fields of China's red-letter e-invoice; null where there is none."""


class CreditNotePage(View):
    """`next`: the address of the page that follows."""

    credit_notes: Everybody[tuple[CreditNoteView, ...]]
    next: Everybody[str | None]
