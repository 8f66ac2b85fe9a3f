"""Answers to common questions (REC-6), as the marketplace writes them: once, in both languages."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from models.common.base import Bilingual, Frozen, Identifier
from models.common.readers import Everybody
from models.common.vocabulary import Issue

Short = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]


class QuestionText(Bilingual):
    """The question, as a customer would ask it."""

    zh: Everybody[Short]
    en: Everybody[Short]


class AnswerText(Bilingual):
    """What the customer reads."""

    zh: Everybody[Long]
    en: Everybody[Long]


class EntryState(StrEnum):
    """A draft is for the platform's own people; only what is published is found by customers and suggested."""

    DRAFT = "draft"
    PUBLISHED = "published"


class EntryContent(Frozen):
    """What a supervisor writes."""

    title: Everybody[QuestionText]
    body: Everybody[AnswerText]
    issues: Everybody[Annotated[tuple[Issue, ...], Field(max_length=len(Issue))]] = ()
    """The issues it fits; empty: every one."""
    keywords: Everybody[Annotated[tuple[Short, ...], Field(max_length=100)]] = ()
    """Other ways to ask the same, in either language: a few words each."""
    state: Everybody[EntryState] = EntryState.DRAFT


class SeedEntry(EntryContent):
    """An entry of `policies/knowledge.yaml`."""

    id: Identifier
    state: EntryState = EntryState.PUBLISHED


class FirstAnswers(Frozen):
    """Those entries, with the figures of a policy in them."""

    entries: tuple[SeedEntry, ...]
    left_out: tuple[str, ...] = ()
    """What is wrong with those that are not among them: a figure that the policy does not have."""
