"""What of a refund is tax (RES-15): by line, exact to the minor unit, and over all refunds of an order never more than the order's. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from models.tax.credit_note import CreditedLine, CreditNote, TaxBase, TaxedLine
from rules.common.amounts import apportioned


def split_refund(
    base: TaxBase, notes: Iterable[CreditNote], minor: int, about: Collection[str], kept: int = 0
) -> tuple[CreditedLine, ...] | None:
    """The refund's part of each line, with the tax in it; None: it is more than the order has left by its notes.

    The lines that it is `about` come first, then the freight, then the others; without any, all of them share it as they were paid.
    What was `kept` of the price of goods that came back (RES-13) stays on the lines that it is about, as their price, and never on the freight
    that goes back with them: the taxable amount is what the customer pays in the end (Directive 2006/112/EC, art. 90 (1)).
    A line's tax is the share of what is left of it, so that the last refund of a line takes the rest, to the minor unit.
    """
    gross, tax = _left(base, notes)
    shares: Counter[int] = Counter()
    of_goods = [line.line_id for line in base.lines if line.line_id is not None]
    tiers = list(_tiers(base.lines, about or (of_goods if kept else ())))
    for tier, keeps in [*((tier, 0 if number else kept) for number, tier in enumerate(tiers)), (tiers[0], 0)]:
        left = {str(place): gross[place] - shares[place] for place in tier if gross[place] > shares[place]}
        part = min(minor - shares.total(), sum(left.values()) - keeps)
        if part > 0:
            shares.update({int(place): share for place, share in apportioned(part, left).items()})
    if shares.total() != minor:
        return None
    return tuple(
        _credited(base.lines[place], share, gross[place], tax[place]) for place, share in sorted(shares.items()) if share
    )


def taken_back(note: CreditNote) -> tuple[CreditedLine, ...]:
    """The lines of the document that corrects it."""
    return tuple(line.model_copy(update={"gross": -line.gross, "tax": -line.tax}) for line in note.lines)


def _left(base: TaxBase, notes: Iterable[CreditNote]) -> tuple[list[int], list[int]]:
    """Minor units of each line, and of its tax, that no note has credited."""
    gross, tax = [line.paid for line in base.lines], [line.tax for line in base.lines]
    places = {line.line_id: place for place, line in enumerate(base.lines)}
    for note in notes:
        for line in note.lines:
            gross[places[line.line_id]] -= line.gross
            tax[places[line.line_id]] -= line.tax
    return gross, tax


def _tiers(lines: Sequence[TaxedLine], about: Collection[str]) -> Iterator[list[int]]:
    ranks = [1 if line.line_id is None else 0 if line.line_id in about else 2 for line in lines]
    if 0 not in ranks:
        yield list(range(len(lines)))
        return
    for rank in (0, 1, 2):
        yield [place for place, its in enumerate(ranks) if its == rank]


def _credited(line: TaxedLine, share: int, gross: int, tax: int) -> CreditedLine:
    """Half a minor unit is rounded up."""
    return CreditedLine(
        line_id=line.line_id,
        title=line.title,
        category=line.category,
        basis_points=line.basis_points,
        gross=share,
        tax=(2 * tax * share + gross) // (2 * gross),
    )
