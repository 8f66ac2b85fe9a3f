"""Whether the policy's table of responsibility can work (INV-4): facts that exist, compared as their type allows, each known to its issue."""

from models.investigation.findings import FactType
from models.policy.policy import Condition, Policy
from rules.common.policy_fault import Faults, Loc, unknown
from rules.facts.registry import FACTS, FactSpec

KINDS = {
    FactType.YES_NO: "is yes or no; write is: true or is: false",
    FactType.NUMBER: "is a number; write is, at_least or below with a number",
    FactType.TEXT: "is a text; write is with a text",
    FactType.INSTANT: "is an instant; ask only whether it is known",
    FactType.BY_LINE: "has a value for each line; ask only whether it is known",
}


def responsibility_faults(policy: Policy) -> Faults:
    for index, row in enumerate(policy.liability):
        if not row.issues:
            yield ("liability", index, "issues"), "names no issue; the row can never hold"
        for number, condition in enumerate(row.when):
            yield from condition_faults(("liability", index, "when", number), condition)
    yield from _what_matters(policy)


def _what_matters(policy: Policy) -> Faults:
    """INV-1: each issue lists the facts that matter to it, and with them all that its rows look at."""
    for issue, rule in policy.issues.items():
        loc: Loc = ("issues", issue, "facts")
        if not rule.facts:
            yield loc, "names no facts; list those that matter, as order.status"
            continue
        for number, name in enumerate(rule.facts):
            if name not in FACTS:
                yield (*loc, number), unknown("fact", name, FACTS)
            elif name in rule.facts[:number]:
                yield (*loc, number), f"{name} is named twice; keep one"
        for row in policy.liability:
            looked_at = {condition.fact for condition in row.when} if issue in row.issues else set[str]()
            for name in sorted(looked_at & FACTS.keys() - {*rule.facts}):
                yield loc, f'the liability row "{row.id}" looks at {name}; add it here, or take {issue} from the row'


def condition_faults(loc: Loc, condition: Condition) -> Faults:
    tests = [
        condition.is_ is not None,
        any(limit is not None for limit in (condition.at_least, condition.below, condition.within, condition.after)),
        condition.known is not None,
    ]
    if tests.count(True) != 1:
        yield loc, "tests nothing or two things; write one of is, at_least with below, known"
    spec = FACTS.get(condition.fact)
    if spec is None:
        yield (*loc, "fact"), unknown("fact", condition.fact, FACTS)
        return
    for field, limit in (("at_least", condition.at_least), ("below", condition.below)):
        if limit is not None and spec.type is not FactType.NUMBER:
            yield (*loc, field), f"{condition.fact} {KINDS[spec.type]}"
    if condition.at_least is not None and condition.below is not None and condition.at_least >= condition.below:
        yield (*loc, "below"), f"nothing is at least {condition.at_least:g} and below {condition.below:g}; widen it"
    if condition.is_ is not None:
        yield from _is(loc, condition, spec)


def _is(loc: Loc, condition: Condition, spec: FactSpec) -> Faults:
    value = condition.is_
    fits = {
        FactType.YES_NO: isinstance(value, bool),
        FactType.NUMBER: isinstance(value, int | float) and not isinstance(value, bool),
        FactType.TEXT: isinstance(value, str),
    }
    if not fits.get(spec.type, False):
        yield (*loc, "is"), f"{condition.fact} {KINDS[spec.type]}"
    elif spec.values and value not in spec.values:
        yield (*loc, "is"), unknown(f"value of {condition.fact}", str(value), spec.values)
