"""Whether the policy's eligibility can work (RES-1, RES-8): rows that are reached, an answer for every remedy of every issue, facts that exist."""

from collections.abc import Sequence

from models.common.vocabulary import Issue, Party
from models.investigation.findings import FactType
from models.policy.eligibility import EligibilityRow, FreightRow, Payer
from models.policy.policy import Policy
from models.remedies.table import REMEDIES, Amount
from rules.common.counting import REST
from rules.common.policy_fault import Faults, Loc, unknown
from rules.facts.registry import FACTS
from rules.policy.liability_checks import condition_faults

COUNTED = "delivery.days_counted"
RULES: Loc = ("eligibility", "rules")
FREIGHT: Loc = ("eligibility", "freight")


def eligibility_faults(policy: Policy) -> Faults:
    rules = policy.eligibility.rules
    for index, row in enumerate(rules):
        for number, condition in enumerate(row.when):
            yield from condition_faults((*RULES, index, "when", number), condition)
        yield from _limit((*RULES, index), row)
        yield from _reached(policy, index, rules)
    yield from _twice(RULES, [row.id for row in rules])
    yield from _counting(policy)
    for issue, rule in policy.issues.items():
        for kind in rule.remedies:
            if not any(kind in row.remedies and _always(row, issue) for row in rules):
                detail = f"{kind} of {issue} meets no rule when none of the conditions hold; end with a row for {kind} without conditions"
                yield RULES, detail
    offered = {kind for rule in policy.issues.values() for kind in rule.remedies}
    added = {kind for kind, spec in REMEDIES.items() if spec.with_credit and policy.store_credit.bonus.share}
    for kind in sorted(offered | added):
        if kind not in policy.eligibility.courses:
            yield ("eligibility", "courses"), f"{kind} is missing; add it with steps and within"
    yield from _freight(policy.eligibility.freight)


def _counting(policy: Policy) -> Faults:
    """Days are counted by a calendar for every order."""
    loc: Loc = ("eligibility", "counting")
    counting = policy.eligibility.counting
    for region, calendar in counting.items():
        if calendar not in policy.calendars:
            yield (*loc, region), unknown("calendar", calendar, policy.calendars)
    counted = [row.id for row in policy.eligibility.rules if row.days is not None]
    counted += [row.id for row in policy.liability if any(condition.fact == COUNTED for condition in row.when)]
    if counted and REST not in counting:
        yield loc, f'"{counted[0]}" counts days, and nothing says how; add "{REST}": and the calendar that counts, as china'


def _limit(loc: Loc, row: EligibilityRow) -> Faults:
    if row.fact is not None and row.fact not in FACTS:
        yield (*loc, "fact"), unknown("fact", row.fact, FACTS)
    elif row.fact is not None and FACTS[row.fact].type is not FactType.NUMBER:
        yield (*loc, "fact"), f"{row.fact} is no number; name a fact that is an amount"
    if row.fact is not None and row.otherwise is None:
        yield (*loc, "otherwise"), f"say why it is refused when {row.fact} is nothing"
    if row.firm and row.allow:
        yield (*loc, "firm"), "only a refusal is firm; add allow: false or take firm away"
    for field, limit in (("within", row.within), ("days", row.days)):
        if not row.allow and limit is not None:
            yield (*loc, field), "a refusal has no time limit; remove it, or allow what is asked in time"
    for kind in row.remedies:
        of_goods = REMEDIES[kind].refunds or REMEDIES[kind].amount is Amount.NONE
        if row.allow and row.most is None and not of_goods:
            yield (*loc, "most"), f"{kind} is no share of the goods; say how much at most"


def _reached(policy: Policy, index: int, rules: Sequence[EligibilityRow]) -> Faults:
    """A row after one that always fits never decides."""
    row = rules[index]
    pairs = {
        (kind, issue)
        for issue, rule in policy.issues.items()
        for kind in row.remedies
        if kind in rule.remedies and (not row.issues or issue in row.issues)
    }
    if not pairs:
        yield (*RULES, index, "issues"), f'"{row.id}" names no issue that has this remedy; see `remedies` of the issues'
    elif all(any(kind in earlier.remedies and _always(earlier, issue) for earlier in rules[:index]) for kind, issue in pairs):
        yield (*RULES, index), f'"{row.id}" is never reached; a row before it always decides, so move it up or remove it'


def _always(row: EligibilityRow, issue: Issue) -> bool:
    return not row.when and row.liable is None and (not row.issues or issue in row.issues)


def _freight(rows: Sequence[FreightRow]) -> Faults:
    yield from _twice(FREIGHT, [row.id for row in rows])
    if not rows or rows[-1].issues or rows[-1].found:
        yield FREIGHT, "has no answer for the rest; end with a row that names neither issues nor found"
    for index, row in enumerate(rows):
        unpaid = {Party.NONE, Party.SHARED} & set(row.found) or not row.found
        if row.payer is Payer.LIABLE and unpaid:
            yield (
                (*FREIGHT, index, "payer"),
                "names whoever is liable, but nobody may be, or several; list in found who pays then",
            )


def _twice(loc: Loc, ids: Sequence[str]) -> Faults:
    for index, id_ in enumerate(ids):
        if id_ in ids[:index]:
            yield (*loc, index, "id"), f'the id "{id_}" is taken by {loc[-1]}[{ids.index(id_)}]; give each row its own'
