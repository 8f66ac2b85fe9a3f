"""The forms of returns, replacements and claims on a case's page, submitted as people fill them in, wrong ones first."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from api.pages.cases.actions import DOABLE
from models.common.decides import Decides
from models.common.vocabulary import Role
from models.replacements.state import ReplacementStage
from tests.api.pages.cases.test_every_action import BECAUSE, TOO_LONG
from tests.api.pages.cases.test_worth import at_a_reduced_worth
from tests.api.test_claims import claimed
from tests.api.test_returns import scene_of
from tests.support.builders.pictures import picture
from tests.support.builders.replacements import repairing, reshipping
from tests.support.processes.api import Web
from tests.support.processes.pages import Shown, Visitor, Visitors
from tests.support.processes.waiting import eventually

_numbers = itertools.count(1)
SOON = datetime.now(UTC) + timedelta(days=1)


def at(hours: int) -> str:
    """An instant as a field of a browser holds it."""
    return f"{SOON + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


TYPED: Mapping[str, Mapping[str, Any]] = {
    "returns_book_pickup": {"start@": at(0), "end@": at(2)},
    "returns_move_pickup": {"start@": at(24), "end@": at(26)},
    "returns_cancel_pickup": {},
    "returns_extend": {"until@": at(24 * 9), "reason": BECAUSE},
    "returns_join": {"reference": "RD-0000000000AA.m1.return"},
    "returns_leave": {},
    "returns_ship": {"carrier_id": "SF", "tracking": "SF{number}"},
    "returns_claim_freight": {"amount$CNY": "9.00", "receipt": ("receipt.jpg", picture(comment=b"a page"), "image/jpeg")},
    "returns_receive": {},
    "returns_inspect": {"lines.0.accepted": "0", "lines.0.rejected": "1", "lines.0.reason": BECAUSE},
    "returns_agree_worth": {},
    "returns_refuse_worth": {"reason": BECAUSE},
    "returns_appeal_worth": {"words": BECAUSE},
    "returns_rule_worth": {"shares.0.share": "0.9", "reason": BECAUSE},
    "replacements_diagnose": {"in_warranty": "false", "estimate$CNY": "45.00", "words": BECAUSE},
    "replacements_accept_estimate": {},
    "replacements_refuse_estimate": {"reason": BECAUSE},
    "replacements_repaired": {"words": BECAUSE},
    "replacements_not_repairable": {"words": BECAUSE},
    "replacements_sent": {"carrier_id": "K-9", "tracking": "T{number}"},
    "replacements_out_of_stock": {"expected_at@": at(48)},
    "replacements_choose_refund": {},
    "claims_remind": {"words": BECAUSE},
    "claims_dispute": {"words": BECAUSE},
    "claims_settle": {"amount$CNY": "20.00", "proof": BECAUSE},
    "claims_write_off": {"reason": BECAUSE},
}
SAID = {one.code: one for one in DOABLE.values()}


async def does(somebody: Visitor, case_id: str, about: str, code: str, *, decides: bool = True, **more: str) -> Shown:
    """Submit the form of what is about a remedy or claim: too long, then stale, then as it should be."""
    one = SAID[code]
    form = f"form-{about}-{one.action}".replace(".", "-")
    address = f"/console/cases/{case_id}"
    await eventually(lambda: somebody.get(address), lambda shown: form in shown.forms)
    number = next(_numbers)
    typed = {
        name: text.format(number=number) if isinstance(text, str) else text for name, text in {**TYPED[code], **more}.items()
    }
    texts = [name for name, text in typed.items() if isinstance(text, str)]
    if texts:
        await somebody.refused(422, form, **{**typed, texts[-1]: TOO_LONG})
    if decides and issubclass(one.shape, Decides):
        await somebody.overtaken(form, *one.shape.NAMED_BY, **typed)
    shown = await somebody.submit(form, **typed)
    assert shown.status == 200, shown.text
    assert f"Done: {one.title.en}." in shown.text
    return shown


async def test_a_return_is_taken_from_the_pickup_to_the_inspection(web: Web, visitors: Visitors) -> None:
    scene = await scene_of(web)
    susan = await visitors.signed_in(Role.SUPERVISOR, "susan")
    for action in ("book_pickup", "move_pickup", "cancel_pickup", "extend", "ship", "claim_freight", "receive"):
        await does(susan, scene.case_id, "m1", f"returns_{action}")
    assert "SF" in (await susan.get(f"/console/cases/{scene.case_id}")).text
    await does(susan, scene.case_id, "m1", "returns_inspect")
    shown = await eventually(lambda: susan.get(f"/console/cases/{scene.case_id}"), lambda shown: "✕ 1" in shown.text)
    assert BECAUSE in shown.text


async def test_a_return_goes_in_the_box_of_another_and_leaves_it(web: Web, visitors: Visitors) -> None:
    leading = await scene_of(web)
    other = await scene_of(web, leading.customer_id)
    susan = await visitors.signed_in(Role.SUPERVISOR, "susan")
    reference = f"{leading.case_id}.m1.return"
    await does(susan, other.case_id, "m1", "returns_join", reference=reference)
    await other.seen(travels_with=reference)
    assert reference in (await susan.get(f"/console/cases/{other.case_id}")).text
    await does(susan, other.case_id, "m1", "returns_leave")
    await other.seen(travels_with=None)


async def test_a_reduced_worth_is_agreed_to_refused_or_ruled_on_after_an_appeal(web: Web, visitors: Visitors) -> None:
    susan = await visitors.signed_in(Role.SUPERVISOR, "susan")
    for actions in (("agree_worth",), ("refuse_worth",), ("appeal_worth", "rule_worth")):
        case_id = await at_a_reduced_worth(web)
        for action in actions:
            await does(susan, case_id, "m1", f"returns_{action}")


async def test_a_repair_is_diagnosed_and_its_price_agreed_to_or_not(web: Web, visitors: Visitors) -> None:
    susan = await visitors.signed_in(Role.SUPERVISOR, "susan")
    for answers in (("refuse_estimate", "sent"), ("accept_estimate",)):
        made = await repairing(web.service, order_id=f"O-PR{next(_numbers)}")
        for action in ("diagnose", *answers):
            await does(susan, made.case.handle.id, "m1", f"replacements_{action}")
        assert "CNY 45.00" in (await susan.get(f"/console/cases/{made.case.handle.id}")).text


async def test_a_repair_is_done_or_cannot_be_done(web: Web, visitors: Visitors) -> None:
    susan = await visitors.signed_in(Role.SUPERVISOR, "susan")
    for action in ("repaired", "not_repairable"):
        made = await repairing(web.service, order_id=f"O-PR{next(_numbers)}")
        await does(susan, made.case.handle.id, "m1", f"replacements_{action}")


async def test_goods_that_are_out_of_stock_are_waited_for_or_refunded(web: Web, visitors: Visitors) -> None:
    susan = await visitors.signed_in(Role.SUPERVISOR, "susan")
    web.service.world.warehouse.sends_at_once = False
    try:
        made = await reshipping(web.service, order_id=f"O-PR{next(_numbers)}")
        await made.at(ReplacementStage.SENDING)
        for action in ("out_of_stock", "choose_refund"):
            await does(susan, made.case.handle.id, "m1", f"replacements_{action}")
    finally:
        web.service.world.warehouse.sends_at_once = True


async def test_a_claim_is_seen_to_on_the_page_of_its_case(web: Web, visitors: Visitors) -> None:
    claim_id = await claimed(web, "K-ONPAGE")
    case_id, susan = claim_id.partition(".")[0], await visitors.signed_in(Role.SUPERVISOR, "susan")
    await does(susan, case_id, claim_id, "claims_remind")
    part = {"amount": {"minor": 9_000, "currency": "CNY"}, "words": "by our terms"}
    answer = await web.person(Role.CARRIER, "K-ONPAGE").post(f"/v1/claims/{claim_id}/accept_part", part)
    assert answer.status_code == 200, answer.text
    await does(susan, case_id, claim_id, "claims_dispute")
    await does(susan, case_id, claim_id, "claims_settle")
    await eventually(lambda: susan.get(f"/console/cases/{case_id}"), lambda shown: "CNY 20.00" in shown.text)


async def test_a_claim_is_given_up_on_the_page_of_its_case(web: Web, visitors: Visitors) -> None:
    claim_id = await claimed(web, "K-UPONPAGE")
    case_id, susan = claim_id.partition(".")[0], await visitors.signed_in(Role.SUPERVISOR, "susan")
    await does(susan, case_id, claim_id, "claims_write_off")
    await eventually(lambda: susan.get(f"/console/cases/{case_id}"), lambda shown: "written off" in shown.text)
