"""Who is responsible (INV-4): the policy's rows over the facts. Decisive rows stand alone; others are suggestions to an agent.

`find` decides, `explain` says why: of each row for the issue, which conditions held, which failed, and which facts are lacking.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import JsonValue

from models.common.vocabulary import Issue
from models.investigation.findings import ConditionTold, Explanation, Fact, Finding, Missing, RowTold, Told
from models.policy.policy import Condition, LiabilityRow, PolicySlice
from rules.facts.registry import FACTS
from rules.facts.wording import told, wanted

Known = Mapping[str, JsonValue]


def find(policy: PolicySlice, issue: Issue, facts: Iterable[Fact], now: datetime) -> Finding | None:
    """The surest row that holds; the earlier of equals. None when no row does."""
    known = _known(facts)
    rows = [row for row in policy.liability if issue in row.issues and _told(row, known) is Told.HOLDS]
    if not rows:
        return None
    row = max(rows, key=lambda row: row.confidence)
    return Finding(party=row.party, confidence=row.confidence, basis=row.basis, row=row.id, at=now)


def decisive(policy: PolicySlice, finding: Finding | None) -> bool:
    """A person's finding always stands; a row's when it is sure enough."""
    return finding is not None and (finding.row is None or finding.confidence >= policy.automatic.confidence)


def explain(
    policy: PolicySlice, issue: Issue, facts: Iterable[Fact], finding: Finding | None, currency: str | None = None
) -> Explanation:
    """Every row for the issue beside the facts, the surest first; of equals the earlier one. `currency`: the order's; None: the policy's."""
    known = _known(facts)
    rows = [_row(policy, row, known, currency or policy.currency) for row in policy.liability if issue in row.issues]
    rows.sort(key=lambda row: -row.confidence)
    stands = decisive(policy, finding)
    suggestions = (row.row for row in rows if row.told is Told.HOLDS and not row.decisive)
    return Explanation(
        rows=tuple(rows),
        decided_by=finding.row if finding and stands else None,
        suggestion=None if stands else next(suggestions, None),
    )


def missing(policy: PolicySlice, issue: Issue, facts: Iterable[Fact]) -> tuple[Missing, ...]:
    """The facts that matter to the issue and are not known (INV-1), with the party that can supply them by now (INV-2)."""
    known = _known(facts)
    lacking = [(name, FACTS[name]) for name in policy.issues[issue].facts if name in FACTS and known.get(name) is None]
    return tuple(
        Missing(fact=name, name=spec.name, asked_of=spec.asked_of if spec.once is None or known.get(spec.once) is True else None)
        for name, spec in lacking
    )


def _known(facts: Iterable[Fact]) -> Known:
    return {fact.name: fact.value for fact in facts}


def _told(row: LiabilityRow, known: Known) -> Told:
    """A row fails with one of its conditions; else it may lack facts."""
    told = {fits(condition, known) for condition in row.when}
    return Told.FAILS if Told.FAILS in told else Told.LACKING if Told.LACKING in told else Told.HOLDS


def _row(policy: PolicySlice, row: LiabilityRow, known: Known, currency: str) -> RowTold:
    return RowTold(
        row=row.id,
        party=row.party,
        confidence=row.confidence,
        decisive=row.confidence >= policy.automatic.confidence,
        basis=row.basis,
        told=_told(row, known),
        conditions=tuple(
            ConditionTold(
                fact=condition.fact,
                name=FACTS[condition.fact].name,
                wanted=wanted(condition, currency),
                value=told(condition.fact, known.get(condition.fact), currency, policy.zone),
                told=fits(condition, known),
            )
            for condition in row.when
            if condition.fact in FACTS
        ),
    )


def fits(condition: Condition, known: Known) -> Told:
    value = known.get(condition.fact)
    if condition.known is False:
        return Told.HOLDS if value is None else Told.FAILS
    if value is None:
        return Told.LACKING
    if condition.known is True:
        holds = True
    elif condition.at_least is not None or condition.below is not None:
        holds = (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and (condition.at_least is None or value >= condition.at_least)
            and (condition.below is None or value < condition.below)
        )
    else:
        holds = value == condition.is_ and isinstance(value, bool) is isinstance(condition.is_, bool)  # 1 is 1.0, and no "yes"
    return Told.HOLDS if holds else Told.FAILS
