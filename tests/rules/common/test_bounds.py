"""Nothing that a workflow carries grows without bound: a new collection or text is named in `tests/support/bounds.py`, with what bounds it."""

from models.case.state import CaseState
from models.claims.state import ClaimState
from models.common.base import Frozen
from models.reconciliation.difference import ReconcileStart
from models.replacements.state import ReplacementState
from models.returns.state import ReturnState
from tests.support.bounds import BOUNDS, unbounded

STATES = (CaseState, ClaimState, ReturnState, ReplacementState, ReconcileStart)


def test_every_collection_and_text_of_a_state_has_a_bound() -> None:
    assert unbounded(*STATES) - BOUNDS.keys() == set(), "say in tests/support/bounds.py what bounds it"


def test_no_bound_is_named_for_what_is_not_there() -> None:
    assert BOUNDS.keys() - unbounded(*STATES) == set()


def test_a_new_collection_and_a_new_text_are_found() -> None:
    class Inner(Frozen):
        words: str
        code: int

    class State(Frozen):
        inner: tuple[Inner, ...] = ()

    assert unbounded(State) == {"State.inner", "Inner.words"}
