"""What the form of an own option or ruling has: as many options and remedies as were asked for, and what each may be."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.cases.content import Content
from api.pages.cases.drafts import drafts_of
from api.pages.cases.fields import Option
from api.pages.cases.showing import words_of
from api.pages.page import Page
from models.case.actions import Action
from models.common.base import Money
from models.common.vocabulary import Issue, Party, RemedyKind
from models.remedies.table import REMEDIES
from rules.common.format import money_in

MOST_OPTIONS, MOST_REMEDIES = 5, 6


@dataclass(frozen=True)
class MayBe:
    """What may be given: up to how much in all, who pays for goods that travel, or why it may not."""

    kind: RemedyKind
    allowed: bool
    most: Money | None
    freight: Party | None
    freight_most: Money | None
    keeps: Money | None
    """The restocking fee (RES-13)."""
    reasons: Sequence[str]
    rules: Sequence[str]


@dataclass(frozen=True)
class Offer:
    """`remedies`: how many each option has in the form. `alone`: what may be given without approval; None: any amount."""

    kinds: Sequence[MayBe]
    choices: Sequence[Option]
    methods: Sequence[Option]
    remedies: Sequence[int]
    currency: str
    alone: Money | None
    bounded: bool
    changes: bool
    exchanges: bool
    keeps: bool
    """Whether something may be kept of a refund, so that the form asks how much."""

    @property
    def shape(self) -> str:
        return ",".join(map(str, self.remedies))


def offer_of(page: Page, content: Content) -> Offer:
    """Of the case as it stands."""
    words = words_of(page)
    kinds = _kinds(content)
    usual = {one.kind for one in kinds} or ({*_of_issue(page, content)})
    limits = {one.kind: one for one in kinds}
    choices: list[Option] = []
    for kind in RemedyKind:
        if kind not in usual:
            continue
        label, may = words.option(kind)[1], limits.get(kind)
        if may is not None and may.most is not None:
            label += f" ≤ {money_in(may.most.minor, may.most.currency, page.locale)}"
        choices.append((kind.value, label if may is None or may.allowed else f"{label} ✕"))
    return Offer(
        kinds=kinds,
        choices=choices,
        methods=[words.option(method) for method in content.may.refund_methods] if content.may else [],
        remedies=_shape(page, content),
        currency=content.currency or page.parts.policy.currency,
        alone=content.may.without_approval if content.may else None,
        bounded=content.may is not None,
        changes=RemedyKind.ORDER_CHANGED in usual,
        keeps=page.parts.policy.eligibility.restocking is not None and content.case.issue is Issue.NO_REASON_RETURN,
        exchanges=any(REMEDIES[kind].items for kind in usual),
    )


def _kinds(content: Content) -> Sequence[MayBe]:
    """Over all lines of the case."""
    shown: dict[RemedyKind, MayBe] = {}
    for line in content.may.lines if content.may and content.may.issue else ():
        for one in line.remedies:
            before = shown.get(one.kind)
            most = [amount for amount in (before.most if before else None, one.max_amount) if amount]
            keeps = [amount for amount in (before.keeps if before else None, one.restocking) if amount]
            shown[one.kind] = MayBe(
                kind=one.kind,
                allowed=one.allowed or bool(before and before.allowed),
                most=_sum(most),
                freight=one.freight or (before.freight if before else None),
                freight_most=one.freight_most or (before.freight_most if before else None),
                keeps=_sum(keeps),
                reasons=tuple(dict.fromkeys((*(before.reasons if before else ()), one.reason))),
                rules=tuple(dict.fromkeys((*(before.rules if before else ()), one.rule))),
            )
    return sorted(shown.values(), key=lambda one: not one.allowed)


def _sum(amounts: Sequence[Money]) -> Money | None:
    return Money(minor=sum(amount.minor for amount in amounts), currency=amounts[0].currency) if amounts else None


def _of_issue(page: Page, content: Content) -> Sequence[RemedyKind]:
    rule = page.parts.policy.issues.get(content.case.issue) if content.case.issue else None
    return rule.remedies if rule else ()


def _shape(page: Page, content: Content) -> Sequence[int]:
    """`_shape` says what the form had, `_more` which option gets another remedy, or that there be another option."""
    form = page.tried.form if page.tried else drafts_of(content, page.zone).get(Action.PROPOSE.value)
    told = (form.text("_shape") or "1") if form else "1"
    counts = [min(int(count), MOST_REMEDIES) for count in told.split(",")[:MOST_OPTIONS] if count.isdecimal()] or [1]
    more = form.text("_more") if form else None
    if more == "option":
        counts.append(1)
    elif more is not None and more.isdecimal() and int(more) < len(counts):
        counts[int(more)] += 1
    return [min(count, MOST_REMEDIES) for count in counts[:MOST_OPTIONS]]
