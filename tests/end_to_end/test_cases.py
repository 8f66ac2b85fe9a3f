"""A case of every kind, from the first HTTP call to the archive, with the people of every role acting over HTTP."""

from collections.abc import Iterator

import pytest

from models.common.vocabulary import Role
from tests.support.processes.redress import Case, Redress


@pytest.fixture(autouse=True)
def merchants_and_carriers_leave_the_answers_to_the_test(redress: Redress) -> Iterator[None]:
    tempers = f"{redress.sandbox}/tempers"
    redress.http.put(tempers, json=dict.fromkeys(redress.http.get(tempers).json(), "silent")).raise_for_status()
    yield
    redress.http.delete(tempers).raise_for_status()


STARS = {"speed": 5, "solution": 4, "attitude": 5}


def refund(case: Case, share: float) -> list[dict[str, object]]:
    total = case.order["total"]
    return [{"kind": "refund_only", "amount": {"minor": int(total["minor"] * share), "currency": total["currency"]}}]


def answered(case: Case, words: str) -> None:
    """The party that is asked takes responsibility."""
    case.reaches("answers")
    request = next(request for request in case.view()["requests"] if request["answer"] is None)
    case.act(Role(request["of"]), "answer", request_id=request["id"], words=words, admits=True)


def confirmed(case: Case) -> dict[str, object]:
    """The customer is content: the case is sealed in the archive."""
    case.reaches("confirmation")
    case.act(Role.CUSTOMER, "confirm", rating=STARS)
    view = case.closes()
    assert view["archive"]["sha256"]
    assert view["survey"]["speed"] == 5
    return view


def test_a_clear_and_small_case_is_refunded_without_a_person(redress: Redress) -> None:
    case = redress.open("charged_twice", kind="after_sales", issue="payment.charged_twice", wanted={"remedy": "refund_only"})
    view = confirmed(case)
    assert (view["automatic"], view["outcome"]) == (True, "resolved")
    assert [part["status"] for part in case.refunds()] == ["arrived"]


def test_a_complaint_is_haggled_over_with_the_merchant(redress: Redress) -> None:
    case = redress.open("delivered", kind="complaint", issue="order.change")
    answered(case, "You asked for blue and we sent red.")
    case.reaches("plan")
    case.act(Role.MERCHANT, "propose", options=[{"remedies": refund(case, 0.1), "why": "A tenth for your trouble."}])
    case.reaches("choice")
    case.act(Role.CUSTOMER, "counter", reason="A fifth would be fair.")
    case.reaches("plan")
    case.act(Role.MERCHANT, "propose", options=[{"remedies": refund(case, 0.2), "why": "Agreed."}])
    case.reaches("choice")
    case.act(Role.CUSTOMER, "accept", option=1)
    view = confirmed(case)
    assert view["outcome"] == "resolved"
    assert sum(part["amount"]["minor"] for part in case.refunds()) == int(case.order["total"]["minor"] * 0.2)


def test_a_complaint_passes_agent_and_supervisor(redress: Redress) -> None:
    case = redress.open("expensive", kind="complaint", issue="service.promise_not_kept")
    answered(case, "We promised a gift and forgot it.")
    case.reaches("plan")
    case.act(Role.AGENT, "propose", options=[{"remedies": refund(case, 0.9), "why": "Nearly all of it."}])
    case.reaches("approval")
    case.act(Role.SUPERVISOR, "approve")
    case.reaches("choice")
    case.act(Role.CUSTOMER, "accept", option=1)
    assert confirmed(case)["outcome"] == "resolved"


def test_an_inquiry_that_the_knowledge_base_does_not_settle_is_answered_by_an_agent(redress: Redress) -> None:
    case = redress.open("delivered", kind="inquiry", issue="rules.platform_rule", description="May I return a gift?")
    case.reaches("answer_check")
    case.act(Role.CUSTOMER, "helped", helped=False)
    case.reaches("reply")
    case.act(Role.AGENT, "reply", words="Within seven days, unopened.", solves=True)
    assert confirmed(case)["outcome"] == "answered"
