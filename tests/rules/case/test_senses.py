"""CLS-3: which words of danger, of regulators and press, and of urgency a text says and means."""

import csv
import time
from pathlib import Path

import pytest

from models.common.plain_text import plain_text
from models.policy.grading import GradingPolicy, SensesPolicy
from models.policy.policy import Policy
from rules.case.senses import left, meant
from rules.policy.checks import faults_of

TABLES = [Path(__file__).parent / "words" / f"{name}.csv" for name in ("first", "second", "third")]
"""`means` is the heaviest of what a sentence says: danger, public, urgent, or nothing. `first` was at hand while the rules were made;
`second` and `third` were written before the rules were tried on them, `third` in words that the policy did not have.
"""
SENSES = SensesPolicy(
    sets={"colour": ("grey", "blue")},
    other=("smoke <colour>", "有没有", "not only", "盒子…受伤"),
    denials=("no", "nobody", "didn't", "没有", "无"),
    between=("was", "any", "a", "人", "发生"),
)
WORDS = ("smoke", "exploded", "caught fire", "hurt", "cut … finger", "受伤", "着火", "触电")


def heaviest(grading: GradingPolicy, text: str) -> str:
    assert grading.senses
    lists = {"danger": grading.harm_words, "public": grading.public_words, "urgent": grading.urgent_words}
    return next((name for name, words in lists.items() if list(meant(words, grading.senses, text))), "")


@pytest.mark.parametrize("table", TABLES, ids=[table.stem for table in TABLES])
def test_sentences_of_both_kinds_and_languages_are_read_and_danger_is_never_missed(policy: Policy, table: Path) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        rows = [(row["means"], heaviest(policy.grading, row["text"]), row["text"]) for row in csv.DictReader(file)]
    wrong = [row for row in rows if row[0] != row[1]]
    assert not [row for row in wrong if row[0] == "danger"]
    assert len(wrong) <= 0.03 * len(rows), wrong


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Nobody was HURT, but it expoded", "nobody was ≠ , but it exploded"),
        ("a smoke grey lamp.\nIt caught fire!", "a ≠ lamp . it caught fire !"),
        ("没有人受伤，盒子有点受伤", "没有人 ≠ , ≠"),
    ],
)
def test_a_model_is_told_what_is_left_of_a_text(text: str, kept: str) -> None:
    assert " ".join(left(WORDS, SENSES, text).split()) == kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It CAUGHT  fire", ["caught fire"]),
        ("It caught-fire, and exploded. Exploded!", ["caught-fire", "exploded"]),
        ("ｓｍｏｋｅ everywhere", ["smoke"]),
        ("it expoded", ["exploded"]),
        ("we explored it", []),
        ("I cut the tip of my finger", ["cut the tip of my finger"]),
        ("cutting my finger nails", []),
        ("I cut the box. My finger is fine", []),
        ("觸電了", ["触电"]),
        ("着 火 了", ["着 火"]),
        ("充電器著火了", ["着火"]),
        ("smoke grey", []),
        ("smoke-blue", []),
        ("smoke from a grey box", ["smoke"]),
        ("Nobody was hurt", []),
        ("it didn’t smoke", []),
        ("it didnt smoke", []),
        ("no smoke or any hurt", []),
        ("no smoke, it exploded", ["exploded"]),
        ("nobody told me that it exploded", ["exploded"]),
        ("not only smoke", ["smoke"]),
        ("no\nsmoke", ["smoke"]),
        ("没有发生触电或着火", []),
        ("没有人受伤", []),
        ("没有人管，受伤了", ["受伤"]),
        ("没有说明书就触电了", ["触电"]),
        ("有没有人受伤", ["受伤"]),
        ("盒子有点受伤", []),
        ("", []),
    ],
)
def test_a_word_counts_when_it_is_said_and_meant(text: str, said: list[str]) -> None:
    assert list(meant(WORDS, SENSES, text)) == said


@pytest.mark.parametrize("piece", ["没有人", "no was ", "no a a a ", "cut ", "没有人受伤、", "expldoed ", "有没", "\ud800"])
def test_a_long_text_of_whatever_kind_is_read_at_once(policy: Policy, piece: str) -> None:
    heaviest(policy.grading, "smoke")  # the patterns are made once
    began = time.perf_counter()
    heaviest(policy.grading, piece * (8000 // len(piece)))
    assert time.perf_counter() - began < 1


def test_one_form_of_a_text_leaves_words_that_are_written_alike_apart() -> None:
    assert plain_text("　《名著》 ＡＢＣ\u200b don’t\n著急") == "《名著》 abc don't 着急"


def test_a_phrase_that_names_no_set_is_refused(policy: Policy) -> None:
    grading = policy.grading.model_copy(update={"harm_words": ("burned <bodies>",)})
    (fault,) = faults_of(policy.model_copy(update={"grading": grading}))
    assert fault[0] == ("grading", "harm_words", 0)
    assert fault[1].startswith('no such set "bodies"; did you mean "body"?')
