"""Who may search what of a case: nobody finds or is shown a text that the case's view keeps from them (TRU-5)."""

import re

import pytest

from models.case.state import CaseState, TimelineEntry
from models.common.actors import Actor
from models.common.events import Event
from models.common.vocabulary import Role
from models.library.lesson import LessonContent
from models.library.passage import readers_named
from rules.library.passages import documents_of, passages_of, readable, traits_of
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.cases import NOW, entry
from tests.support.builders.secrets import SECRETS, STAFF, case_with_secrets

ANALYST = Actor(role=Role.ANALYST, id="ana")
READERS = (CUSTOMER, MERCHANT, CARRIER, AGENT, SUPERVISOR, ANALYST)
NOTES: tuple[TimelineEntry, ...] = (entry(9, Event.NOTED, AGENT, words="secret-note", mentions=[]),)
LESSON = LessonContent.model_validate(
    {"title": {"zh": "secret-lesson", "en": "secret-lesson"}, "body": {"zh": "经验", "en": "lesson"}, "tags": ["battery"]}
)
OF_THE_LIBRARY = {"secret-note": STAFF, "secret-lesson": STAFF | {Role.ANALYST}}


def secrets_for(case: CaseState, reader: Actor) -> set[str]:
    passages = readable(passages_of(case, NOTES, LESSON), reader)
    return {secret for passage in passages for secret in re.findall(r"secret-[a-z0-9-]+", passage.text)}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.role.value)
@pytest.mark.parametrize("settled", [False, True])
def test_nobody_is_shown_a_text_that_the_case_keeps_from_them(reader: Actor, *, settled: bool) -> None:
    allowed = {secret for secret, roles in (SECRETS | OF_THE_LIBRARY).items() if reader.role in roles}
    if settled:
        allowed |= {"secret-basis"} - ({"secret-basis"} if reader is ANALYST else set())
    assert secrets_for(case_with_secrets(settled=settled), reader) <= allowed


def test_the_platforms_people_search_everything_that_was_said() -> None:
    said = {secret for secret in SECRETS if re.match("secret-(public|answer|appeal$|basis)", secret)}
    assert secrets_for(case_with_secrets(), AGENT) >= said | {*OF_THE_LIBRARY}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.role.value)
def test_the_words_of_the_index_are_those_of_what_is_shown(reader: Actor) -> None:
    case = case_with_secrets()
    passages = passages_of(case, NOTES, LESSON)
    indexed = {term for one in documents_of(case, passages) if one.readers & readers_named(reader) for term in one.terms}
    shown = {term for one in documents_of(case, readable(passages, reader)) for term in one.terms}
    assert indexed == shown


def test_another_carrier_does_not_find_what_the_first_answered() -> None:
    assert "secret-answer-of-carrier" in secrets_for(case_with_secrets(), CARRIER)
    assert "secret-answer-of-carrier" not in secrets_for(case_with_secrets(), Actor(role=Role.CARRIER, id="K-2"))


def test_parties_that_a_case_does_not_have_take_no_room_in_the_index() -> None:
    case = case_with_secrets(shipments=(), order=None, sayings=(), requests=(), appeal=None)
    readers = {reader for one in documents_of(case, passages_of(case)) for reader in one.readers}
    assert not readers & {"carrier", "merchant"}


def test_traits_are_found_by_the_platform_alone() -> None:
    case = case_with_secrets()
    documents = documents_of(case, passages_of(case, NOTES))
    assert traits_of(case)
    assert [one.readers for one in documents if one.traits] == [frozenset({"agent", "supervisor"})]


def test_of_very_many_words_the_newest_are_searched() -> None:
    case = case_with_secrets()
    many = tuple(
        case.sayings[0].model_copy(update={"words": f"word{number}", "at": NOW.replace(microsecond=number)})
        for number in range(400)
    )
    texts = [passage.text for passage in passages_of(case.model_copy(update={"sayings": many, "finding": None}))]
    assert case.receipt.description in texts
    assert "word399" in texts
    assert "word0" not in texts
