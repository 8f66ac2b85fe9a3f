"""What waits for a supervisor: approvals, rulings, appeals, what goods are worth, decisions made without a person, root causes; what went wrong."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Response
from pydantic import ValidationError

from api.cases import actions, root_causes
from api.cases import endpoints as cases
from api.cases.listing import CaseQuery, Sort, listed_at
from api.http.dependencies import CaseId, only_for
from api.http.problems import not_found
from api.http.schemas import SHAPES
from api.pages.cases.performing import without_empty_lines
from api.pages.forms import FormOf
from api.pages.navigation import SUPERVISOR
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute
from api.reports.endpoints import report_of
from api.reports.query import CountQuery
from api.reports.specs import ReportName
from api.returns import endpoints as returns
from api.returns.schemas import SHAPES as RETURN_SHAPES
from models.case.actions import Action
from models.case.views import CaseView
from models.common.vocabulary import Party, Stage, WaitFor, WaitingOn
from models.figures import Counted, Dimension, Report
from models.remedies.offers import RemedyOffer
from models.returns.state import ReturnAction

router = APIRouter(prefix="/console/supervision", route_class=PageRoute, include_in_schema=False)

HERE = "/console/supervision/decisions"
AT_ONCE = 10
"""Cases of a page: each is shown with its basis and history."""
LATELY = timedelta(days=28)


class Pile(NamedTuple):
    """Cases that wait for the same. `decided_by`: what a supervisor then does."""

    filters: Mapping[str, Any]
    decided_by: Sequence[Action] = ()
    lately: bool = False


PILES = {
    "approvals": Pile(
        {"waiting_on": [WaitingOn.SUPERVISOR], "waiting_for": [WaitFor.APPROVAL]}, (Action.APPROVE, Action.DECLINE)
    ),
    "arbitrations": Pile({"waiting_for": [WaitFor.ARBITRATION]}, (Action.ARBITRATE,)),
    "appeals": Pile({"appealed": True}, (Action.DECIDE_APPEAL,)),
    "worths": Pile({"waiting_on": [WaitingOn.SUPERVISOR], "waiting_for": [WaitFor.APPEAL], "stage": [Stage.RESOLUTION]}),
    "reviews": Pile({"review": "due"}, (Action.REVIEW,)),
    "root_causes": Pile({"root_cause_proposed": True}),
    "overdue": Pile({"overdue": True}),
    "low_scores": Pile({"counts_as": [Counted.UNHAPPY]}, lately=True),
}


class Ruling(NamedTuple):
    """A ruling that one form makes: what somebody asked for or offered."""

    name: str
    of: str
    remedies: Sequence[RemedyOffer]


@router.get("")
async def supervision(page: PageOf) -> Response:
    only_for(page.caller, SUPERVISOR)
    return page.to(HERE)


@router.get("/decisions")
async def decisions(page: PageOf, pile: Annotated[str | None, Query()] = None) -> Response:
    """A pile, each case with its basis and history beside the decision; and how many each pile has."""
    only_for(page.caller, SUPERVISOR)
    listed = {name: await page.ask(cases.list_(page.parts, page.caller, _query(one))) for name, one in PILES.items()}
    chosen = pile if pile in PILES else next((name for name, found in listed.items() if found.cases), "approvals")
    shown = listed[chosen].cases[:AT_ONCE]
    views = [await page.ask(cases.show(page.parts, page.caller, page.locale, one.case_id)) for one in shown]
    return page.show(
        "supervision/decisions.html",
        counts={name: f"{len(one.cases)}{'+' if one.next else ''}" for name, one in listed.items()},
        pile=chosen,
        at=partial("{}/{}/{}/{}".format, HERE, chosen),
        views=views,
        more=len(listed[chosen].cases) > AT_ONCE,
        all_at=listed_at(_query(PILES[chosen])),
        rulings={view.case_id: _rulings(view) for view in views} if chosen == "arbitrations" else {},
        causes=await _causes(page, views) if chosen == "root_causes" else {},
        held=[await _missed(page, by) for by in (Dimension.TIER, Dimension.AGENT)] if chosen == "overdue" else (),
        parties=tuple(Party),
    )


@router.post("/decisions/{pile}/{case_id}/{action}")
async def decide(page: PageOf, form: FormOf, pile: str, case_id: CaseId, action: Action) -> Response:
    """As the API's action of the case."""
    if pile not in PILES or action not in PILES[pile].decided_by:
        raise not_found()
    body = form.into(SHAPES[action])
    await page.ask(actions.perform(page.parts, page.caller, case_id, action, body=body, key=form.key, language=page.locale))
    return page.to(f"{HERE}?pile={pile}", f"decisions.done_{action}", case=case_id)


@router.post("/worths/{case_id}/{return_id}")
async def rule_worth(page: PageOf, form: FormOf, case_id: CaseId, return_id: str) -> Response:
    """What goods at a reduced worth are worth (RES-13), on the customer's appeal."""
    action = ReturnAction.RULE_WORTH
    body = without_empty_lines(form).into(RETURN_SHAPES[action][0])
    await page.ask(returns.perform(page.parts, page.caller, case_id, return_id, action, body=body, key=form.key))
    return page.to(f"{HERE}?pile=worths", "decisions.done_rule_worth", case=case_id)


def _query(pile: Pile) -> CaseQuery:
    since = {"updated_from": datetime.now(UTC) - LATELY} if pile.lately else {}
    return CaseQuery.model_validate({**pile.filters, **since, "sort": Sort.DEADLINE})


def _rulings(view: CaseView) -> Sequence[Ruling]:
    """What a ruling may say by one button: what the customer asks for, each option that was offered last, nothing."""
    rulings: list[Ruling] = []
    wanted = view.wanted
    if wanted is not None:
        named = wanted.model_dump(include={"amount", "items", "change"})
        with suppress(ValidationError):  # without an amount it is for the supervisor to say how much
            offer = RemedyOffer.model_validate({"kind": wanted.remedy, "lines": view.lines, **named})
            rulings.append(Ruling("wanted", "decisions.rule_wanted", (offer,)))
    for proposal in view.proposals[-1:]:
        rulings += [
            Ruling(f"option-{number}", "decisions.rule_option", tuple(_offered(one) for one in option.remedies))
            for number, option in enumerate(proposal.options, start=1)
        ]
    return [*rulings, Ruling("nothing", "decisions.rule_nothing", ())]


def _offered(remedy: RemedyOffer) -> RemedyOffer:
    """What was offered, without what only its offer has."""
    return RemedyOffer.model_validate(remedy.model_dump(include=set(RemedyOffer.model_fields)))


async def _causes(page: Page, views: Sequence[CaseView]) -> Mapping[str, root_causes.CaseRootCause]:
    asked = (root_causes.root_cause_of(page.parts, page.caller, page.locale, view.case_id) for view in views)
    return {cause.case_id: cause for one in asked for cause in (await page.ask(one),)}


async def _missed(page: Page, by: Dimension) -> Report:
    """Of the last four weeks: in how many cases a promise was missed, by who has them."""
    return await page.ask(report_of(page.parts, page.caller, ReportName.SLA, CountQuery.model_validate({"by": [by]})))
