"""RVW-2: cards of merchants, products, carriers, agents and teams."""

from datetime import date

from models.review.counts import CaseCount, Member, WeekCount
from models.review.policy import ScorecardPolicy
from models.review.scorecards import Measure, ScorecardKind, Verdict
from rules.review.scorecards import flagged, scorecards, standings, trends

POLICY = ScorecardPolicy(small=30, false_discovery=0.05, ratio=1.25)
MERCHANT = ScorecardKind.MERCHANT
BEGIN = date(2026, 1, 5)


def count(who: str, cases: int, fault: int, goods: str = "books", **others: int) -> CaseCount:
    rest = {measure: (cases, others.get(measure, 0)) for measure in Measure}
    return CaseCount((who,), {"category": goods, "issue": "i"}, cases, 100 * cases, rest | {Measure.AT_FAULT: (cases, fault)})


def week(number: int, member: Member | None, cases: int, hits: int) -> WeekCount:
    return WeekCount(number, member, {"category": "books", "issue": "i"}, {Measure.AT_FAULT: (cases, hits)})


def test_the_flagged_come_first_and_the_others_in_no_ranking() -> None:
    counts = [count("c", 400, 40), count("b", 400, 30), count("a", 400, 38), count("z", 400, 120), count("few", 5, 5)]
    known = standings(MERCHANT, counts, POLICY)
    cards = scorecards(MERCHANT, counts, known, {})
    assert [(card.id, card.flagged) for card in cards] == [("z", True), ("a", False), ("b", False), ("c", False), ("few", False)]
    fault = {card.id: card.rates[0] for card in cards}
    assert (fault["z"].rate, fault["z"].verdict) == (0.3, Verdict.ABOVE)
    assert (fault["few"].rate, fault["few"].verdict, fault["few"].q) == (1.0, Verdict.SMALL, None)
    assert cards[0].given_minor == 40_000


def test_a_card_alone_was_compared_with_all() -> None:
    counts = [count("mine", 400, 120), count("other", 400, 40)]
    (card,) = scorecards(MERCHANT, counts, standings(MERCHANT, counts, POLICY), {}, only={("mine",)})
    assert (card.id, card.flagged, card.rates[0].expected) == ("mine", True, 0.1)


def test_agents_are_compared_in_the_same_work_and_have_no_fault_of_their_own() -> None:
    easy, hard = ({"kind": "complaint", "issue": issue} for issue in ("easy", "hard"))

    def worked(who: str, like: dict[str, str], reopened: int) -> CaseCount:
        return CaseCount((who,), like, 200, 0, dict.fromkeys(Measure, (200, reopened)))

    counts = [worked("a", hard, 60), worked("b", hard, 60), worked("b", easy, 2), worked("c", easy, 2)]
    known = standings(ScorecardKind.AGENT, counts, POLICY)
    assert flagged(known) == frozenset()
    assert Measure.AT_FAULT not in {measure for _, measure in known}


def test_a_product_is_known_by_its_merchant_too() -> None:
    of_two = [count("m1", 50, 5)._replace(member=("m1", "sku")), count("m2", 50, 5)._replace(member=("m2", "sku"))]
    cards = scorecards(ScorecardKind.PRODUCT, of_two, standings(ScorecardKind.PRODUCT, of_two, POLICY), {})
    assert [(card.merchant_id, card.id) for card in cards] == [("m1", "sku"), ("m2", "sku")]


def test_a_card_tells_since_when_it_got_worse_beside_all_others() -> None:
    bad = ("bad",)
    counts = [
        one
        for number in range(12)
        for one in (
            week(number, None, 1000 + 50, 100 + (25 if number >= 8 else 5)),
            week(number, bad, 50, 25 if number >= 8 else 5),
        )
    ]
    trend = trends(MERCHANT, counts, BEGIN, 12)[bad, Measure.AT_FAULT]
    assert trend.change is not None
    assert (trend.change.week, trend.change.before, trend.change.since) == (date(2026, 3, 2), 1.0, 5.0)
    assert [(point.cases, point.hits, point.expected) for point in trend.weeks[7:9]] == [(50, 5, 5.0), (50, 25, 5.0)]


def test_a_season_of_all_is_no_change_of_one() -> None:
    counts = [
        one
        for number in range(12)
        for one in (
            week(number, None, 1050, 105 * (3 if number >= 8 else 1)),
            week(number, ("m",), 50, 5 * (3 if number >= 8 else 1)),
        )
    ]
    assert trends(MERCHANT, counts, BEGIN, 12)[("m",), Measure.AT_FAULT].change is None
