"""The root cause of a case, from its facts, its finding and the customer's words (docs/responsibility.md)."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from models.case.state import CaseState
from models.common.plain_text import plain_text
from models.common.vocabulary import Role
from models.investigation.findings import Told
from models.policy.root_causes import NOT_ESTABLISHED, RootCause
from rules.facts.liability import fits


def root_cause(case: CaseState, catalogue: Iterable[RootCause]) -> str:
    """The id of the first row that fits; `not_established` when none does."""
    said = plain_text(
        " ".join([case.receipt.description, *(said.words for said in case.sayings if said.by.role is Role.CUSTOMER)])
    )
    return next((row.id for row in catalogue if _fits(row, case, said)), NOT_ESTABLISHED)


def _fits(row: RootCause, case: CaseState, said: str) -> bool:
    """Everything that the row names holds, and it names something."""
    finding = case.finding
    known = {fact.name: fact.value for fact in case.facts}
    tests = [
        (row.party is not None, finding is not None and finding.party is row.party),
        (row.rows, finding is not None and finding.row in row.rows),
        (row.issues, case.issue in row.issues),
        (row.when, all(fits(condition, known) is Told.HOLDS for condition in row.when)),
        (row.words, bool(row.words) and _pattern(row.words).search(said) is not None),
    ]
    named = [holds for given, holds in tests if given]
    return bool(named) and all(named)


@cache
def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """One of the words; a Latin one is not found inside another, a Chinese one has no ends."""
    escaped = [re.escape(plain_text(word)) for word in words]
    return re.compile("|".join(rf"(?<![a-z]){word}(?![a-z])" if word.isascii() else word for word in escaped))
