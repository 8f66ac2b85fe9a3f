"""Two cases about one matter (WRK-7): one goes on with what was said on both, the other says where; un-merged, both go on by themselves."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from activities.case import merging
from models.case.actions import Act, Action
from models.common.errors import Fault
from models.common.vocabulary import ErrorType, Issue, Outcome, Stage, WaitFor
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service

SORRY = [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "ours"}]
WHY = {"reason": "One parcel, told twice."}


async def waiting(service: Service, description: str = "it never came") -> Case:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED, description=description)
    await case.waits_for(WaitFor.PLAN)
    return case


async def two(service: Service) -> tuple[Case, Case]:
    """The second is the first one's matter, told once more, and has been answered with an offer."""
    first, second = await waiting(service), await waiting(service, "my money is still not there")
    await second.act(AGENT, Action.TAKE)
    await second.act(AGENT, Action.REPLY, words="We ask the bank.", solves=False)
    await second.act(CUSTOMER, Action.ADD_WORDS, words="Which bank?")
    return first, second


async def test_the_words_of_both_are_in_the_one_that_goes_on_and_the_other_says_where(service: Service) -> None:
    first, second = await two(service)
    await second.act(AGENT, Action.PROPOSE, options=SORRY)
    merged = await second.act(AGENT, Action.MERGE, into=first.handle.id, **WHY)
    assert merged.merged is not None
    assert (merged.merged.into, merged.merged.done, merged.outcome) == (first.handle.id, True, Outcome.MERGED)
    view = await second.until(lambda view: view.stage is Stage.CLOSED and view.closed_at is not None)
    assert (view.waiting and view.waiting.for_, view.archive and view.archive.outcome) == (WaitFor.REOPENING, Outcome.MERGED)
    assert (view.proposals[-1].state, all(clock.stopped for clock in view.clocks)) == ("lapsed", True)
    goes_on = await first.until(lambda view: bool(view.absorbed))
    said = [(saying.words, saying.case_id) for saying in goes_on.sayings]
    elsewhere = second.handle.id
    assert said == [
        ("my money is still not there", elsewhere),
        ("We ask the bank.", elsewhere),
        ("Which bank?", elsewhere),
    ]
    (absorbed,) = goes_on.absorbed
    assert (absorbed.case_id, absorbed.handler, absorbed.by and absorbed.by.id) == (elsewhere, "alice", "alice")
    assert goes_on.reply_owed_since is None  # the first reply, which is promised already, answers both
    assert "case.merged" in await second.messages("C-1")
    assert "case.absorbed" not in await first.messages("C-1")
    refused = await second.refusal(CUSTOMER, Action.ADD_WORDS, words="Hello?")
    assert (refused.type, refused.merged_into, refused.rule) == (ErrorType.MERGED, first.handle.id, "WRK-7")


async def test_un_merged_both_are_as_they_were(service: Service) -> None:
    first, second = await two(service)
    before, other = await second.seen_by(AGENT), await first.seen_by(AGENT)
    await second.act(AGENT, Action.MERGE, into=first.handle.id, **WHY)
    await first.act(AGENT, Action.ADD_WORDS, words="said after the merge")
    await second.pass_time(hours=48)
    await second.act(SUPERVISOR, Action.UNMERGE, reason="Two parcels after all.")
    after = await second.waits_for(WaitFor.PLAN)
    for name in ("stage", "handler", "owner", "tier", "team", "reply_owed_since", "outcome", "merged", "sayings", "lines"):
        assert getattr(after, name) == getattr(before, name), name
    used = {clock.name: clock.used_seconds for clock in before.clocks if not clock.stopped}
    ran = {clock.name: clock.used_seconds for clock in after.clocks if not clock.stopped}
    assert ran.keys() == used.keys()
    assert all(ran[name] - used[name] < timedelta(minutes=30).total_seconds() for name in used)
    apart = await first.until(lambda view: not view.absorbed and bool(view.sayings))
    assert [saying.words for saying in apart.sayings] == ["said after the merge"]
    assert (apart.lines, apart.wanted) == (other.lines, other.wanted)
    assert "case.unmerged" in await second.messages("C-1")
    assert "case.parted" in await first.timeline()
    await second.act(AGENT, Action.MERGE, into=first.handle.id, **WHY)
    again = await first.until(lambda view: bool(view.absorbed))
    assert len(again.sayings) == 4


async def test_a_case_that_says_no_leaves_the_other_where_it_was(service: Service) -> None:
    first, second = await two(service)
    service.world.add(order("O-2"), parcel("O-2"))
    strange = await service.open(issue=Issue.REFUND_NOT_ARRIVED, order_id="O-2")
    await strange.waits_for(WaitFor.PLAN)
    refused = await second.refusal(AGENT, Action.MERGE, into=strange.handle.id, **WHY)
    assert (refused.type, refused.field, refused.rule) == (ErrorType.INVALID, "into", "WRK-7")
    view = await second.waits_for(WaitFor.PLAN)
    assert (view.merged, view.stage, view.outcome) == (None, Stage.RESOLUTION, None)
    await second.act(AGENT, Action.MERGE, into=first.handle.id, **WHY)


async def test_what_was_given_stays_with_its_case(service: Service) -> None:
    first, second = await two(service)
    await second.act(AGENT, Action.PROPOSE, options=SORRY)
    await second.act(CUSTOMER, Action.ACCEPT, option=1)
    refused = await second.refusal(AGENT, Action.MERGE, into=first.handle.id, **WHY)
    assert refused.type is ErrorType.NOT_ALLOWED_NOW
    assert (await second.refusal(MERCHANT, Action.MERGE, into=first.handle.id, **WHY)).type is ErrorType.NOT_ALLOWED_FOR_ROLE


async def test_a_yes_that_got_lost_on_its_way_is_asked_for_again(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies when the other case has taken it up and before this one knows: in the end both say the same."""
    first, second = await two(service)
    ask, lost = merging.asked, list[str]()

    async def and_lose_the_answer(case_id: str, name: str, act: Act[Any]) -> Fault | None:
        answer = await ask(case_id, name, act)
        if name not in lost:
            lost.append(name)
            message = "the worker died"
            raise RuntimeError(message)
        return answer

    monkeypatch.setattr(merging, "asked", and_lose_the_answer)
    await second.act(AGENT, Action.MERGE, into=first.handle.id, **WHY)
    assert len((await first.until(lambda view: bool(view.absorbed))).absorbed) == 1
    await second.until(lambda view: view.merged is not None and view.merged.done and view.closed_at is not None)
    await second.act(AGENT, Action.UNMERGE, reason="no")
    assert (await first.until(lambda view: not view.absorbed)).sayings == ()
    assert (await second.waits_for(WaitFor.PLAN)).merged is None
    assert lost == ["absorb", "part"]
    assert [event for event in await first.timeline() if event in {"case.absorbed", "case.parted"}] == [
        "case.absorbed",
        "case.parted",
    ]


async def test_two_that_are_merged_into_each_other_at_once_are_never_both_gone(service: Service) -> None:
    first, second = await two(service)
    answers = await asyncio.gather(
        first.act(AGENT, Action.MERGE, into=second.handle.id, **WHY),
        second.act(AGENT, Action.MERGE, into=first.handle.id, **WHY),
        return_exceptions=True,
    )
    assert any(isinstance(answer, Exception) for answer in answers)
    views = [await case.seen_by(AGENT) for case in (first, second)]
    assert sum(view.merged is None for view in views) >= 1
