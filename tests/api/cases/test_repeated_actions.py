"""An action under an Idempotency-Key is done once; another one under the same key is refused, not answered with the first one's outcome."""

from typing import Any

from models.common.vocabulary import Role
from tests.support.processes.api import Web
from tests.support.refusals import reused


async def test_the_same_key_with_other_words_is_refused_and_the_first_stand(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_for == "plan")
    path = f"/v1/cases/{case_id}/add_words"
    first = [await customer.post(path, {"words": "the lid is broken"}, idempotency_key="once") for _ in range(2)]
    assert [answer.status_code for answer in first] == [200, 200]
    assert reused(await customer.post(path, {"words": "the cup, too"}, idempotency_key="once"))
    seen = (await web.person(Role.SUPERVISOR, "susan").get(f"/v1/cases/{case_id}?live=true")).json()
    assert [saying["words"] for saying in seen["sayings"]] == ["the lid is broken"]


async def test_what_was_refused_under_a_key_may_be_mended_under_it(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_for == "plan")
    supervisor = web.person(Role.SUPERVISOR, "susan")
    bodies: tuple[dict[str, Any], ...] = (
        {"options": []},
        {"options": [{"remedies": [{"kind": "apology", "words": "sorry"}], "why": "ours"}]},
    )
    answers = [await supervisor.post(f"/v1/cases/{case_id}/propose", body, idempotency_key="plan") for body in bodies]
    assert [answer.status_code for answer in answers] == [422, 200]
