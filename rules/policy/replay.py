"""What another policy would have made of past cases: whether a person was needed, whether it was refused, whose it was.

Both policies look at a case as it was known in the end, and before anything was given: the differences are the policy's alone.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from pydantic import ValidationError

from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Money
from models.common.vocabulary import Party, Priority, Role
from models.investigation.findings import Finding
from models.policy.policy import PolicySlice
from models.remedies.offers import RemedyOffer
from rules.case.automatic import weigh
from rules.case.routing import route
from rules.facts.liability import find
from rules.money.approvals import needs_approval
from rules.remedies.limits import currency_of, total, unfit

SOMEBODY = Actor(role=Role.AGENT, id="somebody")
EXAMPLES = 10


class Fate(StrEnum):
    """How a case goes."""

    ALONE = "alone"
    """Without a person."""
    PERSON = "person"
    """A person decides, within their limit."""
    APPROVAL = "approval"
    """A person decides, and another one agrees."""
    REFUSED = "refused"
    """What was given, or asked for, may not be offered."""


class Judged(NamedTuple):
    """A case under a policy."""

    fate: Fate
    party: Party | None
    team: str | None


@dataclass
class Shift:
    """Cases that go another way under the other policy."""

    cases: int = 0
    examples: list[str] = field(default_factory=list[str])

    def count(self, case_id: str) -> None:
        self.cases += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(case_id)


@dataclass
class Replay:
    """What came of so many cases. `left_out`: they say nothing of the rules, as those without an issue."""

    looked_at: int = 0
    left_out: int = 0
    before: Counter[Fate] = field(default_factory=Counter[Fate])
    after: Counter[Fate] = field(default_factory=Counter[Fate])
    fates: dict[tuple[Fate, Fate], Shift] = field(default_factory=dict[tuple[Fate, Fate], Shift])
    parties: dict[tuple[Party | None, Party | None], Shift] = field(
        default_factory=dict[tuple[Party | None, Party | None], Shift]
    )
    teams: dict[tuple[str | None, str | None], Shift] = field(default_factory=dict[tuple[str | None, str | None], Shift])

    def look_at(self, case: CaseState, before: PolicySlice, after: PolicySlice) -> None:
        """One case, under both."""
        old, new = judge(case, before), judge(case, after)
        if old is None or new is None:
            self.left_out += 1
            return
        self.looked_at += 1
        self.before[old.fate] += 1
        self.after[new.fate] += 1
        if old.fate is not new.fate:
            self.fates.setdefault((old.fate, new.fate), Shift()).count(case.case_id)
        if old.party is not new.party:
            self.parties.setdefault((old.party, new.party), Shift()).count(case.case_id)
        if old.team != new.team:
            self.teams.setdefault((old.team, new.team), Shift()).count(case.case_id)


def judge(case: CaseState, policy: PolicySlice) -> Judged | None:
    """What the policy makes of it; None: it has no issue, or one that the policy does not have."""
    if case.issue is None or case.issue not in policy.issues:
        return None
    found = find(policy, case.issue, case.facts, case.receipt.received_at)
    finding = found or _by_a_person(case.finding)
    bare = case.model_copy(
        update={
            "finding": finding,
            "remedies": (),
            "proposals": (),
            "settled": False,
            "automatic": False,
            "automatic_denied": None,
            "reopened": 0,
            "disputed": False,
        }
    )
    return Judged(_fate(case, bare, policy), finding.party if finding else None, _team(case, policy))


def _fate(case: CaseState, bare: CaseState, policy: PolicySlice) -> Fate:
    if weigh(bare, policy)[0] is not None:
        return Fate.ALONE
    offers = _given(case)
    if offers and unfit(bare, policy, offers) is not None:
        return Fate.REFUSED
    amount = total(offers, currency_of(bare, policy)) if offers else Money(minor=0, currency=policy.currency)
    return Fate.APPROVAL if needs_approval(bare, policy, SOMEBODY, amount) else Fate.PERSON


def _given(case: CaseState) -> tuple[RemedyOffer, ...]:
    """What it was given in the end, and if nothing, what the customer asked for, as far as it can be offered as it is."""
    given = [remedy.model_dump(include=set(RemedyOffer.model_fields)) for remedy in case.remedies if not remedy.of_charge]
    wanted = case.receipt.wanted
    if not given and wanted is not None:
        asked = wanted.model_dump(include={"amount", "items", "change"})
        given = [{"kind": wanted.remedy, "lines": case.receipt.lines, **asked}]
    try:
        return tuple(RemedyOffer.model_validate(one) for one in given)
    except ValidationError:
        return ()


def _by_a_person(finding: Finding | None) -> Finding | None:
    """A person's finding stands under every policy."""
    return finding if finding is not None and finding.row is None else None


def _team(case: CaseState, policy: PolicySlice) -> str | None:
    assert case.issue is not None  # noqa: S101  # `judge` looked
    priority = case.grade.priority if case.grade else Priority.P3
    merchant, region = (case.order.merchant_id, case.order.region) if case.order else (None, None)
    try:
        return route(policy, kind=case.kind, issue=case.issue, priority=priority, region=region, merchant=merchant).team
    except LookupError:
        return None
