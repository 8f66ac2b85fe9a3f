"""Parts of a taxed order sum to it, by every rate, in whatever refunds it goes back (RES-15)."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from models.tax.credit_note import CreditedLine, CreditNote, TaxBase
from rules.tax.base import base_of, faults, is_taxed
from rules.tax.split import split_refund, taken_back
from tests.support.builders.orders import line, order
from tests.support.builders.taxed import tax, taxed_order

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def note(base: TaxBase, lines: tuple[CreditedLine, ...], number: int) -> CreditNote:
    return CreditNote(
        note_id=f"CN-{number}",
        number=f"M-1-2026-{number:06}",
        year=2026,
        sequence=number,
        issued_at=NOW,
        issued_on=date(2026, 5, 1),
        remedy_id=None,
        base=base,
        lines=lines,
    )


LINES = st.lists(st.tuples(st.integers(1, 40_000), st.sampled_from((0, 300, 600, 900, 1300, 1900))), min_size=1, max_size=4)


@given(LINES, st.integers(0, 3_000), st.data())
def test_refunds_of_any_size_and_some_that_come_back_sum_to_the_orders_tax_to_the_last_minor_unit(
    lines: list[tuple[int, int]], freight: int, data: st.DataObject
) -> None:
    bought = taxed_order("O-1", *lines, freight=freight)
    assert faults(bought) == ()
    base = base_of(bought, "UTC")
    notes: list[CreditNote] = []
    left = bought.total.minor
    while left:
        minor = data.draw(st.integers(1, left)) if len(notes) < 8 else left
        about = data.draw(st.sets(st.sampled_from([one.line_id for one in bought.lines]), max_size=2))
        split = split_refund(base, notes, minor, about)
        assert split is not None
        made = note(base, split, len(notes) + 1)
        assert made.gross == minor
        assert all(0 <= one.tax <= one.gross for one in made.lines)
        assert sum(band.net + band.tax for band in made.splits) == minor
        notes.append(made)
        if len(notes) < 6 and data.draw(st.booleans()):
            notes.append(note(base, taken_back(made), len(notes) + 1))
        else:
            left -= minor
    assert split_refund(base, notes, 1, ()) is None
    for place, one in enumerate(base.lines):
        gone = [credit for made in notes for credit in made.lines if credit.line_id == one.line_id]
        assert sum(credit.gross for credit in gone) == one.paid, place
        assert sum(credit.tax for credit in gone) == one.tax, place


def test_the_lines_that_a_refund_is_about_come_first_then_the_freight() -> None:
    base = base_of(taxed_order("O-1", (1_000, 1300), (1_000, 600), freight=500), "UTC")
    split = split_refund(base, (), 1_700, {"L2"})
    assert split is not None
    assert [(one.line_id, one.gross) for one in split] == [("L1", 200), ("L2", 1_000), (None, 500)]


def test_what_is_kept_of_goods_stays_on_their_lines_and_the_freight_goes_back_whole() -> None:
    base = base_of(taxed_order("O-1", (10_000, 1300), freight=1_000), "UTC")
    for about in ((), ("L1",)):
        split = split_refund(base, (), 9_500, about, kept=1_500)
        assert split is not None
        assert [(one.line_id, one.gross) for one in split] == [("L1", 8_500), (None, 1_000)]
        assert [one.tax for one in split] == [978, 57]
    later = split_refund(base, [note(base, split, 1)], 1_500, ("L1",), kept=1_500)  # it is given back after all
    assert later is not None
    assert [(one.line_id, one.gross, one.tax) for one in later] == [("L1", 1_500, base.lines[0].tax - 978)]


@given(LINES, st.integers(0, 3_000), st.floats(0, 1))
def test_the_tax_of_what_goes_back_and_of_what_is_kept_is_the_orders(
    lines: list[tuple[int, int]], freight: int, part: float
) -> None:
    bought = taxed_order("O-1", *lines, freight=freight)
    base = base_of(bought, "UTC")
    kept = int((bought.total.minor - freight) * part)
    refund = bought.total.minor - kept
    split = split_refund(base, (), refund, (), kept)
    assert split is not None
    assert sum(one.gross for one in split) == refund
    assert sum(one.gross for one in split if one.line_id is None) == freight
    rest = split_refund(base, [note(base, split, 1)], kept, ()) if kept else ()
    assert rest is not None
    assert sum(one.tax for one in (*split, *rest)) == sum(one.tax for one in base.lines)


def test_an_order_of_an_older_merchant_has_none() -> None:
    assert not is_taxed(order())


def test_each_thing_that_does_not_add_up_is_named_by_line_and_rule() -> None:
    good = taxed_order()
    (one,) = good.lines
    for change, said in (
        ({"lines": (one, line("L2", minor=100))}, "L2: every line tells its tax, or none does"),
        ({"lines": (one.model_copy(update={"tax": tax(20_000)}),)}, "L1: amount is the rate's part of what was paid"),
        ({"lines": (one.model_copy(update={"tax": tax(12_900, category="Z")}),)}, "L1: category Z has no tax"),
        ({"lines": (one.model_copy(update={"tax": tax(12_900, category="Q")}),)}, "L1: category is one of"),
        ({"total": good.total.model_copy(update={"minor": 12_901})}, "order: lines and freight sum to the total"),
    ):
        assert any(fault.startswith(said) for fault in faults(good.model_copy(update=change))), said
