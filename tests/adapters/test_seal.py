"""Seals: ours fit, and nothing else does; keys change without a pause."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.seal import Seals, canonical
from adapters.secrets import Keyring, Secrets, change_secrets, made_seal
from models.case.action_bodies import Arbitrate, Propose
from models.case.actions import Act
from models.case.state import CaseStart
from models.common.actors import Actor
from models.common.partners import Notice, Sender
from models.common.vocabulary import Role
from rules.policy.load import load_policy, slice_policy
from settings import Settings
from tests.support.builders.actors import AGENT, SUPERVISOR
from tests.support.builders.cases import receipt

AT = datetime(2026, 11, 29, tzinfo=UTC)
WHAT = ("RD-1", "update", "propose")
OPTIONS = [{"remedies": [{"kind": "apology", "words": "sorry"}], "why": "ours"}]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def act(actor: Actor = AGENT, request_id: str = "r1", **body: Any) -> Act[Propose]:
    return Act[Propose](actor=actor, request_id=request_id, body=Propose.model_validate({"options": OPTIONS, **body}))


def aged(settings: Settings, *ages: timedelta) -> Secrets:
    """Keys of these ages, the newest first."""
    keys = tuple(made_seal().model_copy(update={"made_at": datetime.now(UTC) - age}) for age in ages)
    return change_secrets(settings, lambda known: known.model_copy(update={"seals": keys}))


def test_what_was_sealed_fits(settings: Settings) -> None:
    seals = Seals(Keyring(settings))
    assert seals.fits(seals.make(WHAT, [act()]), WHAT, [act()], AT)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (("RD-2", "update", "propose"), act()),
        (("RD-1", "signal", "propose"), act()),
        (("RD-1", "update", "arbitrate"), act()),
        (WHAT, act(SUPERVISOR)),
        (WHAT, act(AGENT.model_copy(update={"id": "bob"}))),
        (WHAT, act(AGENT.model_copy(update={"teams": ("logistics",)}))),
        (WHAT, act(AGENT.model_copy(update={"role": Role.SUPERVISOR}))),
        (WHAT, act(request_id="r2")),
        (WHAT, act(options=[{"remedies": [{"kind": "apology", "words": "sorry!"}], "why": "ours"}])),
    ],
)
def test_another_case_action_actor_or_request_does_not_fit(
    settings: Settings, what: tuple[str, str, str], said: Act[Propose]
) -> None:
    seals = Seals(Keyring(settings))
    assert not seals.fits(seals.make(WHAT, [act()]), what, [said], AT)


def test_no_seal_and_one_by_another_key_do_not_fit(settings: Settings, tmp_path: Path) -> None:
    seals = Seals(Keyring(settings))
    foreign = Seals(Keyring(Settings(data_dir=tmp_path / "foreign"))).make(WHAT, [act()])
    named_as_ours = {**foreign, "key": seals.make(WHAT, [act()])["key"]}
    for seal in (None, {}, foreign, named_as_ours):
        assert not seals.fits(seal, WHAT, [act()], datetime.now(UTC))


def test_both_keys_are_good_and_a_new_one_is_used_once_every_program_has_read_it(settings: Settings) -> None:
    seals = Seals(Keyring(settings))
    aged(settings, timedelta(seconds=5), timedelta(days=1))
    young = seals.make(WHAT, [act()])
    new, old = Keyring(settings).seals
    change_secrets(
        settings, lambda known: known.model_copy(update={"seals": (new.model_copy(update={"made_at": old.made_at}), old)})
    )
    later = seals.make(WHAT, [act()])
    assert young["key"] != later["key"]
    assert all(seals.fits(seal, WHAT, [act()], AT) for seal in (young, later))
    aged(settings, timedelta(0))
    assert not seals.fits(later, WHAT, [act()], AT)


def test_a_folder_of_an_earlier_release_empties_its_queues_and_a_new_one_has_none(settings: Settings, tmp_path: Path) -> None:
    fresh = Seals(Keyring(settings))
    assert not fresh.fits(None, WHAT, [act()], datetime.now(UTC))
    before = Settings(data_dir=tmp_path / "before")
    before.data_dir.mkdir()
    (before.data_dir / "secrets.json").write_text('{"jwt": "%s", "webhook": "whsec_c2VjcmV0"}' % ("x" * 48), encoding="utf-8")
    upgraded = Seals(Keyring(before))
    now = datetime.now(UTC)
    assert [upgraded.fits(None, WHAT, [act()], at) for at in (now, now + timedelta(hours=1))] == [True, False]


def test_a_value_is_the_same_on_the_other_side() -> None:
    policy = slice_policy(load_policy(Settings().policy), AT)
    sent: list[Any] = [
        act(),
        Act[Arbitrate](actor=SUPERVISOR, request_id="r", body=Arbitrate.model_validate({"remedies": [], "reason": "so"})),
        Notice(
            notice_id="n", partner="payment", kind="refund", payload={"b": [1, None], "a": 1.5}, sender=Sender(kind="payment")
        ),
        CaseStart(receipt=receipt("RD-1", received_at=AT), policy=policy),
        CaseStart(receipt=receipt("RD-1", received_at=AT), policy=policy.changed(warn_at=0.5, version="2")),
    ]
    for value in sent:
        assert canonical(type(value).model_validate_json(value.model_dump_json())) == canonical(value)
