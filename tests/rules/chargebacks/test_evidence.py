"""The evidence that speaks against a chargeback is put together from the order's cases (RES-12)."""

from datetime import timedelta

from models.case.state import CaseState
from models.chargebacks.policy import ChargebackPolicy
from models.common.vocabulary import Role
from models.investigation.findings import Saying
from rules.chargebacks.evidence import digest_of, pack_of
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT
from tests.support.builders.cases import NOW, case
from tests.support.builders.orders import order, parcel, payment, refund

POLICY = ChargebackPolicy()


def spoken(*said: tuple[object, str]) -> tuple[Saying, ...]:
    return tuple(Saying(at=NOW + timedelta(hours=n), by=by, words=words) for n, (by, words) in enumerate(said, 1))  # type: ignore[arg-type]


def of(**change: object) -> CaseState:
    return case(order=order(), shipments=(parcel(),), payments=(payment("O-1", 1, refund(1_000)),), looked_up_at=NOW, **change)


def test_goods_parcels_refunds_words_of_the_parties_and_the_terms_are_in_it() -> None:
    said = spoken((MERCHANT, "We sent it."), (AGENT, "Between us: odd."), (CUSTOMER, "It came."))
    pack = pack_of((of(sayings=said),), POLICY)
    assert [one.tracking for one in pack.deliveries] == [parcel().tracking]
    assert [one.amount.minor for one in pack.refunds] == [1_000]
    assert [(one.role, one.words) for one in pack.said][1:] == [("merchant", "We sent it."), ("customer", "It came.")]
    assert all(one.role != Role.AGENT for one in pack.said)
    text = pack.in_words
    assert order().lines[0].title in text
    assert parcel().tracking in text
    assert POLICY.terms.en in text


def test_several_cases_of_the_order_speak_and_each_refund_counts_once() -> None:
    pack = pack_of((of(), of()), POLICY)
    assert len(pack.refunds) == 1


def test_only_the_newest_words_go_along() -> None:
    said = spoken(*((CUSTOMER, f"word {n}") for n in range(30)))
    pack = pack_of((of(sayings=said),), POLICY)
    assert [one.words for one in pack.said][-1] == "word 29"
    assert len(pack.said) == POLICY.most_said


def test_it_has_another_digest_when_it_changes_and_not_for_what_is_added_by_whoever_approves_it() -> None:
    pack = pack_of((of(),), POLICY)
    assert digest_of(pack) == digest_of(pack.model_copy(update={"words": "Look at the signature."}))
    assert digest_of(pack) != digest_of(pack_of((case(order=order()),), POLICY))


def test_without_a_case_it_is_empty_and_no_error() -> None:
    assert pack_of((), POLICY).goods == "—"
