"""What of a case is shown for a question, and which of two cases fits it better."""

import pytest

from models.library.passage import Passage, PassageKind
from rules.library.ranking import AROUND, excerpts, fit, telling, weights
from rules.library.words import asked_words
from tests.support.builders.cases import NOW


def said(text: str, kind: PassageKind = PassageKind.SAYING) -> Passage:
    return Passage(kind, text, frozenset({"agent"}), NOW)


def marked(question: str, *texts: str) -> list[list[str]]:
    asked = asked_words(question)
    found = excerpts(asked, dict.fromkeys(asked, 1.0), [said(text) for text in texts])
    return [[one.text[start:end] for start, end in one.marks] for one in found]


@pytest.mark.parametrize(
    ("question", "text", "marks"),
    [
        ("充電寶鼓包", "我的充电宝昨天鼓包了", ["充电宝", "鼓包"]),
        ("broken screens", "The screen was broken; my SCREEN!", ["screen", "broken", "SCREEN"]),
        ("税", "税号与税率", ["税", "税"]),
        ("看着火", "看著火了", ["看著火"]),
    ],
)
def test_the_words_are_marked_as_they_were_written(question: str, text: str, marks: list[str]) -> None:
    assert marked(question, text) == [marks]


def test_a_long_text_is_cut_around_the_words_that_were_found() -> None:
    asked = asked_words("鼓包")
    (found,) = excerpts(asked, dict.fromkeys(asked, 1.0), [said("前" * 500 + "充电宝鼓包了" + "后" * 500)])
    assert len(found.text) == AROUND + 2
    assert [found.text[start:end] for start, end in found.marks] == ["鼓包"]
    assert found.text.startswith("…")
    assert found.text.endswith("…")


def test_passages_without_the_words_and_bare_numbers_are_not_shown() -> None:
    assert marked("鼓包", "没有问题", "鼓包") == [["鼓包"]]
    assert excerpts(("rd",), {"rd": 1.0}, [said("RD-1", PassageKind.IDS)]) == ()


BETTER = [
    ("屏幕碎了", ["手机屏幕碎了"], ["屏幕没事", "盒子碎了"]),
    ("leaking machine", ["the machine is leaking", "hello"], ["the machine", "it leaks"]),
    ("red dress", ["a red dress"], ["the dress has a red stain"]),
    ("税号 发票", ["发票的税号错了"], ["发票没收到"]),
]


@pytest.mark.parametrize(("question", "better", "worse"), BETTER)
def test_words_that_stand_together_and_in_order_fit_better(question: str, better: list[str], worse: list[str]) -> None:
    asked = asked_words(question)
    weight = dict.fromkeys(asked, 1.0)
    assert 1 >= fit(asked, weight, [*map(said, better)]) > fit(asked, weight, [*map(said, worse)]) > 0


def test_a_rare_word_weighs_more_than_a_frequent_one_and_an_unknown_one_less_than_a_rare() -> None:
    weight = weights({"rare": 1, "often": 500, "unknown": 0}, 1000)
    assert weight["rare"] > weight["unknown"] > 0
    assert weight["rare"] > weight["often"] > 0


def test_rare_words_are_looked_for_as_far_as_they_have_few_rows_together() -> None:
    assert telling({"a": 3, "b": 2, "c": 9, "none": 0}, most=6) == ["b", "a"]
    assert telling({"a": 3}, most=2) == []
