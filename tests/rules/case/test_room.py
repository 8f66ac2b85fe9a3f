"""What a case, and a claim, hold: whoever goes beyond is told so before anything changes, in both languages, with what to do next."""

from datetime import timedelta

import pytest

from models.case.action_bodies import (
    Accept,
    AddWords,
    Arbitrate,
    Ask,
    Confirm,
    Dispute,
    Propose,
    Reopen,
    Withdraw,
)
from models.case.actions import Act
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Body, Money
from models.common.errors import Fault
from models.common.partners import Scan
from models.common.vocabulary import ClockName, ErrorType, RemedyKind, Tier, WaitingOn
from models.investigation.clocks import Clock
from models.investigation.findings import Saying
from models.remedies.offers import OptionOffer, RemedyOffer
from models.remedies.remedy import Proposal, Remedy
from rules.case.room import (
    BEGINNINGS,
    PARTNERS,
    PROPOSALS,
    REMEDIES,
    REQUESTS,
    SAYINGS,
    SCANS,
    newest_scans,
    no_room,
    within_bounds,
)
from rules.common.room import ACTION, HISTORY, HISTORY_OF_SUPERVISORS, MIB, STATE, long_history, too_long
from tests.rules.case.test_texts import asked
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.cases import NOW, case
from tests.support.builders.orders import order, parcel

APOLOGY = RemedyOffer(kind=RemedyKind.APOLOGY, words="sorry")
OFFER = Propose(options=(OptionOffer(remedies=(APOLOGY,), why="ours"),))
RULING = Arbitrate(remedies=(APOLOGY,), reason="so it is")
SAYING = Saying(at=NOW, by=CUSTOMER, words="hello")
CLOCK = Clock(name=ClockName.PLAN, calendar="always", target=timedelta(hours=1), started_at=NOW, held_by=Tier.PLATFORM)
PROPOSAL = Proposal(id="p1", round=1, by=AGENT, at=NOW, options=(), amount=Money(minor=1), lapsed=True)
REMEDY = Remedy(id="m1", kind=RemedyKind.APOLOGY)
WORDS, QUESTION = AddWords(words="more"), Ask(of=WaitingOn.MERCHANT, question="why")


def refusal(state: CaseState, by: Actor, body: Body) -> Fault | None:
    return no_room(state, Act[Body](actor=by, request_id="r", body=body))


@pytest.mark.parametrize(
    ("by", "body", "field", "item", "most"),
    [
        (CUSTOMER, WORDS, "sayings", SAYING, SAYINGS),
        (AGENT, QUESTION, "requests", asked(1), REQUESTS),
        (AGENT, OFFER, "proposals", PROPOSAL, PROPOSALS),
        (AGENT, OFFER, "remedies", REMEDY, REMEDIES),
        (SUPERVISOR, RULING, "remedies", REMEDY, REMEDIES),
        (CUSTOMER, Dispute(reason="no"), "clocks", CLOCK, 3 * BEGINNINGS),
        (CUSTOMER, Reopen(reason="again"), "clocks", CLOCK, 3 * BEGINNINGS),
    ],
)
def test_a_full_collection_takes_no_more_and_says_so(by: Actor, body: Body, field: str, item: object, most: int) -> None:
    if field == "requests":
        item = asked(1).model_copy(update={"question": asked(1).question.model_copy(update={"zh": "", "en": ""})})
    assert refusal(case(**{field: (item,) * (most - 1)}), by, body) is None
    fault = refusal(case(**{field: (item,) * most}), by, body)
    assert fault is not None
    assert (fault.type, fault.rule) == (ErrorType.NOT_ALLOWED_NOW, "size")
    assert "; " in fault.detail
    assert fault.detail_zh is not None
    assert "；" in fault.detail_zh


def test_nobody_silences_another_by_talking() -> None:
    assert refusal(case(sayings=(SAYING,) * SAYINGS), MERCHANT, WORDS) is None


def test_a_ruling_without_remedies_closes_a_case_that_is_full_of_them() -> None:
    assert refusal(case(remedies=(REMEDY,) * REMEDIES), SUPERVISOR, Arbitrate(reason="enough")) is None


def test_a_supervisor_has_room_when_nobody_else_has_any() -> None:
    full = case(sayings=(SAYING.model_copy(update={"words": "x" * STATE}),))
    for by in (CUSTOMER, MERCHANT, AGENT):
        assert refusal(full, by, QUESTION) is not None
    assert refusal(full, SUPERVISOR, QUESTION) is None


@pytest.mark.parametrize("body", [Accept(), Confirm(), Withdraw()])
def test_what_leads_on_is_possible_however_full_a_case_is(body: Body) -> None:
    full = case(sayings=(SAYING.model_copy(update={"words": "x" * 2 * STATE}),))
    assert refusal(full, CUSTOMER, body) is None


def test_one_action_is_no_longer_than_is_taken_in_at_once() -> None:
    words = {"remedies": (APOLOGY,), "why": "因" * 8000}
    long = Propose.model_validate({"options": [words] * 5})
    fault = too_long(Act[Body](actor=AGENT, request_id="r", body=long))
    assert fault is not None
    assert (fault.type, fault.field) == (ErrorType.INVALID, "body")
    longest = AddWords(words="\U0001f600" * 8000)
    assert too_long(Act[Body](actor=AGENT, request_id="r", body=longest)) is None


def test_a_history_that_cannot_begin_afresh_waits_and_supervisors_last() -> None:
    def waits(by: Actor, history: int) -> bool:
        return long_history(Act[Body](actor=by, request_id="r", body=WORDS), history) is not None

    assert not waits(CUSTOMER, HISTORY)
    assert waits(CUSTOMER, HISTORY + 1)
    assert not waits(SUPERVISOR, HISTORY + 1)
    assert waits(SUPERVISOR, HISTORY_OF_SUPERVISORS + 1)
    assert HISTORY_OF_SUPERVISORS < 50 * MIB


def test_the_newest_scans_of_a_parcel_are_carried() -> None:
    scans = tuple(Scan(at=NOW + timedelta(minutes=number), place="hub", status="moving") for number in range(SCANS * 2))
    for told in (scans, scans[::-1]):
        kept = newest_scans(parcel(scans=told)).scans
        assert sorted(kept, key=lambda scan: scan.at) == list(scans[SCANS:])
    assert newest_scans(parcel(scans=scans[:SCANS])).scans == scans[:SCANS]


def test_what_partners_tell_has_a_bound() -> None:
    assert within_bounds(order(), (parcel(),), ())
    assert not within_bounds(order(), (parcel(),) * (PARTNERS // 100), ())
    assert ACTION < PARTNERS
