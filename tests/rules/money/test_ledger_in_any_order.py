"""The ledger whatever happens in whatever order (RES-5): entries sum to zero, nothing is promised twice, late news change nothing."""

import random
from collections.abc import Callable, Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from models.common.base import Money
from models.common.partners import Payment, ProviderRefundStatus
from models.common.vocabulary import RefundStatus
from rules.money import ledger
from rules.money.ledger import Whose
from tests.support.fakes.ledger import ORDER, Books, payment, refund

Step = Callable[[], object]


class OneOrder(RuleBasedStateMachine):
    """Several cases of one order, a provider that takes, refuses and is late, and somebody who refunds outside."""

    parts = Bundle("parts")

    def __init__(self) -> None:
        super().__init__()
        self.books = Books(6_000, 4_000)

    @rule(target=parts, case=st.integers(1, 3), minor=st.integers(1, 9_000), again=st.booleans())
    def intend(self, case: int, minor: int, again: bool) -> object:
        before = set(self.books.parts)
        whose = Whose(ORDER, f"RD-{case}", f"m{len(before)}")
        self.books.look(self.books.old_list)
        left = ledger.summary(self.books.entries, "CNY").left.minor
        assert self.books.set_aside(whose, minor) is (minor <= left)
        if again and minor <= left:
            assert self.books.set_aside(whose, minor)
        fresh = [key for key in self.books.parts if key not in before]
        assert sum(self.books.parts[key].amount.minor for key in fresh) == (minor if minor <= left else 0)
        return multiple(*((whose, key) for key in fresh))

    @rule(part=parts, status=st.sampled_from(ProviderRefundStatus))
    def the_provider_decides(self, part: tuple[Whose, str], status: ProviderRefundStatus) -> None:
        if self.books.parts[part[1]].refund_status is RefundStatus.PENDING:
            self.books.ask(part[1], status)

    @rule(part=parts)
    def it_arrives(self, part: tuple[Whose, str]) -> None:
        known = self.books.refunds.get(part[1])
        if known is not None and known.status is ProviderRefundStatus.ACCEPTED:
            self.books.refunds[part[1]] = known.model_copy(update={"status": ProviderRefundStatus.ARRIVED})

    @rule(part=parts)
    def the_bank_sends_it_back(self, part: tuple[Whose, str]) -> None:
        """Also after it had arrived."""
        known = self.books.refunds.get(part[1])
        if known is not None and known.status is not ProviderRefundStatus.REFUSED:
            self.books.refunds[part[1]] = known.model_copy(update={"status": ProviderRefundStatus.REFUSED})

    @rule(part=parts, times=st.integers(1, 3), stale=st.none() | st.sampled_from(ProviderRefundStatus))
    def the_case_hears_of_it(self, part: tuple[Whose, str], times: int, stale: ProviderRefundStatus | None) -> None:
        """Again and again; and what was so once, late."""
        known = self.books.refunds.get(part[1])
        for _ in range(times):
            self.books.hear(*part)
        if known is not None and stale is ProviderRefundStatus.ACCEPTED:
            self.books.hear(*part, known.model_copy(update={"status": stale}))

    @rule(part=consumes(parts))
    def a_person_pays_it_another_way(self, part: tuple[Whose, str]) -> None:
        whose, key = part
        known = self.books.parts[key]
        if (
            known.refund_status is RefundStatus.FAILED
            and ledger.left_on(self.books.entries, "CNY")[known.payment_id] >= known.amount.minor
        ):
            self.books.post(*ledger.moved(whose, known, RefundStatus.ARRIVED, otherwise=True))

    @rule(case=st.integers(1, 3), minor=st.integers(1, 3_000))
    def a_person_pays_what_was_never_set_aside(self, case: int, minor: int) -> None:
        whose = Whose(ORDER, f"RD-{case}", f"h{len(self.books.entries)}")
        left = ledger.left_on(self.books.entries, "CNY")
        self.books.post(ledger.paid_otherwise(whose, Money(minor=minor), left))

    @rule(minor=st.integers(1, 3_000), payment_id=st.sampled_from(["P-1", "P-2"]))
    def somebody_refunds_outside(self, minor: int, payment_id: str) -> None:
        key = f"outside-{len(self.books.refunds)}"
        free = ledger.left_on(self.books.entries, "CNY").get(payment_id, 0)
        if minor <= free and self.books.back(payment_id) + minor <= self.books.captured[payment_id]:
            self.books.refunds[key] = refund(key, minor, payment_id=payment_id)

    @rule(minor=st.integers(1, 2_000), told_first=st.booleans())
    def the_customer_pays_a_difference(self, minor: int, told_first: bool) -> None:
        """Our own word of it, and the provider's list, in either order."""
        name = f"P-{len(self.books.captured) + 1}"
        self.books.captured[name] = minor
        of = Whose(ORDER, "RD-1", "m1")
        if not told_first:
            self.books.look(self.books.payments())
        self.books.post(ledger.charged(of, name, Money(minor=minor)))

    @rule(minor=st.integers(1, 2_000), revoked=st.booleans())
    def money_of_others_moves(self, minor: int, revoked: bool) -> None:
        """Coupons and recoveries are no money of the order."""
        of, left = Whose(ORDER, "RD-1", f"c{len(self.books.entries)}"), ledger.summary(self.books.entries, "CNY").left
        amount = Money(minor=minor)
        back = (ledger.coupon_revoked(of, amount),) if revoked else ()
        claim = f"CL-{len(self.books.entries)}"
        shares = {ledger.PLATFORM: amount.minor}
        self.books.post(
            ledger.coupon_issued(of, amount), *back, ledger.recovered(of, claim, "carrier:K-1", shares, amount.currency)
        )
        assert ledger.summary(self.books.entries, "CNY").left == left

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
TestOneOrder.settings = settings(max_examples=150, stateful_step_count=25)


def life(books: Books, case: str, minor: int, ends: list[ProviderRefundStatus], too_much: list[str]) -> Iterator[Step]:
    """One case's refund, step by step; what may be done twice is. What is refused is tried once more."""
    whose = Whose(ORDER, case, "m1")
    for end in ends:
        before = set(books.parts)
        yield lambda: books.set_aside(whose, minor)
        yield lambda before=before: books.set_aside(whose, minor) if set(books.parts) - before else None
        ours = [key for key in books.parts if key not in before and key.startswith(f"{case}.")]
        for key in ours:
            yield lambda key=key, end=end: too_much.append(key) if books.ask(key, end) else None
            yield lambda key=key: books.hear(whose, key)
            yield lambda: books.look(books.payments())
            yield lambda key=key: books.hear(whose, key)
        if end is not ProviderRefundStatus.REFUSED:
            return


def test_two_cases_that_refund_one_order_at_once_never_ask_for_more_than_was_paid_in_a_thousand_schedules() -> None:
    chance = random.Random(5)  # noqa: S311  # the same thousand every time
    both = 0
    for _ in range(1_000):
        books, too_much = Books(6_000, 4_000), list[str]()
        wishes = {case: chance.randint(1, 10_000) for case in ("RD-1", "RD-2")}
        lives = [
            life(books, case, minor, [chance.choice(list(ProviderRefundStatus)) for _ in range(2)], too_much)
            for case, minor in wishes.items()
        ]
        while lives:
            one = chance.choice(lives)
            step = next(one, None)
            if step is None:
                lives.remove(one)
            else:
                step()
                books.check()
        assert not too_much  # the provider never had to say no for want of money
        asked = {case: [part for key, part in books.parts.items() if key.startswith(f"{case}.")] for case in wishes}
        assert any(asked.values())  # whoever came first got what there was
        fit = sum(wishes.values()) <= 10_000
        assert not fit or all(asked.values())  # and who fits beside the other is never turned away
        both += not fit
    assert both > 300  # most of the schedules really were about the same money


@given(
    st.lists(st.tuples(st.integers(1, 2), st.integers(1, 4_000), st.sampled_from(ProviderRefundStatus)), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(1, 900), st.sampled_from(ProviderRefundStatus)), max_size=2),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_news_come_and_how_often_does_not_matter(
    wishes: list[tuple[int, int, ProviderRefundStatus]], outside: list[tuple[int, ProviderRefundStatus]], chance: random.Random
) -> None:
    """Cases hear of their refunds, and see the provider's list of then and of now: the books come to the same."""

    def at_the_end(shuffled: bool) -> tuple[ledger.Balances, dict[str, int]]:
        books, lists, of = Books(6_000, 4_000), list[tuple[Payment, ...]](), dict[str, Whose]()
        for number, (case, minor, end) in enumerate(wishes):
            whose = Whose(ORDER, f"RD-{case}", f"m{number}")
            books.set_aside(whose, minor)
            mine = [key for key in books.parts if key not in of]
            of |= dict.fromkeys(mine, whose)
            for key in mine:
                books.ask(key, end)
            lists.append(books.payments())
        for number, (minor, end) in enumerate(outside):
            books.refunds[f"outside-{number}"] = refund(f"outside-{number}", minor, end, payment_id="P-2")
            lists.append(books.payments())
        heard = [lambda key=key, whose=whose: books.hear(whose, key) for key, whose in of.items()]
        taken_first = [
            lambda key=key, whose=whose: books.hear(
                whose, key, books.refunds[key].model_copy(update={"status": ProviderRefundStatus.ACCEPTED})
            )
            for key, whose in of.items()
            if books.refunds[key].status is not ProviderRefundStatus.REFUSED
        ]
        news: list[Step] = [*taken_first, *heard, *(lambda seen=seen: books.look(seen) for seen in lists)]
        if shuffled:
            news += [chance.choice(news) for _ in range(3)]
            chance.shuffle(news)
        for step in news:
            step()
            assert sum(ledger.balances(books.entries).values()) == 0
        return +ledger.balances(books.entries), ledger.left_on(books.entries, "CNY")

    assert at_the_end(shuffled=True) == at_the_end(shuffled=False)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_a_payment_that_grows_is_booked_to_what_it_came_to_whoever_sees_it_first(seen: list[int], chance: random.Random) -> None:
    books = Books(seen[0])
    for minor in chance.sample(seen + seen, 2 * len(seen)):
        books.look((payment(minor),))
    assert ledger.left_on(books.entries, "CNY") == {"P-1": max(seen)}
