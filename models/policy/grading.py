"""How urgent and how severe a case is, by figures and words of the policy (CLS-3)."""

from datetime import timedelta

from models.common.base import Duration, Frozen
from models.common.vocabulary import Issue, Priority


class SensesPolicy(Frozen):
    """What the words of `GradingPolicy` mean in a sentence. In a phrase, `…` stands for a few words and `<body>` for any word of that set."""

    sets: dict[str, tuple[str, ...]] = {}
    """Words that phrases name together: body, colour."""
    other: tuple[str, ...] = ()
    """Phrases that have such a word, or a denial, and mean something else: smoke grey, 有没有."""
    denials: tuple[str, ...] = ()
    """A word right after one of these is denied: nobody, 没有."""
    between: tuple[str, ...] = ()
    """What may stand between the two: nobody *was* hurt, 没有*人*受伤. Any other word there, and the denial is of something else."""


class GradingPolicy(Frozen):
    """CLS-3. Points of severity and urgency, and the matrix that turns them into a priority."""

    money: tuple[tuple[int, int], ...] = ((20_000, 1), (100_000, 2), (500_000, 3))
    """(at least this many minor units at stake, severity)."""
    severe_issues: tuple[Issue, ...] = ()
    """Severity 2 by themselves."""
    harm_words: tuple[str, ...] = ()
    """Words of safety and harm: severity 3."""
    public_words: tuple[str, ...] = ()
    """Words of regulators and press: urgency 3."""
    urgent_words: tuple[str, ...] = ()
    """Words of people who cannot wait: urgency 2."""
    senses: SensesPolicy | None = None
    """None: a case from before there were senses; its words count wherever they stand."""
    perishable_marks: tuple[str, ...] = ("perishable",)
    """Marks of goods that spoil: urgency 2."""
    many_lines: int = 3
    """So many lines concerned: severity 1."""
    waited: tuple[tuple[Duration, int], ...] = ((timedelta(days=1), 1), (timedelta(days=3), 2), (timedelta(days=7), 3))
    """(since it happened, at least, urgency)."""
    repeats: tuple[tuple[int, int], ...] = ((1, 2), (3, 3))
    """(how often the case came back, at least, urgency)."""
    matrix: tuple[tuple[Priority, ...], ...]
    """matrix[severity 0..3][urgency 0..3]."""
