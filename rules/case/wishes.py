"""Whether a second opening about the same line and issue says again what the first asked for, or asks for something else (REC-5, WRK-4)."""

from collections.abc import Iterable

from models.case.receipt import Receipt, Wanted
from models.case.state import CaseState
from models.common.vocabulary import Issue, Role
from models.policy.replies import RepliesPolicy
from models.remedies.order_change import ChangeKind
from rules.case.replies import changes_named


def same_wish(case: CaseState, again: Receipt, issue: Issue, policy: RepliesPolicy) -> bool:
    """Another kind of change, other goods or another remedy is another wish; another amount of the same remedy is not.

    A case that was opened without a wish takes one up until something is decided.
    """
    first, wanted = case.receipt.wanted, again.wanted
    said = (case.receipt.description, *(saying.words for saying in case.sayings if saying.by.role is Role.CUSTOMER))
    known = _changes(policy, issue, first, said)
    if known and _changes(policy, issue, wanted, (again.description,)) - known:
        return False
    if wanted is None:
        return True
    return takes_up_wish(case) if first is None else _what(first) == _what(wanted)


def takes_up_wish(case: CaseState) -> bool:
    """Whether the case has no wish yet, and nothing was decided or offered."""
    return case.receipt.wanted is None and not (case.settled or case.proposals or case.remedies)


def usual_place(receipt: Receipt, line: str, issue: Issue) -> str:
    """The key under which the table `openings` has the open case of an order line and issue."""
    who = "|".join(map(_part, (receipt.customer_id, str(receipt.order_id))))
    return f"{who}|{_part(line)}|{issue}"


def _part(identifier: str) -> str:
    """An id inside a key of several parts; most stay as they are."""
    return identifier.replace("%", "%25").replace("|", "%7C")


def _changes(policy: RepliesPolicy, issue: Issue, wanted: Wanted | None, words: Iterable[str]) -> frozenset[ChangeKind]:
    if wanted is not None and wanted.change is not None:
        return frozenset({wanted.change.kind})
    return frozenset[ChangeKind]().union(*(changes_named(policy, issue, text) for text in words))


def _what(wanted: Wanted) -> tuple[object, ...]:
    return wanted.remedy, wanted.items, wanted.change
