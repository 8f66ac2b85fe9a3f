"""How much a case holds: the bounds of its collections, told before anything changes (docs/cases.md, Limits)."""

from collections.abc import Iterator, Sequence

from models.case.action_bodies import (
    Accept,
    AcceptTransfer,
    AddWords,
    Answer,
    Approve,
    Arbitrate,
    Ask,
    Confirm,
    Dispute,
    Propose,
    Rate,
    RecordRefund,
    Reopen,
    Reply,
    Take,
    Withdraw,
)
from models.case.actions import Act
from models.case.desk_bodies import Tag, Watch
from models.case.state import CaseState
from models.common.base import Bilingual, Body
from models.common.errors import Fault
from models.common.partners import Order, Payment, Shipment
from models.common.vocabulary import ClockName, Role
from rules.common.room import KIB, Full, full_state, size_of

SAYINGS = 200
"""Of each role: nobody silences another by talking."""
REQUESTS = 60
PROPOSALS = 60
REMEDIES = 40
TAGS = 20
WATCHERS = 20
BEGINNINGS = 30
"""How often the clocks start anew: the case is disputed, reopened, or an appeal granted. Clocks of before stay as they ended (SLA-4)."""
PARTNERS = 128 * KIB
"""Bytes of what partners tell of an order, its parcels and payments."""
SCANS = 50
"""The newest of each parcel."""
FOUND = 100
"""Parcels that turned up, each time one does."""
CHARGEBACKS = 20
"""Of the order."""

LEADS_ON = (Accept, Approve, Confirm, Rate, Take, AcceptTransfer, Withdraw)
"""What adds little and brings a case towards its end: always possible, however full it is."""

WAIT = Bilingual(zh="请等待处理结果；其他事项请开立新工单", en="wait for the decision; for anything else open a new case")
DECIDE = Bilingual(zh="请据现有材料作出决定，或由主管裁定", en="decide on what is there, or have a supervisor rule")
UNWATCH = Bilingual(zh="请由不再需要关注的同事取消关注", en="let colleagues who need not watch any more stop")
UNTAG = Bilingual(zh="请先移除不再需要的标签", en="take off those that are not needed any more")
RULE = Bilingual(zh="可作出不含补救措施的裁定", en="a ruling without any is still possible")


def no_room(case: CaseState, act: Act[Body]) -> Fault | None:
    """Why the case cannot take this in; None: it can."""
    full = next(_full(case, act.body, act.actor.role), None)
    if full is None and not isinstance(act.body, LEADS_ON):
        full = full_state(case, act, DECIDE)
    return full.fault if full else None


def _full(case: CaseState, body: Body, role: Role) -> Iterator[Full]:
    said = sum(saying.by.role is role for saying in case.sayings)
    if isinstance(body, AddWords | Answer | Reply | Dispute | Reopen | RecordRefund) and said >= SAYINGS:
        yield Full(Bilingual(zh="您一方的发言", en="words of your side"), SAYINGS, WAIT)
    if isinstance(body, Ask) and len(case.requests) >= REQUESTS:
        yield Full(Bilingual(zh="询问", en="questions"), REQUESTS, DECIDE)
    if isinstance(body, Propose) and len(case.proposals) >= PROPOSALS:
        yield Full(Bilingual(zh="方案", en="proposals"), PROPOSALS, DECIDE)
    if isinstance(body, Dispute | Reopen) and not may_begin_anew(case):
        yield Full(Bilingual(zh="重新处理的次数", en="new beginnings"), BEGINNINGS, WAIT)
    if isinstance(body, Tag) and len(({*case.tags} - {*body.remove}) | {*body.add}) > TAGS:
        yield Full(Bilingual(zh="标签", en="tags"), TAGS, UNTAG)
    if isinstance(body, Watch) and len(case.watchers) >= WATCHERS:
        yield Full(Bilingual(zh="关注者", en="watchers"), WATCHERS, UNWATCH)
    more = _remedies(body)
    if more and len(case.remedies) + more > REMEDIES:
        yield Full(Bilingual(zh="补救措施", en="remedies"), REMEDIES, RULE)


def may_begin_anew(case: CaseState) -> bool:
    """Whether there is room for new clocks: three at each beginning, besides that of the next reply."""
    return sum(clock.name is not ClockName.NEXT_REPLY for clock in case.clocks) < 3 * BEGINNINGS


def _remedies(body: Body) -> int:
    """How many it may bring about."""
    if isinstance(body, Arbitrate):
        return len(body.remedies)
    return max(len(option.remedies) for option in body.options) if isinstance(body, Propose) else 0


def within_bounds(order: Order | None, shipments: Sequence[Shipment], payments: Sequence[Payment]) -> bool:
    """Whether what partners tell is little enough to be carried along."""
    told = (*([order] if order else []), *shipments, *payments)
    return sum(size_of(one) for one in told) <= PARTNERS


def newest_scans(parcel: Shipment) -> Shipment:
    """As much of the trace as is carried along, in its order."""
    if len(parcel.scans) <= SCANS:
        return parcel
    oldest = sorted(parcel.scans, key=lambda scan: scan.at)[-SCANS].at
    return parcel.model_copy(update={"scans": tuple(scan for scan in parcel.scans if scan.at >= oldest)[-SCANS:]})
