"""Words and proposals may be taken back for some seconds, before anybody reads them (WRK-5)."""

from models.case.actions import Action
from models.common.vocabulary import ErrorType, Issue, WaitFor
from models.tables.presence import DraftRow
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service

OFFER = [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "ours"}]
WORDS = "We are at it."


async def planned(service: Service) -> Case:
    """Alice has it, and the customer waits for a plan."""
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    await case.act(AGENT, Action.TAKE)
    return case


async def draft_of(service: Service, case: Case, kind: str) -> DraftRow | None:
    async with service.database.reading() as session:
        return await session.get(DraftRow, (case.handle.id, AGENT.id, kind))


async def test_a_reply_that_is_taken_back_was_never_said_and_is_a_draft_again(service: Service) -> None:
    case = await planned(service)
    held = (await case.act(AGENT, Action.REPLY, words=WORDS, solves=False, undoable=True)).held
    assert held is not None
    assert (held.action, held.by, held.body["words"]) == (Action.REPLY, AGENT, WORDS)
    customers = await case.seen_by(CUSTOMER)
    assert (customers.held, [saying.words for saying in customers.sayings]) == (None, [])
    view = await case.act(AGENT, Action.UNDO, held_id=held.id)
    assert view.held is None
    await case.pass_time(minutes=1)
    await case.remembers("case.taken_back")
    assert (await case.seen_by(CUSTOMER)).sayings == ()
    assert "case.replied" not in await case.messages(CUSTOMER.id)
    kept = await draft_of(service, case, "reply")
    assert kept is not None
    assert kept.content["words"] == WORDS


async def test_what_is_not_taken_back_is_said_when_its_time_is_over(service: Service) -> None:
    case = await planned(service)
    await case.act(AGENT, Action.REPLY, words=WORDS, solves=False, undoable=True)
    await case.pass_time(minutes=1)
    view = await case.until(lambda view: bool(view.sayings))
    assert ([saying.words for saying in view.sayings], view.held) == ([WORDS], None)
    late = await case.refusal(AGENT, Action.UNDO)
    assert late.type is ErrorType.NOT_ALLOWED_NOW
    await case.remembers("case.replied")
    assert "case.replied" in await case.messages(CUSTOMER.id)


async def test_a_proposal_is_put_before_the_customer_when_it_can_be_taken_back_no_more(service: Service) -> None:
    case = await planned(service)
    await case.act(AGENT, Action.PROPOSE, options=OFFER, undoable=True)
    assert (await case.seen_by(CUSTOMER)).proposals == ()
    assert (await case.seen_by(MERCHANT)).held is None
    await case.pass_time(minutes=1)
    view = await case.until(lambda view: bool(view.proposals))
    assert view.proposals[0].state == "standing"


async def test_what_others_made_impossible_meanwhile_is_not_said_and_is_a_draft_again(service: Service) -> None:
    case = await planned(service)
    await case.act(AGENT, Action.PROPOSE, options=OFFER, undoable=True)
    other = await case.refusal(SUPERVISOR, Action.REPLY, words="Hello.", undoable=True)
    assert (other.rule, other.field) == ("WRK-5", "undoable")
    await case.act(SUPERVISOR, Action.PROPOSE, options=OFFER)
    await case.pass_time(minutes=1)
    await case.remembers("case.not_sent")
    assert "case.not_sent" in await case.messages(AGENT.id)
    assert len((await case.seen_by(AGENT)).proposals) == 1
    assert await draft_of(service, case, "proposal") is not None


async def test_a_case_that_ends_takes_nothing_along_that_was_not_said(service: Service) -> None:
    case = await planned(service)
    await case.act(AGENT, Action.REPLY, words=WORDS, solves=False, undoable=True)
    await case.act(CUSTOMER, Action.WITHDRAW)
    await case.remembers("archival.archived")
    assert (await case.seen_by(SUPERVISOR)).held is None
    assert [told["action"] for told in await case.told("case.not_sent")] == ["reply"]
