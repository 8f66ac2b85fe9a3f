"""Whether the policy's catalogue of root causes can work: rows and facts that exist, words, and a name for what nobody knows."""

from models.policy.policy import Policy
from models.policy.root_causes import NOT_ESTABLISHED
from rules.common.policy_fault import Faults, unknown
from rules.policy.liability_checks import condition_faults


def root_cause_faults(policy: Policy) -> Faults:
    liability = [row.id for row in policy.liability]
    for index, row in enumerate(policy.root_causes):
        for number, name in enumerate(row.rows):
            if name not in liability:
                yield ("root_causes", index, "rows", number), unknown("row of liability", name, liability)
        for number, condition in enumerate(row.when):
            yield from condition_faults(("root_causes", index, "when", number), condition)
        for number, word in enumerate(row.words):
            if not word.strip():
                yield ("root_causes", index, "words", number), "is empty; remove it"
    if policy.root_causes and NOT_ESTABLISHED not in {row.id for row in policy.root_causes}:
        yield ("root_causes",), f"{NOT_ESTABLISHED} is missing; add it with a name, for cases that no row fits"
