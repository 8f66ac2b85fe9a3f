"""What a customer's words ask for (WRK-6): a reply, that the matter is taken up again, or a change of the order of another kind (WRK-4).

The phrases are the policy's (`replies`).
"""

import re
from functools import lru_cache

from models.common.plain_text import plain_text
from models.common.vocabulary import Issue, Role
from models.policy.replies import RepliesPolicy
from models.remedies.order_change import ChangeKind

ANSWERING = frozenset({Role.MERCHANT}) | Role.platform()
"""Who answers customers."""
LONGEST_THANKS = 200
"""Letters. Whoever writes more says more than thanks."""


def asks_for_reply(policy: RepliesPolicy, words: str) -> bool:
    """Whether there is anything in them besides thanks: a question that a program does not understand is a question all the same."""
    said = plain_text(words)
    if len(said) > LONGEST_THANKS or not policy.thanks:
        return True
    return any(sign.isalnum() or sign in "?？" for sign in _pattern(policy.thanks).sub(" ", said))


def says_unsolved(policy: RepliesPolicy, words: str) -> bool:
    """Whether they say that the matter is not settled."""
    return _names(policy.unsolved, words)


def changes_named(policy: RepliesPolicy, issue: Issue | None, words: str) -> frozenset[ChangeKind]:
    """Which kinds of change the words ask for; none where the issue is not a change of the order."""
    if issue is not Issue.CHANGE:
        return frozenset()
    return frozenset(kind for kind, phrases in policy.changes.items() if _names(phrases, words))


def _names(phrases: tuple[str, ...], words: str) -> bool:
    return bool(phrases) and _pattern(phrases).search(plain_text(words)) is not None


@lru_cache(maxsize=64)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """The longest first, so that `thank you very much` leaves nothing over."""
    plain = sorted(map(plain_text, phrases), key=len, reverse=True)
    return re.compile(
        "|".join(rf"(?<![a-z0-9]){re.escape(one)}(?![a-z0-9])" if one.isascii() else re.escape(one) for one in plain)
    )
