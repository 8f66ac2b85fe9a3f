"""Who is responsible, and why, over HTTP (INV-1, INV-4): the finding, each row of the rule table beside the facts, and what is missing."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, JsonValue

from api.http.dependencies import CallerOf, CaseId, Language, PartsOf, only_for
from api.http.lookup import find
from api.http.problems import problem
from api.http.responses import ALWAYS, problems
from api.http.routes import SeenRoute
from models.case.state import CaseState
from models.common.base import Bilingual, Frozen, Instant, stored
from models.common.readers import PARTICIPANTS, Books, Inside, Reader, Readers, Someone, grounds, seen_by
from models.common.vocabulary import ErrorType, Issue, Locale, Party, Role, WaitingOn
from models.investigation.findings import Fact, FactType, Finding, Missing, RowTold, Told, Unit, fact_grounds
from models.policy.policy import PolicySlice
from rules.facts.liability import decisive, explain, missing
from rules.facts.registry import FACTS
from rules.facts.wording import told
from rules.policy.load import slice_policy
from rules.remedies.limits import currency_of

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=SeenRoute)

READERS = frozenset({Role.MERCHANT, Role.AGENT, Role.SUPERVISOR, Role.ANALYST})
"""Customers and carriers read the finding in the case itself, once it is settled."""


class FactShown(Frozen):
    """Something proved. `as_of`: when it happened, or when the source said so. `said`: the value in words."""

    fact: Books[str]
    name: Books[str]
    type: Books[FactType]
    unit: Books[Unit | None]
    value: Annotated[JsonValue, seen_by(PARTICIPANTS, Reader.PUBLIC)]
    said: Annotated[str, seen_by(PARTICIPANTS, Reader.PUBLIC)]
    source: Books[str]
    at: Books[Instant]
    as_of: Books[Instant | None]
    matters: Books[bool] = Field(description="Whether it matters to the case's issue.")

    def grounds(self, _: Someone) -> Readers:
        return fact_grounds(self.fact)


class MissingShown(Frozen):
    """A fact that matters and is not known; `asked_of`: who can supply it."""

    fact: Books[str]
    name: Books[str]
    asked_of: Books[WaitingOn | None]


class FindingShown(Frozen):
    """Who is responsible by now. `stands` false: a suggestion, until somebody of the platform says so."""

    party: Books[Party]
    confidence: Books[float]
    basis: Annotated[str, seen_by(PARTICIPANTS, Reader.PUBLIC)]
    stands: Books[bool]
    row: Books[str | None] = Field(description="The row of the policy that found it; null: a person did.")
    by: Books[Role]
    at: Books[Instant]

    def grounds(self, _: Someone) -> Readers:
        """The basis of a row is the policy's; that of a person is their own words."""
        return grounds({Reader.PUBLIC: self.row is not None})


class ConditionShown(Frozen):
    fact: Books[str]
    name: Books[str]
    wanted: Books[str]
    value: Annotated[str, seen_by(PARTICIPANTS, Reader.PUBLIC)]
    told: Books[Told]

    def grounds(self, _: Someone) -> Readers:
        return fact_grounds(self.fact)


class RowShown(Frozen):
    """A row of the rule table. `told`: it holds, fails with one of its conditions, or lacks facts that are not known."""

    row: Books[str]
    party: Books[Party]
    confidence: Books[float]
    decisive: Books[bool]
    basis: Books[str]
    told: Books[Told]
    conditions: Books[tuple[ConditionShown, ...]]


class Responsibility(Frozen):
    """The whole explanation, the surest row first."""

    case_id: Books[str]
    issue: Books[Issue]
    issue_name: Books[str]
    policy_version: Books[str] = Field(description="Of the policy that the case was opened with.")
    explained_by: Books[str] = Field(description="The version of the policy whose rows are shown: today's.")
    finding: Books[FindingShown | None]
    decided_by: Books[str | None] = Field(description="The row that decides; null: a person did, or nothing does.")
    suggestion: Inside[RowShown | None] = Field(
        description="For the platform's people while nothing stands: what `find` may take up."
    )
    rows: Books[tuple[RowShown, ...]]
    facts: Books[tuple[FactShown, ...]]
    missing: Books[tuple[MissingShown, ...]]


@router.get(
    "/{case_id}/responsibility",
    summary="Who is responsible, and why · 责任认定与依据",
    responses=problems(*ALWAYS, 404, 504),
)
async def responsibility(parts: PartsOf, caller: CallerOf, language: Language, case_id: CaseId) -> Responsibility:
    """The finding with every row that was weighed: which matched, which did not by what, and which lack a fact."""
    only_for(caller, READERS)
    row = await find(parts, caller, case_id)
    state = stored(CaseState, row.state) if row else None
    policy = slice_policy(parts.policy, datetime.now(UTC))
    if state is None or state.classification is None or state.classification.confidence < policy.triage_below:
        raise problem(
            ErrorType.NOT_FOUND,
            f"The case has no issue yet, so nobody can be responsible. See GET /v1/cases/{case_id}.",
            f"工单尚未分类，无法认定责任。请见 GET /v1/cases/{case_id}。",
            rule="INV-4",
        )
    return _shown(state, state.classification.issue, policy, language)


def _shown(case: CaseState, issue: Issue, policy: PolicySlice, language: Locale) -> Responsibility:
    currency = currency_of(case, policy)
    explanation = explain(policy, issue, case.facts, case.finding, currency)
    rows = {row.row: _row(row, language) for row in explanation.rows}
    rule = policy.issues[issue]
    return Responsibility(
        case_id=case.case_id,
        issue=issue,
        issue_name=rule.name.in_(language),
        policy_version=case.policy_version,
        explained_by=policy.version,
        finding=_finding(case.finding, policy, language) if case.finding else None,
        decided_by=explanation.decided_by,
        suggestion=rows[explanation.suggestion] if explanation.suggestion else None,
        rows=tuple(rows.values()),
        facts=tuple(
            _fact(fact, fact.name in rule.facts, policy, currency, language) for fact in case.facts if fact.name in FACTS
        ),
        missing=tuple(_missing(gap, language) for gap in missing(policy, issue, case.facts)),
    )


def _finding(finding: Finding, policy: PolicySlice, language: Locale) -> FindingShown:
    return FindingShown(
        party=finding.party,
        confidence=finding.confidence,
        basis=finding.basis.in_(language),
        stands=decisive(policy, finding),
        row=finding.row,
        by=finding.by.role,
        at=finding.at,
    )


def _row(row: RowTold, language: Locale) -> RowShown:
    def said(words: Bilingual) -> str:
        return words.in_(language)

    return RowShown(
        row=row.row,
        party=row.party,
        confidence=row.confidence,
        decisive=row.decisive,
        basis=said(row.basis),
        told=row.told,
        conditions=tuple(
            ConditionShown(
                fact=condition.fact,
                name=said(condition.name),
                wanted=said(condition.wanted),
                value=said(condition.value),
                told=condition.told,
            )
            for condition in row.conditions
        ),
    )


def _fact(fact: Fact, matters: bool, policy: PolicySlice, currency: str, language: Locale) -> FactShown:
    spec = FACTS[fact.name]
    return FactShown(
        fact=fact.name,
        name=spec.name.in_(language),
        type=spec.type,
        unit=spec.unit,
        value=fact.value,
        said=told(fact.name, fact.value, currency, policy.zone).in_(language),
        source=fact.source,
        at=fact.at,
        as_of=fact.as_of,
        matters=matters,
    )


def _missing(gap: Missing, language: Locale) -> MissingShown:
    return MissingShown(fact=gap.fact, name=gap.name.in_(language), asked_of=gap.asked_of)
