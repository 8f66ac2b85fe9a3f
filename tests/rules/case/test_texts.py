"""What a case goes on carrying of its words, and that nothing that the rules look at is lost with the rest."""

from datetime import timedelta

from models.case.state import CaseState
from models.common.actors import EvidenceRef
from models.common.base import Bilingual, Money
from models.common.vocabulary import Party, WaitingOn
from models.investigation.decisions import Appeal
from models.investigation.findings import InformationRequest, Saying
from models.remedies.remedy import Proposal
from rules.case.sayings import saying_view
from rules.case.texts import KEPT, old_enough, put_away
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT
from tests.support.builders.cases import NOW, case

LONG = "很长的话" * 2000
PHOTO = EvidenceRef(sha256="a" * 64, media_type="image/jpeg", size=1, name="photo.jpg")


def said(number: int, words: str = LONG, **change: object) -> Saying:
    return Saying(at=NOW + timedelta(minutes=number), by=CUSTOMER, words=words).model_copy(update=change)


def asked(number: int, **change: object) -> InformationRequest:
    at = NOW + timedelta(minutes=number)
    base = InformationRequest(
        id=f"q{number}",
        of=WaitingOn.MERCHANT,
        recipient=MERCHANT.id,
        question=Bilingual(zh=LONG, en=LONG),
        asked_at=at,
        remind_at=at,
        due=at,
        by=AGENT,
    )
    return base.model_copy(update=change)


def proposed(number: int, **change: object) -> Proposal:
    base = Proposal(id=f"p{number}", round=number, by=AGENT, at=NOW, options=(), amount=Money(minor=1), refused=LONG)
    return base.model_copy(update=change)


def carried(**change: object) -> CaseState:
    """A case after it was saved."""
    state = case(**change)
    put_away(state, old_enough(state))
    return state


def test_the_newest_words_stay_whole_and_older_ones_stay_in_short() -> None:
    state = carried(sayings=tuple(said(number) for number in range(5)))
    assert [len(saying.words) for saying in state.sayings] == [41, 41, 41, 41, 8000]
    assert state.put_away == {"sayings": 4}


def test_little_is_carried_whole() -> None:
    state = carried(sayings=tuple(said(number, "short") for number in range(20)))
    assert all(saying.words == "short" for saying in state.sayings)
    assert not state.put_away


def test_what_was_put_away_once_is_not_put_away_again() -> None:
    state = carried(sayings=tuple(said(number) for number in range(3)))
    before = state.sayings
    assert old_enough(state) == {"sayings": 2}
    put_away(state, old_enough(state))
    assert state.sayings == before


def test_evidence_stays_with_the_first_words_that_it_came_with() -> None:
    state = carried(sayings=tuple(said(number, evidence=(PHOTO,)) for number in range(4)))
    assert [len(saying.evidence) for saying in state.sayings] == [1, 0, 0, 0]
    assert state.evidence == {PHOTO.sha256}


def test_a_question_that_is_open_stays_whole_and_so_does_what_comes_after_it() -> None:
    answer = said(3, by=MERCHANT)
    requests = (asked(1, answer=answer), asked(2), asked(3, silent=True), asked(4, silent=True))
    state = carried(requests=requests)
    assert state.put_away == {"requests": 1}
    assert state.requests[1:] == requests[1:]
    short = state.requests[0]
    assert len(short.question.zh) == len(short.question.en) == 41
    assert short.answer is not None
    assert not short.open
    assert (short.answer.at, len(short.answer.words)) == (answer.at, 41)


def test_a_private_answer_and_an_appeal_stay_private_in_short() -> None:
    answer = said(1, by=MERCHANT.model_copy(update={"teams": ("a",)}))
    words = said(2, by=MERCHANT)
    appeal = Appeal(by=MERCHANT, at=words.at, words=words.words, evidence=(), against=Party.MERCHANT, due=NOW)
    state = carried(requests=(asked(1, answer=answer), asked(2)), sayings=(answer, words, said(3)), appeal=appeal)
    assert state.put_away["sayings"] == 2
    assert [saying_view(state, saying).private for saying in state.sayings] == [True, True, False]


def test_the_proposal_on_the_table_stays_whole_and_so_do_the_rounds_before_it() -> None:
    state = carried(proposals=(*(proposed(number, until=NOW) for number in range(1, 4)), proposed(4, refused=None)))
    assert state.standing_proposal is not None
    assert [proposal.was_round for proposal in state.proposals] == [True, True, True, False]
    assert state.put_away == {"proposals": 3}


def test_a_thousand_long_words_do_not_make_a_case_grow() -> None:
    state = case()
    for number in range(1000):
        state.sayings = (*state.sayings, said(number))
        put_away(state, old_enough(state))
    whole = [saying for saying in state.sayings if len(saying.words) == len(LONG)]
    assert sum(len(saying.words.encode()) for saying in whole) <= max(KEPT, len(LONG.encode()))
