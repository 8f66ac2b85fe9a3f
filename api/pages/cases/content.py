"""What the page of a case shows: asked of the endpoints' functions, one after the other."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from api.cases import eligibility, liability, order
from api.cases import endpoints as cases
from api.cases.eligibility import EligibilityShown
from api.cases.liability import Responsibility
from api.cases.listing import CaseQuery, Sort
from api.cases.reads import ReadPage, list_reads
from api.claims import endpoints as claims
from api.desk.drafts import drafts_on_case
from api.desk.replies import SavedReply, list_replies
from api.http.bank_accounts import list_accounts
from api.http.personal import WHO
from api.http.problems import ProblemError
from api.http.schemas import CaseItem
from api.library import endpoints as library
from api.orders.ledger import OrderLedger, order_ledger
from api.pages.page import Page
from api.people import Agent, list_agents
from models.case.desk_views import DraftView
from models.case.order_views import CaseOrderView
from models.case.views import CaseView, SayingView
from models.claims.views import ClaimView
from models.common.bank_accounts import BankAccountView
from models.common.timeline import TimelineView
from models.common.vocabulary import RefundStatus, Role
from models.library.views import SimilarCase

T = TypeVar("T")
NOTHING_YET = frozenset({404, 409})
OTHERS = 10
"""Further cases of the customer that are listed."""
SIMILAR = 5
LOOKED = 100
"""The newest who read it."""
ENTRIES = 500
"""Of the timeline, on one page."""
SAID = 40
"""Words of people, on one page."""


class Talk(NamedTuple):
    """Some of what was said, in order."""

    sayings: Sequence[SayingView]
    earlier: int
    """How many were said before these."""
    later: int
    """How many after them."""


@dataclass(frozen=True)
class Content:
    """`None`: nothing can be said of it yet."""

    case: CaseView
    order: CaseOrderView | None
    ledger: OrderLedger | None
    may: EligibilityShown | None
    why: Responsibility | None
    claims: Sequence[ClaimView]
    others: Sequence[CaseItem]
    similar: Sequence[SimilarCase]
    entries: Sequence[TimelineView]
    earlier: int | None
    """The version after which the page of the timeline before this one begins."""
    more: int | None
    """The version after which the timeline goes on."""
    talk: Talk
    replies: Sequence[SavedReply]
    people: Sequence[Agent]
    drafts: Sequence[DraftView]
    accounts: Sequence[BankAccountView]
    """The customer's at banks, while a refund waits for a person."""
    reads: ReadPage | None
    """Who read the case; None: it is not the caller's to know."""

    @property
    def titles(self) -> Mapping[str, str]:
        """Of the order's lines."""
        return {line.line_id: line.title for line in self.order.lines} if self.order else {}

    @property
    def currency(self) -> str | None:
        return self.order.total.currency if self.order else None

    @property
    def colleagues(self) -> Sequence[Agent]:
        """Who sees the case: agents of its team, and supervisors."""
        team = self.case.team
        return [
            one
            for one in self.people
            if one.role != "analyst" and (one.role == "supervisor" or team is None or team in one.teams)
        ]


async def content_of(page: Page, case_id: str, after: int | None, before: int | None) -> Content:
    """`after`: the version from which the timeline is shown; `before`: how many were said up to those that are shown; None: the newest.

    404 for a case that is none, or somebody else's.
    """
    parts, caller, language = page.parts, page.caller, page.locale
    case = await page.ask(cases.show(parts, caller, language, case_id))
    ordered = await page.ask(if_any(order.order_of_case(parts, caller, case_id)))
    money = await page.ask(if_any(order_ledger(parts, caller, language, ordered.order_id))) if ordered else None
    may = await page.ask(if_any(eligibility.of_case(parts, caller, language, case_id)))
    why = await page.ask(if_any(liability.responsibility(parts, caller, language, case_id)))
    own = CaseQuery.model_validate({"customer_id": case.customer_id, "sort": Sort.OPENED_LAST, "limit": OTHERS + 1})
    others = await page.ask(cases.list_(parts, caller, own))
    similar = await page.ask(
        library.find_similar(parts=parts, caller=caller, language=language, case_id=case_id, root_cause=None, limit=SIMILAR)
    )
    first = max(0, case.version - ENTRIES) if after is None else after
    told = await page.ask(
        cases.timeline(parts=parts, caller=caller, language=language, case_id=case_id, after=first, limit=ENTRIES)
    )
    return Content(
        case=case,
        order=ordered,
        ledger=money,
        may=may,
        why=why,
        claims=[await page.ask(claims.show(parts, caller, language, one.claim_id)) for one in case.claims],
        others=[one for one in others.cases if one.case_id != case_id][:OTHERS],
        similar=similar.cases,
        entries=told.entries,
        earlier=max(0, first - ENTRIES) if first else None,
        more=told.entries[-1].version if told.next and told.entries else None,
        talk=talk_of(case.sayings, before),
        replies=await page.ask(list_replies(parts, caller, case.issue)),
        people=await page.ask(list_agents(parts, caller)),
        drafts=await page.ask(drafts_on_case(parts, caller, case_id)),
        accounts=(await page.ask(list_accounts(parts, caller, case.customer_id))).accounts
        if caller.role in WHO and any(one.refund_status in RefundStatus.refused() for one in case.remedies)
        else (),
        reads=await page.ask(list_reads(parts=parts, caller=caller, case_id=case_id, limit=LOOKED))
        if caller.role is Role.SUPERVISOR
        else None,
    )


def talk_of(sayings: Sequence[SayingView], before: int | None) -> Talk:
    end = len(sayings) if before is None else min(before, len(sayings))
    start = max(0, end - SAID)
    return Talk(sayings[start:end], start, len(sayings) - end)


async def if_any(answer: Awaitable[T]) -> T | None:
    """What a case does not have yet is left out of its page."""
    try:
        return await answer
    except ProblemError as error:
        if error.status in NOTHING_YET:
            return None
        raise
