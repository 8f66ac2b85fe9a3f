"""Who reads what of a case (TRU-5): each secret, and everybody who is to have it; nobody else finds it anywhere in the view."""

import re
from typing import Any

import pytest

from models.common.actors import SYSTEM, Actor
from models.common.base import Bilingual
from models.common.events import Event
from models.common.readers import Reader
from models.common.vocabulary import Party, Role
from models.policy.policy import PolicySlice
from rules.case.access import may_see_piece
from rules.case.timeline import as_written_today, data_for, grounds_in, may_read
from rules.case.view import view_of
from rules.common.readers import as_seen
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.cases import NOW, finding
from tests.support.builders.secrets import PEOPLE, SECRETS, STAFF, TO_PLATFORM, C, K, M, Y, case_with_secrets, piece, words

ANALYST = Actor(role=Role.ANALYST, id="ana")
EVERYBODY = (CUSTOMER, MERCHANT, CARRIER, AGENT, SUPERVISOR, ANALYST)


def shown(policy: PolicySlice, reader: Actor, **change: object) -> str:
    view = view_of(case_with_secrets(**change), policy, reader, NOW)
    assert as_seen(view, reader) == view, "what was left to a reader is left again"
    return view.model_dump_json()


@pytest.mark.parametrize("reader", EVERYBODY, ids=lambda reader: reader.role.value)
def test_a_secret_of_a_case_is_in_the_view_of_those_alone_who_are_to_have_it(policy_slice: PolicySlice, reader: Actor) -> None:
    view = shown(policy_slice, reader)
    found = {secret for secret in SECRETS if f"{secret}" in view}
    assert found == {secret for secret, readers in SECRETS.items() if reader.role in readers}


def test_every_secret_that_was_planted_is_in_the_table() -> None:
    assert set(re.findall(r"secret-[a-z0-9-]+", case_with_secrets().model_dump_json())) == SECRETS.keys()


def test_another_carrier_of_the_case_does_not_read_what_the_first_answered(policy_slice: PolicySlice) -> None:
    assert "secret-answer-of-carrier" not in shown(policy_slice, Actor(role=Role.CARRIER, id="K-2"))


@pytest.mark.parametrize("reader", [CUSTOMER, CARRIER], ids=lambda reader: reader.role.value)
def test_the_finding_is_everybodys_once_it_is_decided_what_is_to_be_done(policy_slice: PolicySlice, reader: Actor) -> None:
    assert "secret-basis" in shown(policy_slice, reader, settled=True)
    assert "secret-finder" not in shown(policy_slice, reader, settled=True)


def test_an_analyst_reads_the_basis_that_a_rule_gave_and_no_persons(policy_slice: PolicySlice) -> None:
    by_rule = finding(Party.CARRIER, row="lost", basis=Bilingual(zh="secret-rule", en="secret-rule"))
    assert "secret-rule" in shown(policy_slice, ANALYST, finding=by_rule)
    assert "secret-basis" not in shown(policy_slice, ANALYST)


@pytest.mark.parametrize("reader", EVERYBODY[:5], ids=lambda reader: reader.role.value)
def test_a_piece_of_evidence_goes_with_the_words_that_it_came_with(reader: Actor) -> None:
    state = case_with_secrets()
    assert may_see_piece(state, reader, piece("a-public").sha256)
    assert may_see_piece(state, reader, piece("b-answer").sha256) is (reader.role in STAFF | {M})
    assert may_see_piece(state, reader, piece("c-appeal").sha256) is (reader.role in STAFF | {M})


def test_a_private_piece_that_was_also_given_openly_is_everybodys() -> None:
    openly = words(MERCHANT, "again", 9, piece("b-answer"))
    assert may_see_piece(case_with_secrets(sayings=(TO_PLATFORM, openly)), CUSTOMER, piece("b-answer").sha256)


OF_MERCHANT = {"of": "merchant", "question_en": "secret"}
Told = tuple[Event, dict[str, Any], Actor, str, set[Role]]
ENTRIES: list[Told] = [
    (Event.COUPON_ISSUED, {"code": "secret"}, SYSTEM, "code", STAFF | {C}),
    (Event.CHARGE_ASKED, {"pay_url": "secret"}, SYSTEM, "pay_url", STAFF | {C}),
    (Event.CHARGE_FAILED, {"pay_url": "secret"}, SYSTEM, "pay_url", STAFF | {C}),
    (Event.REVIEWED, {"agrees": True, "note": "secret"}, SUPERVISOR, "note", STAFF),
    (Event.TRANSFER_ASKED, {"to": "bob", "reason": "secret"}, AGENT, "reason", STAFF),
    (Event.NOTED, {"words": "secret", "mentions": ["bob"]}, AGENT, "words", STAFF),
    (Event.NOTED, {"words": "w", "mentions": ["secret"]}, SUPERVISOR, "mentions", STAFF),
    (Event.TRANSFER_DECLINED, {"reason": "secret"}, AGENT, "reason", STAFF),
    (Event.ESCALATED, {"tier": "platform", "reason": "requested", "words": "secret"}, AGENT, "words", STAFF),
    (Event.ESCALATED, {"tier": "platform", "reason": "requested", "words": "secret"}, MERCHANT, "words", STAFF | {M}),
    (Event.DECLINED, {"proposal_id": "p1", "reason": "secret"}, SUPERVISOR, "reason", STAFF),
    (Event.GRADED, {"priority": "P1", "reasons": ["secret"]}, SYSTEM, "reasons", STAFF | {Y}),
    (Event.ASSIGNED, {"handler": "secret", "team": "t"}, SYSTEM, "handler", STAFF),
    (Event.TAKEN, {"handler": "secret"}, AGENT, "handler", STAFF),
    (Event.TRANSFERRED, {"handler": "secret", "team": "t"}, AGENT, "handler", STAFF),
    (Event.APPEALED, {"party": "merchant", "words": "secret"}, MERCHANT, "words", STAFF | {M}),
    (Event.REMEDY_TOLD, {"kind": "apology", "words": "secret"}, SYSTEM, "words", PEOPLE),
    (Event.INFORMATION_REQUESTED, {**OF_MERCHANT, "asker": "agent"}, AGENT, "question_en", STAFF | {M}),
    (Event.INFORMATION_REQUESTED, {**OF_MERCHANT, "asker": "customer"}, CUSTOMER, "question_en", STAFF | {M, C}),
    (Event.LIABLE, {"party": "carrier", "basis_en": "secret"}, SYSTEM, "basis_en", STAFF | {K}),
    (Event.FOUND, {"party": "carrier", "basis_en": "secret"}, AGENT, "basis_en", STAFF | {M}),
]  # fmt: skip


@pytest.mark.parametrize(("event", "data", "by", "field", "readers"), ENTRIES)
def test_a_secret_of_an_entry_is_read_by_those_alone_who_are_to_have_it(
    event: Event, data: dict[str, Any], by: Actor, *, field: str, readers: set[Role]
) -> None:
    def reads(reader: Actor) -> bool:
        on = grounds_in(data, by, reader)
        return may_read(event, on) and field in data_for(event, data, on)

    assert {reader.role for reader in EVERYBODY if reads(reader)} == readers


@pytest.mark.parametrize("reader", [CUSTOMER, MERCHANT, CARRIER, ANALYST], ids=lambda reader: reader.role.value)
def test_that_there_is_a_note_at_all_is_for_the_platforms_people(reader: Actor) -> None:
    assert not may_read(Event.NOTED, grounds_in({"words": "secret"}, AGENT, reader))


def test_why_an_option_is_offered_is_taken_out_of_each_of_them_for_an_analyst() -> None:
    data: dict[str, Any] = {
        "round": 1,
        "options": [{"remedies": ["apology"], "why": "secret"}, {"remedies": [], "why": "secret"}],
    }
    on = grounds_in(data, SYSTEM, ANALYST)
    assert data_for(Event.PROPOSED, data, on) == {"round": 1, "options": [{"remedies": ["apology"]}, {"remedies": []}]}


def test_what_the_table_of_events_does_not_know_is_for_nobody() -> None:
    on = grounds_in({}, SYSTEM, SUPERVISOR)
    assert data_for(Event.OPENED, {"kind": "complaint", "odd": "secret"}, on) == {"kind": "complaint"}


@pytest.mark.parametrize(
    ("reason", "by", "kept"), [("I am angry", CUSTOMER, False), ("taken", AGENT, True), ("missed", SYSTEM, True)]
)
def test_words_of_an_escalation_of_releases_before_are_no_code(reason: str, by: Actor, *, kept: bool) -> None:
    written = as_written_today(Event.ESCALATED, {"reason": reason}, by)
    assert written == ({"reason": reason} if kept else {"reason": "requested", "words": reason})


def test_redress_itself_reads_as_a_supervisor_does() -> None:
    assert Reader.of(Role.SYSTEM) == {Reader.SUPERVISOR}
