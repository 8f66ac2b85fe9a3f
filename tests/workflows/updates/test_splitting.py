"""A case is split by the lines of its order (WRK-7): they leave for a case of their own, the first keeps the rest."""

from typing import Any

from sqlmodel import col, select

from models.case.actions import Action
from models.common.vocabulary import ClockName, ErrorType, Issue, WaitFor
from models.tables.case import OpeningRow
from tests.support.builders.actors import AGENT, CUSTOMER, SUPERVISOR
from tests.support.builders.orders import line, order, parcel
from tests.support.processes.service import Case, Service

SORRY = [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "ours"}]
FIRST_LINE = [{"remedies": [{"kind": "refund_only", "amount": {"minor": 100}, "lines": [{"line_id": "L1"}]}], "why": "ours"}]
APART: dict[str, Any] = {"lines": ["L2"], "reason": "Two troubles."}


async def both_lines(service: Service) -> Case:
    """Answered once, with an offer for the whole on the table."""
    service.world.add(order("O-1", line("L1"), line("L2")), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    await case.act(AGENT, Action.TAKE)
    await case.act(AGENT, Action.REPLY, words="We look into it.", solves=False)
    return case


async def test_lines_leave_with_what_was_said_and_how_long_the_customer_has_waited(service: Service) -> None:
    first = await both_lines(service)
    await first.act(AGENT, Action.PROPOSE, options=SORRY)
    view = await first.act(AGENT, Action.SPLIT, key="s1", **APART)
    again = await first.act(AGENT, Action.SPLIT, key="s1", **APART)
    assert ([one.line_id for one in view.lines], again.split_off) == (["L1"], view.split_off)
    (gone,) = view.split_off
    assert ([one.line_id for one in gone.lines], view.proposals[-1].state) == (["L2"], "lapsed")
    second = Case(service, service.client.get_workflow_handle(gone.case_id))
    service.opened.append(second)
    apart = await second.waits_for(WaitFor.PLAN)
    assert [one.line_id for one in apart.lines] == ["L2"]
    assert apart.split_from is not None
    assert (apart.split_from.case_id, apart.handler, apart.owner) == (first.handle.id, "alice", "alice")
    assert [(saying.words, saying.case_id) for saying in apart.sayings] == [("We look into it.", first.handle.id)]
    kept = {clock.name: clock.stopped for clock in apart.clocks}
    assert (kept[ClockName.FIRST_REPLY], kept[ClockName.RESOLUTION]) == (True, False)
    assert "case.split" in await first.messages("C-1")
    assert {"case.opened", "case.split_from"} <= {*await second.timeline()}
    async with service.database.reading() as session:
        asked = select(OpeningRow.deduplication_key).where(col(OpeningRow.case_id) == gone.case_id)
        assert [key.split("|")[2] for key in (await session.exec(asked)).all()] == ["L2"]


async def test_lines_for_which_something_was_given_stay(service: Service) -> None:
    case = await both_lines(service)
    for lines in (["L1", "L2"], ["L3"], ["L1", "L1"]):
        refused = await case.refusal(SUPERVISOR, Action.SPLIT, lines=lines, reason="x")
        assert (refused.type, refused.field, refused.rule) == (ErrorType.INVALID, "lines", "WRK-7")
    await case.act(SUPERVISOR, Action.PROPOSE, options=FIRST_LINE)
    await case.act(CUSTOMER, Action.ACCEPT, option=1)
    await case.until(lambda view: bool(view.remedies))
    refused = await case.refusal(SUPERVISOR, Action.SPLIT, lines=["L1"], reason="x")
    assert (refused.type, refused.field) == (ErrorType.NOT_ALLOWED_NOW, "lines")
