"""What our books hold about an order and its customer, as it was read (RES-1); what follows from it: `rules/money/goods.py`."""

from dataclasses import dataclass

from models.case.state import CaseState
from models.common.base import Money
from models.common.lines import LineQuantity
from models.money.ledger import EntryKind


@dataclass(frozen=True)
class Moved:
    """One posting of the order's ledger by one of its cases."""

    kind: EntryKind
    account: str
    minor: int
    part: str = ""
    """The key of the refund's part that it is about, where it is about one."""


@dataclass(frozen=True)
class Given:
    """One part of a refund to the customer that did not fail."""

    case_id: str
    amount: Money


@dataclass(frozen=True)
class Recalled:
    """Of every case but the asking one."""

    taken: tuple[LineQuantity, ...]
    moved: tuple[Moved, ...]
    of_order: tuple[CaseState, ...]
    cases_of_customer: int
    """Opened lately; some may be of the order too."""
    found_against_customer: int
    """Of these."""
    given: tuple[Given, ...]
    """Lately."""
