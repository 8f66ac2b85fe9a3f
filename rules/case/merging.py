"""Merging cases (WRK-7): which may be, what one takes over of the other, and what is given back."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from models.case.merging import MOST_ABSORBED, Absorb, Absorbed, Merged, Question
from models.case.receipt import Wanted
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Bilingual
from models.common.errors import Fault
from models.common.lines import LineQuantity
from models.common.partners import Notice
from models.common.vocabulary import ClockName, ErrorType, Role, Stage, WaitFor
from models.investigation.clocks import Clock
from models.investigation.findings import SaidElsewhere, Saying
from models.policy.policy import PolicySlice
from rules.case.grading import most_urgent
from rules.case.room import SAYINGS
from rules.case.sayings import asked_by, is_private, is_there
from rules.common import sla_clock
from rules.common.evidence import too_many
from rules.common.room import KIB, size_of

RULE = "WRK-7"
WORDS = 64 * KIB
"""Bytes of the newest words that come along; what is older is read on the case that was merged."""


def may_be_merged(case: CaseState, _: Actor) -> bool:
    return case.stage in Stage.before_follow_up() and case.outcome is None and not has_given(case)


def has_given(case: CaseState) -> bool:
    """What it gave, or begins to give, is its own: money and goods come back to it."""
    return case.settled or bool(case.claims) or any(remedy.undone is None for remedy in case.remedies)


def may_be_unmerged(case: CaseState, _: Actor) -> bool:
    merged = case.merged
    waiting = case.wait is not None and case.wait.for_ is WaitFor.REOPENING
    return merged is not None and merged.done and merged.parting is None and waiting


def elsewhere(merged: Merged, action: str = "") -> Fault:
    """Whoever acts on a case that goes on elsewhere is told where."""
    into = merged.into
    if not merged.done:
        en = f"The case is being merged into {into}; look again in a moment."
        zh = f"工单正在并入 {into}，请稍后再查看。"
        return Fault(type=ErrorType.NOT_YET, detail=en, detail_zh=zh, rule=RULE)
    return where_it_went(into, action)


def where_it_went(into: str, action: str = "") -> Fault:
    """The case goes on in `into`."""
    what = f"{action} there" if action else "act there"
    return Fault(
        type=ErrorType.MERGED,
        detail=f"The case was merged into {into} and goes on there: {what}.",
        detail_zh=f"工单已并入 {into} 继续处理，请在该工单中操作。",
        rule=RULE,
        merged_into=into,
    )


def coming_of(case: CaseState, merged: Merged, policy: PolicySlice, now: datetime) -> Absorb:
    """What the other case takes up."""
    receipt = case.receipt
    return Absorb(
        case_id=case.case_id,
        reason=merged.reason,
        customer_id=receipt.customer_id,
        order_id=case.order_id,
        kind=case.kind,
        channel=receipt.channel,
        issue=case.issue,
        opened_at=receipt.received_at,
        handler=case.handler.id if case.handler else None,
        owner=case.owner,
        lines=receipt.lines,
        wanted=receipt.wanted,
        sayings=_newest(said_on(case)),
        questions=tuple(
            Question(id=request.id, of=request.of, recipient=request.recipient, asker=request.by.role)
            for request in case.open_requests
        ),
        dangers=case.dangers,
        heard=most_urgent(case, policy.grading),
        clocks=tuple(counted(clock, policy, now) for clock in case.clocks if clock.stopped_at is None),
        reply_owed_since=_owed_since(case),
        unreached_since=case.unreached_since,
    )


def said_on(case: CaseState) -> tuple[Saying, ...]:
    """The description and all that was said after it, each with where that was."""
    receipt = case.receipt
    customer = Actor(role=Role.CUSTOMER, id=receipt.customer_id)  # whose words they are, whoever took them down
    opening = Saying(at=receipt.received_at, by=customer, words=receipt.description, evidence=receipt.evidence)
    said = (opening, *(saying for saying in case.sayings if is_there(case, saying)))
    return tuple(saying.model_copy(update={"elsewhere": _where(case, saying)}) for saying in said)


def meanwhile_given(case: CaseState) -> Fault | None:
    """Something was given between the request to merge and its turn."""
    if not has_given(case):
        return None
    said = Bilingual(zh="本工单刚刚确定了处理方案", en="it was decided just now what is to be done on this case")
    return _fault(ErrorType.NOT_ALLOWED_NOW, said)


def unfit_to_absorb(case: CaseState, policy: PolicySlice, coming: Absorb) -> Fault | None:
    """Why the case cannot go on with the other one's matter; None: it can, or does already."""
    if any(known.case_id == coming.case_id for known in case.absorbed):
        return None
    if case.merged is not None:
        return unfit_to_part(case)
    said = next(_strange(case, coming), None)
    if said is not None:
        return _fault(ErrorType.INVALID, said)
    said = next(_too_late(case, coming), None)
    if said is not None:
        return _fault(ErrorType.NOT_ALLOWED_NOW, said)
    pieces = [piece for saying in coming.sayings for piece in saying.evidence]
    return too_many(case.evidence, pieces, policy.max_evidence)


def unfit_to_part(case: CaseState) -> Fault | None:
    """Why the case can neither take another one up nor let one go: it is, or is being, merged itself. Of two cases that are merged into
    each other at the same time, both stay.
    """
    if case.merged is None:
        return None
    into = case.merged.into
    said = Bilingual(
        zh=f"{case.case_id} 已并入 {into}，请先处理该合并，或改为指定 {into}",
        en=f"{case.case_id} was itself merged into {into}; name that one, or undo that merge first",
    )
    return _fault(ErrorType.NOT_ALLOWED_NOW, said)


def question_of(case: CaseState, notice: Notice) -> Question | None:
    """What was asked on a case that goes on in this one, and is answered now."""
    asked = (question for one in case.absorbed if one.case_id == notice.named for question in one.questions)
    return next((question for question in asked if question.id == notice.payload.get("request_id")), None)


def lines_with(own: tuple[LineQuantity, ...], absorbed: Sequence[Absorbed]) -> tuple[LineQuantity, ...]:
    """What a case is about with those that were merged into it; none: the whole order."""
    every = [own, *(one.lines for one in absorbed)]
    if not all(every):
        return ()
    pieces: dict[str, int] = {}
    for lines in every:
        for line in lines:
            pieces[line.line_id] = max(pieces.get(line.line_id, 0), line.quantity)
    return tuple(LineQuantity(line_id=line_id, quantity=quantity) for line_id, quantity in pieces.items())


def waited_longer(here: Clock, there: Sequence[Clock]) -> timedelta:
    """How much longer the customer has waited for the same promise in the other case; nothing where it is kept or broken."""
    same = (clock for clock in there if clock.name is here.name and clock.missed_at is None and clock.calendar == here.calendar)
    longest = max((clock.used for clock in same), default=timedelta(0))
    return max(longest - here.used, timedelta(0)) if here.stopped_at is None and here.missed_at is None else timedelta(0)


def with_waited(clock: Clock, waited: timedelta) -> Clock:
    """The promise with that time counted besides (or, negative, taken off), for the tier that holds it."""
    by_tier = {
        **clock.used_by_tier,
        clock.held_by: max(clock.used_by_tier.get(clock.held_by, timedelta(0)) + waited, timedelta(0)),
    }
    return clock.model_copy(update={"used": max(clock.used + waited, timedelta(0)), "used_by_tier": by_tier})


def counted(clock: Clock, policy: PolicySlice, now: datetime) -> Clock:
    """The promise with the time up to now in `used`."""
    return sla_clock.hand_over(clock, clock.held_by, now, policy.calendars[clock.calendar])


def without_words_of(case: CaseState, absorbed: Absorbed) -> tuple[Saying, ...]:
    """The sayings, of which those that came along with it are empty: the place of each is its number in `case_texts`."""
    return tuple(
        saying.model_copy(update={"words": "", "evidence": ()}) if _came_with(saying, absorbed) else saying
        for saying in case.sayings
    )


def _came_with(saying: Saying, absorbed: Absorbed) -> bool:
    return saying.elsewhere is not None and saying.elsewhere.case_id == absorbed.case_id


def _strange(case: CaseState, coming: Absorb) -> Iterator[Bilingual]:
    """What makes it another matter, whatever becomes of the two."""
    name = case.case_id
    if coming.case_id == name:
        yield Bilingual(zh="不能并入自身", en="a case is not merged into itself")
    if coming.customer_id != case.receipt.customer_id:
        yield Bilingual(zh=f"{name} 属于另一位顾客", en=f"{name} is another customer's")
    if coming.order_id is not None and case.order_id is None:
        yield Bilingual(
            zh=f"{name} 没有订单；请反向合并：把它并入本工单",
            en=f"{name} is about no order; merge the other way round: that one into this one",
        )
    if coming.order_id not in {None, case.order_id}:
        yield Bilingual(zh=f"{name} 涉及订单 {case.order_id}", en=f"{name} is about the order {case.order_id}")
    if coming.wanted is not None and case.receipt.wanted is not None and _what(coming.wanted) != _what(case.receipt.wanted):
        here, there = coming.wanted.remedy, case.receipt.wanted.remedy
        yield Bilingual(
            zh=f"顾客在两个工单中的诉求不同（{here}、{there}），合并会丢失其中之一",
            en=f"the customer asks for different things on the two ({here}, {there}), of which one would be lost",
        )


def _too_late(case: CaseState, coming: Absorb) -> Iterator[Bilingual]:
    name = case.case_id
    leaving = case.next_stage is not None and case.next_stage not in Stage.before_follow_up()
    if case.stage not in Stage.before_follow_up() or case.outcome is not None or leaving:
        yield Bilingual(
            zh=f"{name} 已处于 {case.stage} 阶段，不再寻找方案",
            en=f"{name} is at {case.stage} and looks for no solution any more",
        )
    known = {line.line_id for line in case.receipt.lines}
    further = [line.line_id for line in coming.lines if line.line_id not in known]
    wish = coming.wanted is not None and case.receipt.wanted is None
    if case.settled and known and (further or not coming.lines):
        yield Bilingual(
            zh=f"{name} 的处理方案已定，不含本工单的商品行",
            en=f"what is to be done on {name} is decided, without the lines of this one",
        )
    if case.settled and wish:
        yield Bilingual(
            zh=f"{name} 的处理方案已定，未考虑本工单的诉求",
            en=f"what is to be done on {name} is decided, without the wish of this one",
        )
    if _crowded(case, coming):
        yield Bilingual(zh="两个工单的发言合计超过上限", en=f"together they have more than {SAYINGS} words of one side")
    if len(case.absorbed) >= MOST_ABSORBED:
        yield Bilingual(zh=f"{name} 已并入 {MOST_ABSORBED} 个工单", en=f"{name} has taken up {MOST_ABSORBED} cases already")


def _what(wanted: Wanted) -> tuple[object, ...]:
    return wanted.remedy, wanted.items, wanted.change


def _fault(type_: ErrorType, said: Bilingual) -> Fault:
    return Fault(type=type_, detail=f"into: {said.en}.", detail_zh=f"into：{said.zh}。", field="into", rule=RULE)


def _where(case: CaseState, saying: Saying) -> SaidElsewhere:
    return SaidElsewhere(case_id=case.case_id, private=is_private(case, saying), asked_by=asked_by(case, saying))


def _newest(said: Sequence[Saying]) -> tuple[Saying, ...]:
    """As many of the newest as fit; the last one always does."""
    room, kept = WORDS, list[Saying]()
    for saying in reversed(said):
        room -= size_of(saying)
        if room < 0 and kept:
            break
        kept.append(saying)
    return tuple(reversed(kept))


def _owed_since(case: CaseState) -> datetime | None:
    """Since when the customer waits for a person: for an answer to later words, or for the first one."""
    first = any(clock.name is ClockName.FIRST_REPLY and clock.stopped_at is None for clock in case.clocks)
    return case.reply_owed_since or (case.receipt.received_at if first else None)


def _crowded(case: CaseState, coming: Absorb) -> bool:
    """Nobody's words are more than a case takes of each role."""
    said = Counter(saying.by.role for saying in (*case.sayings, *coming.sayings))
    return any(number > SAYINGS for number in said.values())
