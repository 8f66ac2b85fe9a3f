"""Splitting a case by the lines of its order (WRK-7): which may leave, and what the new case begins with."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from models.case.actions import Act
from models.case.desk_bodies import Split
from models.case.receipt import Receipt, Wanted
from models.case.splitting import MOST_SPLIT, SplitFrom
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Bilingual, Body
from models.common.errors import Fault
from models.common.lines import LineQuantity, NewItem
from models.common.vocabulary import ClockName, ErrorType, Stage
from models.policy.policy import PolicySlice
from rules.case.merging import RULE, counted, said_on


def may_be_split(case: CaseState, _: Actor) -> bool:
    return case.stage in Stage.before_follow_up() and case.outcome is None and len(lines_of(case)) > 1


def lines_of(case: CaseState) -> tuple[LineQuantity, ...]:
    """What the case is about, line by line; none: its order is not known."""
    if case.order is None:
        return ()
    return case.receipt.lines or tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in case.order.lines)


def leaving(case: CaseState, names: Sequence[str]) -> tuple[LineQuantity, ...]:
    return tuple(line for line in lines_of(case) if line.line_id in names)


def staying(case: CaseState, names: Sequence[str]) -> tuple[LineQuantity, ...]:
    return tuple(line for line in lines_of(case) if line.line_id not in names)


def unfit_split(case: CaseState, body: Body) -> Fault | None:
    """Why these lines cannot leave; None: they can."""
    if not isinstance(body, Split):
        return None
    said = next(_strange(case, body.lines), None)
    if said is not None:
        return _fault(ErrorType.INVALID, said)
    said = next(_bound(case, body.lines), None)
    return _fault(ErrorType.NOT_ALLOWED_NOW, said) if said else None


def touches(lines: Sequence[LineQuantity], items: Sequence[NewItem], names: Sequence[str]) -> bool:
    """Whether a remedy for these lines and items is for one of those named; one for no line is for the whole."""
    concerned = {one.line_id for one in (*lines, *items)}
    return not concerned or bool(concerned & {*names})


def offered_for(case: CaseState, names: Sequence[str]) -> bool:
    """Whether the proposal on the table is about one of these lines."""
    proposal = case.standing_proposal
    options = proposal.options if proposal else ()
    return any(touches(remedy.lines, remedy.items, names) for option in options for remedy in option.remedies)


def new_case(case: CaseState, policy: PolicySlice, act: Act[Split], case_id: str, now: datetime) -> CaseState:
    """What the lines take along: words and evidence, the issue, who has it, and how long the customer has waited."""
    names = act.body.lines
    wanted = _wanted(case, names, leave=True)
    told = {"case_id": case_id, "lines": leaving(case, names), "wanted": wanted, "request_id": f"split:{case_id}"}
    receipt: Receipt = case.receipt.model_copy(update={**told, "issue": case.issue})
    replied = any(clock.name is ClockName.FIRST_REPLY and clock.stopped_at is not None for clock in case.clocks)
    return CaseState(
        receipt=receipt,
        policy_version=case.policy_version,
        kind=case.kind,
        order_id=case.order_id,
        classification=case.classification,
        dangers=case.dangers,
        heard=case.heard,
        tier=case.tier,
        team=case.team,
        handler=case.handler,
        owner=case.owner,
        dispatched=case.dispatched,
        sayings=said_on(case)[1:],
        split_from=SplitFrom(
            case_id=case.case_id,
            by=Actor(role=act.actor.role, id=act.actor.id),
            at=now,
            reason=act.body.reason,
            clocks=tuple(counted(clock, policy, now) for clock in case.clocks if clock.stopped_at is None),
            replied=replied,
        ),
    )


def wanted_of_rest(case: CaseState, names: Sequence[str]) -> Wanted | None:
    return _wanted(case, names, leave=False)


def _wanted(case: CaseState, names: Sequence[str], *, leave: bool) -> Wanted | None:
    """The wish for the lines that leave, or for those that stay; an amount was meant for both, so it is open again."""
    wanted = case.receipt.wanted
    if wanted is None:
        return None
    items = tuple(item for item in wanted.items if (item.line_id in names) is leave)
    return wanted.model_copy(update={"items": items, "amount": None})


def _strange(case: CaseState, names: Sequence[str]) -> Iterator[Bilingual]:
    known = [line.line_id for line in lines_of(case)]
    unknown = [name for name in names if name not in known]
    there = ", ".join(known)
    if unknown or len({*names}) < len(names):
        yield Bilingual(zh=f"请从本工单的商品行（{there}）中选择，每行一次", en=f"name lines of this case ({there}), each once")
    if not unknown and len({*names}) == len(known):
        yield Bilingual(zh="至少要有一行留在本工单", en="one line at least stays with this case")


def _bound(case: CaseState, names: Sequence[str]) -> Iterator[Bilingual]:
    if case.absorbed:
        others = ", ".join(absorbed.case_id for absorbed in case.absorbed)
        yield Bilingual(zh=f"请先撤销与 {others} 的合并", en=f"undo the merge with {others} first")
    if case.receipt.wanted is not None and case.receipt.wanted.change is not None:
        yield Bilingual(
            zh="顾客要求的是一次订单变更，无法分开", en="the customer asks for one change of the order, which cannot be two"
        )
    live = (remedy for remedy in case.remedies if remedy.undone is None)
    if any(touches(remedy.lines, remedy.items, names) for remedy in live):
        yield Bilingual(zh="其中已有正在执行或已给出的处理", en="for one of them something is under way or was given")
    if len(case.split_off) >= MOST_SPLIT:
        yield Bilingual(zh=f"本工单已拆分 {MOST_SPLIT} 次", en=f"{MOST_SPLIT} cases have left this one already")


def _fault(type_: ErrorType, said: Bilingual) -> Fault:
    return Fault(type=type_, detail=f"lines: {said.en}.", detail_zh=f"lines：{said.zh}。", field="lines", rule=RULE)
