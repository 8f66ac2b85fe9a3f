"""Where people's words come in, they are read once for what they mean (CLS-3); what was heard is sent along with them."""

import asyncio
from collections.abc import Sequence

from models.case.heard import Heard
from models.policy.grading import GradingPolicy


async def heard_in(words: str, names: Sequence[str], rules: GradingPolicy) -> tuple[Heard, ...] | None:
    """What the words, and the `names` of evidence, mean; None where no model was shipped: then the lists of words decide, in the case."""
    said = words.strip() or any(names)
    return await asyncio.to_thread(_read, words, names, rules) if said else ()


def _read(words: str, names: Sequence[str], rules: GradingPolicy) -> tuple[Heard, ...] | None:
    """Its model is loaded by the first who speaks, not by every start of the API."""
    from rules.classification.meaning import heard_in as read  # noqa: PLC0415 # brings the model's libraries along

    return read(words, names, rules)
