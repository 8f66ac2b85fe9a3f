"""The ledger of an order's money (RES-5): whatever happens in whatever order, entries sum to zero and nothing is given twice."""

import random
from collections.abc import Callable, Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from models.base import Money
from models.ledger import Entry, EntryKind
from models.partners import Payment, PaymentStatus, Refund, RefundStatus
from models.remedies import RefundPart
from models.vocabulary import Reimbursement
from rules import ledger
from rules.ledger import Whose
from rules.refunds import split

ORDER = "O-1"
STATES = {
    RefundStatus.ACCEPTED: Reimbursement.REQUESTED,
    RefundStatus.ARRIVED: Reimbursement.ARRIVED,
    RefundStatus.REFUSED: Reimbursement.FAILED,
}


def refund(key: str, minor: int, status: RefundStatus = RefundStatus.ARRIVED, payment_id: str = "P-1") -> Refund:
    amount = Money(minor=minor)
    return Refund(
        refund_id=f"R-{key}", key=key, payment_id=payment_id, order_id=ORDER, amount=amount, status=status, reference="RD-1"
    )


def payment(minor: int, *refunds: Refund, payment_id: str = "P-1", **change: object) -> Payment:
    captured = PaymentStatus.CAPTURED
    paid = Payment(
        payment_id=payment_id, order_id=ORDER, method="alipay", status=captured, amount=Money(minor=minor), refunds=refunds
    )
    return paid.model_copy(update=change)


class Books:
    """A ledger in memory, a provider, and cases that refund: what the activities do, without a database."""

    def __init__(self, *paid: int) -> None:
        self.entries: list[Entry] = []
        self.captured = {f"P-{number}": minor for number, minor in enumerate(paid, start=1)}
        self.refunds: dict[str, Refund] = {}
        self.parts: dict[str, RefundPart] = {}
        self.old_list = self.payments()

    def post(self, *entries: Entry) -> None:
        known = {entry.key: entry for entry in (*entries, *self.entries)}
        self.entries = list(known.values())

    def payments(self) -> tuple[Payment, ...]:
        """The provider's own list."""
        return tuple(
            payment(minor, *(one for one in self.refunds.values() if one.payment_id == name), payment_id=name)
            for name, minor in self.captured.items()
        )

    def look(self, payments: tuple[Payment, ...]) -> None:
        self.post(*ledger.seen(ORDER, payments, self.entries))

    def set_aside(self, whose: Whose, minor: int) -> bool:
        self.look(self.old_list)
        shares = split(minor, ledger.left_on(self.entries, "CNY", ["P-1"]))
        for payment_id, share in (shares or {}).items():
            key = f"{whose.case_id}.{len(self.parts)}"
            self.parts[key] = RefundPart(key=key, payment_id=payment_id, amount=Money(minor=share))
            self.post(ledger.set_aside(whose, self.parts[key]))
        return shares is not None

    def ask(self, key: str, status: RefundStatus) -> None:
        """The provider takes it, or says no: of itself, or because the payment does not hold as much."""
        part = self.parts[key]
        gone = self.back(part.payment_id)
        enough = gone + part.amount.minor <= self.captured[part.payment_id]
        made = refund(key, part.amount.minor, status if enough else RefundStatus.REFUSED, part.payment_id)
        self.refunds.setdefault(key, made)

    def hear(self, whose: Whose, key: str) -> None:
        """The case learns what became of a part, maybe again; it only moves forward."""
        part, told = self.parts[key], self.refunds.get(key)
        order = list(STATES.values())
        if told is None:
            return
        to = STATES[told.status]
        if part.reimbursement is not to and part.reimbursement in {Reimbursement.PENDING, *order[: order.index(to)]}:
            self.post(*ledger.moved(whose, part, to))
            self.parts[key] = part.model_copy(update={"reimbursement": to})

    def back(self, payment_id: str | None = None) -> int:
        """What really went back."""
        return sum(
            one.amount.minor
            for one in self.refunds.values()
            if one.status is not RefundStatus.REFUSED and payment_id in {None, one.payment_id}
        )

    def check(self) -> None:
        summary = ledger.summary(self.entries, "CNY")
        held = ledger.balances(self.entries)
        assert sum(held.values()) == 0
        assert all(minor >= 0 for (account, _), minor in held.items() if account.startswith(ledger.SET_ASIDE))
        assert held[ledger.PROVIDER, "CNY"] >= 0
        assert self.back() <= sum(self.captured.values())
        if all(held[ledger.PAYMENT + name, "CNY"] >= 0 for name in self.captured):  # nobody else was quicker than our look
            assert summary.paid.minor == summary.refunded.minor + summary.under_way.minor + summary.left.minor


class OneOrder(RuleBasedStateMachine):
    """Several cases of one order, a provider that takes, refuses and is late, and somebody who refunds outside."""

    parts = Bundle("parts")

    def __init__(self) -> None:
        super().__init__()
        self.books = Books(6_000, 4_000)

    @rule(target=parts, case=st.integers(1, 3), minor=st.integers(1, 9_000))
    def intend(self, case: int, minor: int) -> object:
        before = set(self.books.parts)
        whose = Whose(ORDER, f"RD-{case}", f"m{len(before)}")
        left = ledger.summary(self.books.entries, "CNY").left.minor
        done = self.books.set_aside(whose, minor)
        assert done or minor > ledger.summary(self.books.entries, "CNY").left.minor or minor > left
        return multiple(*((whose, key) for key in self.books.parts if key not in before))

    @rule(part=parts, status=st.sampled_from(RefundStatus))
    def the_provider_decides(self, part: tuple[Whose, str], status: RefundStatus) -> None:
        if self.books.parts[part[1]].reimbursement is Reimbursement.PENDING:
            self.books.ask(part[1], status)

    @rule(part=parts)
    def it_arrives(self, part: tuple[Whose, str]) -> None:
        known = self.books.refunds.get(part[1])
        if known is not None and known.status is RefundStatus.ACCEPTED:
            self.books.refunds[part[1]] = known.model_copy(update={"status": RefundStatus.ARRIVED})

    @rule(part=parts, times=st.integers(1, 3))
    def the_case_hears_of_it(self, part: tuple[Whose, str], times: int) -> None:
        for _ in range(times):
            self.books.hear(*part)

    @rule(part=consumes(parts))
    def a_person_pays_it_another_way(self, part: tuple[Whose, str]) -> None:
        whose, key = part
        known = self.books.parts[key]
        if (
            known.reimbursement is Reimbursement.FAILED
            and ledger.left_on(self.books.entries, "CNY")[known.payment_id] >= known.amount.minor
        ):
            self.books.post(*ledger.moved(whose, known, Reimbursement.ARRIVED, otherwise=True))

    @rule(minor=st.integers(1, 3_000), payment_id=st.sampled_from(["P-1", "P-2"]))
    def somebody_refunds_outside(self, minor: int, payment_id: str) -> None:
        key = f"outside-{len(self.books.refunds)}"
        free = ledger.left_on(self.books.entries, "CNY").get(payment_id, 0)
        if minor <= free and self.books.back(payment_id) + minor <= self.books.captured[payment_id]:
            self.books.refunds[key] = refund(key, minor, payment_id=payment_id)

    @rule(fresh=st.booleans(), times=st.integers(1, 2))
    def a_case_looks(self, fresh: bool, times: int) -> None:
        """Some see the list of now, some one of long ago, and some see it twice."""
        if fresh:
            self.books.old_list = self.books.payments()
        for _ in range(times):
            self.books.look(self.books.old_list)

    @invariant()
    def the_books_are_right(self) -> None:
        self.books.check()


TestOneOrder = OneOrder.TestCase
TestOneOrder.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


def life(books: Books, case: str, minor: int, status: RefundStatus) -> Iterator[Callable[[], object]]:
    """One case's refund, step by step; a step may be taken twice."""
    whose = Whose(ORDER, case, "m1")
    before = set(books.parts)
    yield lambda: books.set_aside(whose, minor)
    ours = [key for key in books.parts if key not in before and key.startswith(f"{case}.")]
    for key in ours:
        yield lambda key=key: books.ask(key, status)
        yield lambda key=key: books.hear(whose, key)
        yield lambda key=key: books.hear(whose, key)
        yield lambda: books.look(books.payments())


def test_two_cases_that_refund_one_order_at_once_never_give_more_than_was_paid_in_a_thousand_schedules() -> None:
    chance = random.Random(5)  # noqa: S311  # the same thousand every time
    for _ in range(1_000):
        books = Books(6_000, 4_000)
        wishes = {case: chance.choice(list(RefundStatus)) for case in ("RD-1", "RD-2")}
        lives = [life(books, case, chance.randint(1, 10_000), status) for case, status in wishes.items()]
        while lives:
            one = chance.choice(lives)
            step = next(one, None)
            if step is None:
                lives.remove(one)
            else:
                step()
        books.check()
        assert all(
            told.status is wishes[key.partition(".")[0]] for key, told in books.refunds.items()
        )  # never asked for too much


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_payment_that_grows_is_booked_to_what_it_came_to_whoever_sees_it_first(first: int, second: int) -> None:
    books = Books(first)
    for minor in (first, second, first):
        books.look((payment(minor),))
    assert ledger.left_on(books.entries, "CNY") == {"P-1": max(first, second)}


def test_what_went_back_elsewhere_counts_and_what_was_refused_does_not() -> None:
    books = Books()
    books.look((payment(10_000, refund("outside", 3_000), refund("refused", 4_000, RefundStatus.REFUSED)),))
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 7_000}
    assert ledger.summary(books.entries, "CNY").refunded.minor == 3_000


def test_a_refund_made_outside_that_was_refused_after_all_is_free_again() -> None:
    books = Books()
    for status in (RefundStatus.ACCEPTED, RefundStatus.REFUSED, RefundStatus.ACCEPTED):
        books.look((payment(10_000, refund("outside", 3_000, status)),))
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 10_000}


def test_our_own_refund_counts_once_though_the_provider_lists_it_too() -> None:
    books = Books(10_000)
    books.set_aside(Whose(ORDER, "RD-1", "m1"), 3_000)
    books.ask("RD-1.0", RefundStatus.ARRIVED)
    books.look(books.payments())
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 7_000}


def test_a_refund_that_we_took_for_failed_counts_when_the_provider_paid_it() -> None:
    books, whose = Books(10_000), Whose(ORDER, "RD-1", "m1")
    books.set_aside(whose, 3_000)
    failed = books.parts["RD-1.0"].model_copy(update={"reimbursement": Reimbursement.FAILED})
    books.post(*ledger.moved(whose, books.parts["RD-1.0"], Reimbursement.FAILED))
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 10_000}
    books.look((payment(10_000, refund("RD-1.0", 3_000)),))
    books.post(*ledger.moved(whose, failed, Reimbursement.ARRIVED))  # the case hears of it, too
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 7_000}


def test_only_captured_payments_in_the_refunds_currency_can_be_refunded() -> None:
    books = Books()
    books.look(
        (
            payment(1_000, status=PaymentStatus.PENDING, payment_id="P-2"),
            payment(1_000, amount=Money(minor=1_000, currency="EUR"), payment_id="P-3"),
            payment(1_000, payment_id="P-4"),
        )
    )
    assert ledger.left_on(books.entries, "CNY") == {"P-4": 1_000}
    assert ledger.left_on(books.entries, "EUR") == {"P-3": 1_000}


def test_the_payment_that_was_made_first_is_refunded_first() -> None:
    books = Books(500, 300)
    books.look(books.payments())
    assert list(ledger.left_on(books.entries, "CNY", ["P-2", "P-1"])) == ["P-2", "P-1"]


def test_a_price_difference_is_a_payment_whether_we_or_the_provider_told_of_it_first() -> None:
    whose = Whose(ORDER, "RD-1", "m1")
    for told_first in (True, False):
        books = Books(1_000)
        if told_first:
            books.post(ledger.charged(whose, "P-9", Money(minor=200)))
        books.look((*books.payments(), payment(200, payment_id="P-9")))
        books.post(ledger.charged(whose, "P-9", Money(minor=200)))
        assert ledger.summary(books.entries, "CNY").paid.minor == 1_200


def test_what_a_person_paid_another_way_comes_from_the_payments_and_then_from_the_platform() -> None:
    books, whose = Books(1_000), Whose(ORDER, "RD-1", "m1")
    books.look(books.payments())
    entry = ledger.paid_otherwise(whose, Money(minor=1_500), ledger.left_on(books.entries, "CNY"))
    books.post(entry, entry)
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 0}
    assert ledger.balances(books.entries)[ledger.PLATFORM, "CNY"] == -500


def test_coupons_and_recoveries_leave_what_may_be_refunded_alone() -> None:
    books, whose = Books(1_000), Whose(ORDER, "RD-1", "m1")
    books.look(books.payments())
    coupon, shares = Money(minor=300), {"merchant:M-1": 500, ledger.PLATFORM: 300}
    books.post(ledger.coupon_issued(whose, coupon), ledger.recovered(whose, "CL-1", "carrier:K-1", shares, "CNY"))
    books.post(ledger.coupon_revoked(whose, coupon), ledger.coupon_revoked(whose, coupon))
    assert ledger.summary(books.entries, "CNY").left.minor == 1_000
    held = ledger.balances(books.entries)
    assert (held["carrier:K-1", "CNY"], held["merchant:M-1", "CNY"], held[ledger.PLATFORM, "CNY"]) == (-800, 500, 300)
    assert held[ledger.COUPONS, "CNY"] == 0


def test_every_kind_of_entry_has_its_words_in_both_languages() -> None:
    assert set(ledger.WORDS) == set(EntryKind)
