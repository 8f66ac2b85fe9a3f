"""A credit note (RES-15): made once, never changed. It names no customer: a tax document outlives the case that it comes from."""

import hashlib
from collections import Counter
from datetime import date
from decimal import Decimal

from models.common.base import Frozen, Identifier, Instant
from models.common.readers import Everybody
from models.common.tax import Seller


class TaxBand(Frozen):
    """Tax of one kind: its category by UNCL5305, its rate in hundredths of a percent."""

    category: Everybody[str]
    basis_points: Everybody[int]

    @property
    def percent(self) -> str:
        """The rate as people write it: 13.00."""
        return f"{Decimal(self.basis_points).scaleb(-2):f}"


class TaxedLine(TaxBand):
    """A line of the order as it was paid, in minor units, tax included."""

    line_id: Identifier | None
    """None: the freight."""
    title: str
    quantity: int
    paid: int
    tax: int


class TaxBase(Frozen):
    """What of an order is taxed, as its first credit note has it: those that follow go on from there, so that all of them sum to the order's tax."""

    order_id: Identifier
    merchant_id: Identifier
    currency: str
    seller: Seller
    buyer_country: str
    zone: str
    invoice_number: str | None
    lines: tuple[TaxedLine, ...]


class CreditedLine(TaxBand):
    """What went back of a line, in minor units, tax included; less than 0 where a refund came back."""

    line_id: Everybody[str | None]
    """Null: the freight."""
    title: Everybody[str]
    gross: Everybody[int]
    tax: Everybody[int]


class TaxSplit(TaxBand):
    """The sums of one rate, in minor units."""

    net: Everybody[int]
    tax: Everybody[int]


class CreditNoteRef(Frozen):
    """As a case hears of it."""

    note_id: Identifier
    number: str
    corrects: str | None
    remedy_id: Identifier | None
    gross_minor: int
    tax_minor: int
    currency: str
    url: str
    """Where its customer finds it without a token."""


class CreditNote(Frozen):
    """The document. `corrects`: the number of the note that it takes back, since the refund came back."""

    note_id: Identifier
    number: str
    year: int
    sequence: int
    issued_at: Instant
    issued_on: date
    """In the seller's zone."""
    remedy_id: Identifier | None
    base: TaxBase
    lines: tuple[CreditedLine, ...]
    corrects: str | None = None

    @staticmethod
    def id_of(entry: str) -> str:
        """By the ledger's entry that it is made for: the same one is made once."""
        return f"CN-{hashlib.sha256(entry.encode()).hexdigest()[:16].upper()}"

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines)

    @property
    def splits(self) -> tuple[TaxSplit, ...]:
        """By rate: their sums are the note's."""
        net: Counter[tuple[str, int]] = Counter()
        tax: Counter[tuple[str, int]] = Counter()
        for line in self.lines:
            band = (line.category, line.basis_points)
            net[band] += line.gross - line.tax
            tax[band] += line.tax
        return tuple(TaxSplit(category=band[0], basis_points=band[1], net=net[band], tax=tax[band]) for band in sorted(net))

    def ref(self, url: str) -> CreditNoteRef:
        return CreditNoteRef(
            note_id=self.note_id,
            number=self.number,
            corrects=self.corrects,
            remedy_id=self.remedy_id,
            gross_minor=self.gross,
            tax_minor=self.tax,
            currency=self.base.currency,
            url=url,
        )
