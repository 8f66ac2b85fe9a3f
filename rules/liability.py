"""Who is responsible (INV-4): the policy's rows over the facts. Decisive rows stand alone; others are suggestions to an agent."""

from collections.abc import Iterable
from datetime import datetime

from models.findings import Fact, Finding
from models.policy import Condition, LiabilityRow, PolicySlice
from models.vocabulary import Issue
from rules.facts import value_of


def find(policy: PolicySlice, issue: Issue, facts: tuple[Fact, ...], now: datetime) -> Finding | None:
    """The surest row that holds; the earlier of equals. None when no row does."""
    rows = [row for row in policy.liability if issue in row.issues and holds(row, facts)]
    if not rows:
        return None
    row = max(rows, key=lambda row: row.confidence)
    return Finding(party=row.party, confidence=row.confidence, basis=row.basis, row=row.id, at=now)


def decisive(policy: PolicySlice, finding: Finding | None) -> bool:
    """A person's finding always stands; a row's when it is sure enough."""
    return finding is not None and (finding.row is None or finding.confidence >= policy.automatic.confidence)


def holds(row: LiabilityRow, facts: Iterable[Fact]) -> bool:
    facts = tuple(facts)
    return all(_fits(condition, facts) for condition in row.when)


def _fits(condition: Condition, facts: tuple[Fact, ...]) -> bool:
    value = value_of(facts, condition.fact)
    if condition.known is not None:
        return (value is not None) is condition.known
    if value is None:
        return False
    if condition.at_least is not None or condition.below is not None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (condition.at_least is None or value >= condition.at_least) and (
            condition.below is None or value < condition.below
        )
    return value == condition.is_
