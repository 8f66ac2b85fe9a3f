"""The form of every action of a case, submitted as people fill it in: what is wrong or stale comes back with their words, what is right is done."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.pages.cases.actions import DOABLE, Doable, Idea
from models.case.actions import Action
from models.common.actors import Actor
from models.common.decides import Decides
from models.common.vocabulary import Role
from rules.policy.load import load_policy
from tests.support.processes.pages import Shown, Visitor, stranger
from tests.support.processes.scenes import AGENT, COLLEAGUE, SCENES, SUPERVISOR, Case, Shop
from tests.support.processes.waiting import eventually

Typed = Mapping[str, str | list[str]]
BECAUSE = "It is in the papers."
TYPED: Mapping[str, Typed] = {
    "add_words": {"words": "The box was torn, too."},
    "correct_order": {"order_id": "O-1001"},
    "classify": {"issue": "logistics.damaged", "note": BECAUSE},
    "set_priority": {"priority": "P2", "reason": BECAUSE},
    "take": {},
    "transfer": {"team": "logistics", "reason": BECAUSE},
    "accept_transfer": {},
    "decline_transfer": {"reason": BECAUSE},
    "escalate": {"reason": BECAUSE},
    "reply": {"words": "It takes three to five days."},
    "ask": {"of": "merchant", "question": "Was it checked?"},
    "find": {"party": "merchant", "basis": BECAUSE},
    "propose": {
        "options.0.remedies.0.kind": "refund_only",
        "options.0.remedies.0.amount$CNY": "12.90",
        "options.0.why": BECAUSE,
    },
    "approve": {"note": BECAUSE},
    "decline": {"reason": BECAUSE},
    "arbitrate": {"remedies.0.kind": "refund_only", "remedies.0.amount$CNY": "12.90", "reason": BECAUSE},
    "decide_appeal": {"granted": "true", "party": "platform", "reason": BECAUSE},
    "review": {"agrees": "true", "note": BECAUSE},
    "note": {"words": "Asked the warehouse, @bob."},
    "tag": {"add,": "vip, 批次-1"},
    "watch": {},
    "unwatch": {},
    "snooze": {"until@": f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"},
    "unsnooze": {},
    "undo": {},
    "assign": {"to": AGENT},
    "close": {"reason": BECAUSE},
    "merge": {"into": "{twin}", "reason": BECAUSE},
    "unmerge": {"reason": BECAUSE},
    "split": {"lines*": ["L2"], "reason": BECAUSE},
    "link": {"to": "{twin}", "relation": "same_cause"},
    "unlink": {"to": "{twin}"},
    "retry_refund": {"remedy_id": "m1"},
    "record_refund": {"remedy_id": "m1", "proof": "Bank transfer 77"},
    "withdraw": {"reason": BECAUSE},
    "reopen": {"reason": BECAUSE},
}
"""What people fill in, by the names of the form's fields."""
TOO_LONG = "x" * 20_001
"""Longer than any text may be."""
OF_THE_CASE = [one for one in DOABLE.values() if one.idea is Idea.CASE]


@pytest.fixture
async def somebody(shop: Shop) -> AsyncIterator[Visitor]:
    async with stranger(shop.http.base_url) as visitor:
        yield visitor


def who_acts(shop: Shop, one: Doable, role: Role) -> Actor:
    """Whose scene it is; an agent instead of a party, where agents may; the colleague to whom a case is handed on."""
    if role is Role.SUPERVISOR or Role.AGENT not in one.roles:
        return Actor(role=Role.SUPERVISOR, id=SUPERVISOR)
    to_them = one.action in {Action.ACCEPT_TRANSFER, Action.DECLINE_TRANSFER}
    teams = tuple(load_policy(shop.settings.policy).teams)
    return Actor(role=Role.AGENT, id=COLLEAGUE if to_them else AGENT, teams=teams)


async def page_with(somebody: Visitor, case: Case, form: str) -> Shown:
    """The case's page, once it has this form."""
    address = f"/console/cases/{case.case_id}"
    return await eventually(lambda: somebody.get(address), lambda shown: form in shown.forms)


@pytest.mark.parametrize("one", OF_THE_CASE, ids=lambda one: one.code)
async def test_a_form_keeps_what_is_wrong_or_stale_and_does_what_is_right(shop: Shop, somebody: Visitor, one: Doable) -> None:
    bring_about, role = SCENES[Action(one.action)]
    case = await bring_about(shop)
    await somebody.sign_in(shop.database, who_acts(shop, one, role))
    typed: dict[str, Any] = {
        name: text.format(twin=case.twin) if isinstance(text, str) else text for name, text in TYPED[one.code].items()
    }
    form = f"form-{one.code}"
    await page_with(somebody, case, form)
    if typed:
        *_, last = typed
        await somebody.refused(422, form, **{**typed, last: TOO_LONG})
    if issubclass(one.shape, Decides):
        await somebody.overtaken(form, *one.shape.NAMED_BY, **typed)
    shown = await somebody.submit(form, **typed)
    assert shown.status == 200, shown.text
    assert f"Done: {one.title.en}." in shown.text
