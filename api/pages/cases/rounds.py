"""The rounds of a negotiation beside one another (RES-2): what each offered, and where it differs from the one before."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from models.case.views import ProposalView
from models.common.base import Money
from models.common.vocabulary import Locale
from models.remedies.offers import Option, RemedyOffer
from rules.common.format import duration_in, money_in

Name = Callable[[str], str]
Said = tuple[str, ...]


class Cell(NamedTuple):
    """What a round says of one thing, in lines. `new`: not what the round before said."""

    lines: Said
    new: bool


class Row(NamedTuple):
    """One thing in every round; `text`: its name in texts."""

    text: str
    cells: Sequence[Cell]


def rounds_of(proposals: Sequence[ProposalView], locale: Locale, name: Name) -> Sequence[Row]:
    """A column for each proposal, the oldest first; things that no round says anything of are left out."""
    said = [dict(_said(proposal, locale, name)) for proposal in proposals]
    rows = [
        Row(
            text,
            [Cell(own[text], bool(before) and own[text] != before[text]) for before, own in zip([{}, *said], said, strict=False)],
        )
        for text in (said[0] if said else ())
    ]
    return [row for row in rows if any(cell.lines for cell in row.cells)]


def _said(proposal: ProposalView, locale: Locale, name: Name) -> Iterator[tuple[str, Said]]:
    most = max((len(proposal.options), 1))
    yield "case.round_by", (name(proposal.by),)
    yield (
        "case.round_offers",
        tuple(
            line
            for number, option in enumerate(proposal.options, 1)
            for line in _option(number if most > 1 else 0, option, locale, name)
        ),
    )
    yield "case.round_amount", (_money(proposal.amount, locale),)
    yield "case.round_freight", tuple(dict.fromkeys(filter(None, (_freight(one, locale, name) for one in proposal.options))))
    yield "case.restocking", tuple(_money(_kept(one), locale) for one in proposal.options if _kept(one))
    yield "case.round_within", tuple(dict.fromkeys(duration_in(one.within, locale) for one in proposal.options if one.within))
    yield "case.round_silence", (name(f"silence_{proposal.if_silent}"),)
    yield "case.round_state", (name(f"proposal_{proposal.state}"),)
    counter = tuple(
        filter(None, (_money(proposal.counter_amount, locale), proposal.counter_remedy and name(proposal.counter_remedy)))
    )
    yield "case.round_counter", counter
    yield "case.round_words", tuple(words for words in (proposal.refused, proposal.declined) if words)


def _option(number: int, option: Option, locale: Locale, name: Name) -> Iterator[str]:
    before = f"{number}. " if number else ""
    yield before + " + ".join(_remedy(one, locale, name) for one in option.remedies)
    yield option.why


def _freight(one: Option, locale: Locale, name: Name) -> str:
    most = f" (≤ {_money(one.freight_most, locale)})" if one.freight_most else ""
    return f"{name(one.freight)}{most}" if one.freight else ""


def _kept(one: Option) -> Money | None:
    return next((remedy.restocking for remedy in one.remedies if remedy.restocking and remedy.restocking.minor), None)


def _remedy(one: RemedyOffer, locale: Locale, name: Name) -> str:
    about = [f"{line.line_id} × {line.quantity}" for line in one.lines]
    about += [f"{item.line_id} → {item.sku or item.line_id} × {item.quantity}" for item in one.items]
    said = [name(one.kind), _money(one.amount, locale), *([f"({', '.join(about)})"] if about else [])]
    return " ".join(filter(None, said))


def _money(amount: Money | None, locale: Locale) -> str:
    return money_in(amount.minor, amount.currency, locale) if amount else ""
