"""What a case teaches (ARC-2): written by an agent, reviewed by a supervisor, then an entry of the knowledge base."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.case.desk_bodies import TagName
from models.common.base import Body, Frozen, Instant
from models.common.readers import Inside, Platform
from models.knowledge.entry import AnswerText, EntryState, QuestionText, Short


class LessonState(StrEnum):
    """Of its review."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class LessonContent(Body):
    """What is to be learnt, as an answer that the knowledge base could give."""

    title: QuestionText
    body: AnswerText
    keywords: Annotated[tuple[Short, ...], Field(max_length=100)] = ()
    """Other ways to ask for it, in either language."""
    tags: Annotated[tuple[TagName, ...], Field(max_length=20)] = ()
    """What the case is an example of."""


class LessonReview(Body):
    """Accept a lesson as an entry of the knowledge base, or decline it with a reason."""

    accept: bool
    state: EntryState = EntryState.DRAFT
    """Of the entry; `published` is found by everybody."""
    reason: Annotated[Short | None, Field(description="Why it is declined; needed then.")] = None


class LessonView(Frozen):
    """A lesson and what became of it. `entry_id`: the entry of the knowledge base that it is."""

    case_id: Inside[str]
    title: Inside[QuestionText]
    body: Inside[AnswerText]
    keywords: Inside[tuple[Short, ...]]
    tags: Inside[tuple[TagName, ...]]
    state: Inside[LessonState]
    by: Platform[str | None]
    at: Inside[Instant]
    reviewed_by: Platform[str | None]
    reviewed_at: Inside[Instant | None]
    reason: Platform[str | None]
    entry_id: Inside[str | None]
