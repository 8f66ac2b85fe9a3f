"""Which cases may be merged (WRK-7), and what comes along."""

from datetime import timedelta

import pytest

from models.case.actions import Action
from models.case.merging import Absorbed, Merged
from models.case.receipt import Wanted
from models.case.state import CaseState
from models.common.base import Bilingual
from models.common.lines import LineQuantity
from models.common.vocabulary import ClockName, ErrorType, Kind, Outcome, RemedyKind, Role, Stage, Tier, WaitingOn
from models.investigation.clocks import Clock
from models.investigation.findings import InformationRequest, SaidElsewhere, Saying
from models.policy.policy import PolicySlice
from models.remedies.remedy import Remedy
from rules.case.merging import coming_of, lines_with, unfit_to_absorb, unfit_to_part, waited_longer, without_words_of
from rules.case.permissions import allowed_actions, forbidden
from rules.case.room import SAYINGS
from rules.case.sayings import is_there, saying_view
from rules.case.view import view_of
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.cases import NOW, case, receipt

MERGED = Merged(into="RD-1", by=AGENT, at=NOW, reason="one matter", stage=Stage.RESOLUTION, request_id="r9")
REFUND, EXCHANGE = Wanted(remedy=RemedyKind.REFUND_ONLY), Wanted(remedy=RemedyKind.EXCHANGE)
L1, L2 = LineQuantity(line_id="L1"), LineQuantity(line_id="L2")


def one(case_id: str = "RD-1", /, stage: Stage = Stage.RESOLUTION, **change: object) -> CaseState:
    of_receipt = {name: change.pop(name) for name in ("customer_id", "order_id", "wanted", "lines") if name in change}
    taken = receipt(case_id, **of_receipt)
    return case(stage=stage, receipt=taken, order_id=taken.order_id, **change)


def remedy(**change: object) -> Remedy:
    return Remedy(id="m1", kind=RemedyKind.APOLOGY, words="sorry").model_copy(update=change)


def clock(used: float, **change: object) -> Clock:
    hours = timedelta(hours=used)
    return Clock(
        name=ClockName.PLAN, calendar="always", target=timedelta(hours=48), started_at=NOW, used=hours, held_by=Tier.PLATFORM
    ).model_copy(update=change)


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (one(), True),
        (one(remedies=(remedy(undone="no_stock"),)), True),
        (one(stage=Stage.RECEIPT), True),
        (one(settled=True), False),
        (one(remedies=(remedy(),)), False),
        (one(remedies=(remedy(done_at=NOW),)), False),
        (one(stage=Stage.FOLLOW_UP), False),
        (one(stage=Stage.CLOSED), False),
        (one(outcome=Outcome.WITHDRAWN), False),
        (one(next_stage=Stage.ARCHIVAL), False),
    ],
)
def test_a_case_is_merged_until_something_is_given_or_decided(state: CaseState, may: bool) -> None:
    assert (Action.MERGE in allowed_actions(state, AGENT)) is may
    assert Action.MERGE not in allowed_actions(state, MERCHANT)


FULL = tuple(Saying(at=NOW, by=CUSTOMER, words="x") for _ in range(SAYINGS))


@pytest.mark.parametrize(
    ("here", "coming", "type_"),
    [
        (one(), one("RD-2"), None),
        (one(), one("RD-2", order_id=None), None),
        (one(wanted=REFUND), one("RD-2", wanted=REFUND, kind=Kind.COMPLAINT), None),
        (one(settled=True), one("RD-2"), None),
        (one(), one(), ErrorType.INVALID),
        (one(customer_id="C-2"), one("RD-2"), ErrorType.INVALID),
        (one(order_id="O-2"), one("RD-2"), ErrorType.INVALID),
        (one(order_id=None), one("RD-2"), ErrorType.INVALID),
        (one(wanted=REFUND), one("RD-2", wanted=EXCHANGE), ErrorType.INVALID),
        (one(stage=Stage.FOLLOW_UP), one("RD-2"), ErrorType.NOT_ALLOWED_NOW),
        (one(next_stage=Stage.ARCHIVAL), one("RD-2"), ErrorType.NOT_ALLOWED_NOW),
        (one(merged=MERGED), one("RD-2"), ErrorType.NOT_ALLOWED_NOW),
        (one(settled=True, lines=(L1,)), one("RD-2", lines=(L2,)), ErrorType.NOT_ALLOWED_NOW),
        (one(settled=True), one("RD-2", wanted=REFUND), ErrorType.NOT_ALLOWED_NOW),
        (one(sayings=FULL), one("RD-2"), ErrorType.NOT_ALLOWED_NOW),
    ],
)
def test_two_are_merged_when_they_are_one_matter_and_nothing_of_it_gets_lost(
    policy: PolicySlice, here: CaseState, coming: CaseState, type_: ErrorType | None
) -> None:
    fault = unfit_to_absorb(here, policy, coming_of(coming, MERGED, policy, NOW))
    assert (fault and fault.type) == type_
    assert fault is None or (fault.rule, fault.field, bool(fault.detail_zh)) == ("WRK-7", "into", True)


def test_words_come_along_with_where_they_were_said_and_answers_stay_private(policy: PolicySlice) -> None:
    answer = Saying(at=NOW + timedelta(hours=1), by=MERCHANT, words="we packed it well")
    question = {"of": WaitingOn.MERCHANT, "recipient": MERCHANT.id, "question": Bilingual(zh="？", en="?"), "asked_at": NOW}
    asked = InformationRequest.model_validate(
        {"id": "q1", "remind_at": NOW, "due": NOW, "answer": answer, "by": AGENT, **question}
    )
    still_open = InformationRequest.model_validate({"id": "q2", "remind_at": NOW, "due": NOW, "by": AGENT, **question})
    coming = coming_of(one("RD-2", sayings=(answer,), requests=(asked, still_open)), MERGED, policy, NOW)
    assert [(one.words, one.by.role) for one in coming.sayings] == [
        ("The parcel came torn open.", Role.CUSTOMER),
        ("we packed it well", Role.MERCHANT),
    ]
    assert [question.id for question in coming.questions] == ["q2"]
    absorbed = Absorbed(
        case_id="RD-2", by=AGENT, at=NOW, reason="one", kind=Kind.COMPLAINT, channel=coming.channel, issue=None, opened_at=NOW,
        handler=None, owner=None, lines=(),
    )  # fmt: skip
    here = one(sayings=coming.sayings, absorbed=(absorbed,))
    assert [one.words for one in view_of(here, policy, CUSTOMER, NOW).sayings] == ["The parcel came torn open."]
    told = view_of(here, policy, SUPERVISOR, NOW).sayings[-1]
    assert (told.case_id, told.private, told.asked_by) == ("RD-2", True, Role.AGENT)
    alone = here.model_copy(update={"absorbed": (), "sayings": without_words_of(here, absorbed)})
    assert view_of(alone, policy, SUPERVISOR, NOW).sayings == ()
    assert (len(alone.sayings), alone.evidence) == (2, frozenset())


def test_what_was_heard_here_for_a_question_asked_elsewhere_stays_here_when_that_leaves() -> None:
    heard = Saying(at=NOW, by=MERCHANT, words="late", elsewhere=SaidElsewhere(case_id="RD-1", private=True, asked_by=Role.AGENT))
    assert is_there(one(), heard)
    assert (saying_view(one(), heard).private, saying_view(one(), heard).case_id) == (True, None)


@pytest.mark.parametrize(
    ("own", "others", "lines"),
    [
        ((L1,), [(L2,)], {"L1": 1, "L2": 1}),
        ((L1,), [(LineQuantity(line_id="L1", quantity=3),)], {"L1": 3}),
        ((L1,), [()], {}),
        ((), [(L1,)], {}),
        ((L1,), [], {"L1": 1}),
    ],
)
def test_the_case_that_goes_on_is_about_the_lines_of_all(
    own: tuple[LineQuantity, ...], others: list[tuple[LineQuantity, ...]], lines: dict[str, int]
) -> None:
    absorbed = [
        Absorbed.model_construct(case_id=f"RD-{number}", lines=their, questions=()) for number, their in enumerate(others, 2)
    ]
    assert {line.line_id: line.quantity for line in lines_with(own, absorbed)} == lines


@pytest.mark.parametrize(
    ("here", "there", "hours"),
    [
        (clock(2), clock(5), 3),
        (clock(5), clock(2), 0),
        (clock(2), clock(60, missed_at=NOW), 0),
        (clock(2, missed_at=NOW), clock(5), 0),
        (clock(2, stopped_at=NOW), clock(5), 0),
        (clock(2), clock(5, calendar="another"), 0),
        (clock(2), clock(5, name=ClockName.RESOLUTION), 0),
    ],
)
def test_the_longer_wait_for_the_same_promise_counts_and_a_broken_one_is_not_broken_twice(
    here: Clock, there: Clock, hours: float
) -> None:
    assert waited_longer(here, (there,)) == timedelta(hours=hours)


def test_whoever_acts_on_a_merged_case_is_told_where_it_went() -> None:
    state = one("RD-2", stage=Stage.CLOSED, merged=MERGED.model_copy(update={"done": True}))
    said = forbidden(state, CUSTOMER, Action.REOPEN)
    assert said is not None
    assert (said.type, said.merged_into, "RD-1" in said.detail, "RD-1" in str(said.detail_zh)) == (
        ErrorType.MERGED, "RD-1", True, True,
    )  # fmt: skip
    assert allowed_actions(state, CUSTOMER) == ()
    pending = forbidden(one("RD-2", merged=MERGED), CUSTOMER, Action.ADD_WORDS)
    assert pending is not None
    assert (pending.type, pending.merged_into) == (ErrorType.NOT_YET, None)
    assert unfit_to_part(state) is not None
