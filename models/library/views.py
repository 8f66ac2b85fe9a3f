"""What the library shows (ARC-2). Texts come only to those who may read them (`rules/library/passages.py`)."""

from models.common.base import Frozen, Instant, Money
from models.common.readers import Books, Everybody, Inside
from models.common.vocabulary import Issue, Outcome, Party, RemedyKind, Role
from models.library.lesson import LessonView
from models.library.passage import PassageKind


class ExcerptView(Frozen):
    """A piece of a text that you may read. `marks`: where the words stand that were found, `[from, to)`, in characters of `text`."""

    kind: Everybody[PassageKind]
    by: Everybody[Role | None]
    at: Everybody[Instant]
    text: Everybody[str]
    marks: Everybody[tuple[tuple[int, int], ...]]


class CaseBrief(Frozen):
    """A case, and how it ended if it did."""

    case_id: Everybody[str]
    issue: Everybody[Issue | None]
    issue_name: Everybody[str | None]
    order_id: Everybody[str | None]
    merchant_id: Everybody[str | None]
    stage: Everybody[str]
    outcome: Everybody[Outcome | None]
    root_cause: Books[str | None]
    """Of a closed case: whose doing it was, and by which row of the policy."""
    opened_at: Everybody[Instant]
    closed_at: Everybody[Instant | None]


class FoundCase(CaseBrief):
    """A case that was found. `score`, 0 to 1: how much of the question it has, and how close together."""

    score: Everybody[float]
    excerpts: Everybody[tuple[ExcerptView, ...]]


class LibraryPage(Frozen):
    """The cases that fit best, the best first: one page, no further ones."""

    cases: Everybody[tuple[FoundCase, ...]]


class GivenRemedy(Frozen):
    kind: Inside[RemedyKind]
    amount: Inside[Money | None]


class SimilarCase(CaseBrief):
    """A closed case that has much in common with yours. `score`, 0 to 1: how much of yours it has."""

    score: Inside[float]
    shared: Inside[tuple[str, ...]]
    """In what they agree beside their words: issue, sku, category, merchant, carrier, wanted, cause, party, fact, amount."""
    party: Inside[Party | None]
    """Who was found responsible."""
    remedies: Inside[tuple[GivenRemedy, ...]]
    days: Inside[float | None]
    """From opening to closing."""
    rating: Inside[int | None]
    """The customer's, of the solution, 1 to 5."""
    lesson: Inside[LessonView | None]


class CauseCount(Frozen):
    """How many of these similar cases have a root cause, and how they ended."""

    root_cause: Books[str]
    cases: Inside[int]
    outcomes: Inside[dict[Outcome, int]]


class SimilarCases(Frozen):
    """The most similar first. `causes`: among them, the most frequent first."""

    case_id: Inside[str]
    cases: Inside[tuple[SimilarCase, ...]]
    causes: Inside[tuple[CauseCount, ...]]


class LessonPage(Frozen):
    """Lessons, those that were written first first. Follow `next` until it is null."""

    lessons: Inside[tuple[LessonView, ...]]
    next: Inside[str | None]
