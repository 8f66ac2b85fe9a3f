"""Praise is no complaint, what is denied did not happen, a word means what its sentence says (CLS-2): 120 sentences, none learned from."""

import csv
from pathlib import Path

import pytest

from classifier.texts import SHIPPED, bare, read_texts
from models.common.vocabulary import Issue
from rules.classification.alright import without
from rules.classification.classify import DOUBT, classify, default_classifier

TABLE = Path(__file__).parent / "words" / "polarity.csv"
with TABLE.open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))


def decided(text: str) -> Issue | None:
    """What is decided without a person."""
    model = default_classifier()
    assert model
    read = model.classify(text)
    return read.issue if read.confidence >= model.sheet.triage_below else None


def of(kind: str) -> list[dict[str, str]]:
    return [row for row in ROWS if row["kind"] == kind]


def test_the_table_has_120_sentences_that_nobody_learned_from() -> None:
    assert len(ROWS) == 120
    learned = {bare(labelled.text) for path in SHIPPED for labelled in read_texts(path)}
    assert [row["text"] for row in ROWS if bare(row["text"]) in learned] == []


@pytest.mark.parametrize("kind", ["praise", "denial"])
def test_praise_and_denial_are_decided_as_no_complaint(kind: str) -> None:
    assert {row["text"]: said for row in of(kind) if (said := decided(row["text"]))} == {}


def test_a_compound_is_never_decided_as_what_one_of_its_words_says_alone() -> None:
    assert {row["text"]: said for row in of("compound") if (said := decided(row["text"])) and said.value == row["never"]} == {}


def test_what_a_compound_says_is_mostly_among_the_three() -> None:
    found = [
        row["issue"] in {each.value for each in (read.issue, *read.alternatives)}
        for row in of("compound")
        for read in [classify(row["text"])]
    ]
    assert sum(found) / len(found) >= 0.85


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東西還沒到，等了兩個星期", "东西还没到，等了两个星期"),
        ("Ｉｔ　ｉｓ　ｂｒｏｋｅｎ", "it is broken"),
        ("ｓｉｚｅ 太小了", "Size 太小了"),
    ],
)
def test_scripts_and_widths_are_one(one: str, other: str) -> None:
    assert classify(one) == classify(other)


def test_a_word_of_the_lexicon_alone_does_not_decide() -> None:
    """Where the words without the lexicon say another issue, a person reads them."""
    model = default_classifier()
    assert model
    differ = [row["text"] for row in ROWS if not model.read(row["text"])[1]]
    assert differ
    assert all(model.classify(text).confidence <= DOUBT for text in differ)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("没有破损，就是太慢", "，就是太慢"),
        ("客服很有礼貌，东西少了一件", "客服 ，东西少了一件"),
        ("not broken, but late", ", but late"),
        ("it has not arrived, i think it is lost", "it has not arrived, i think it is lost"),
        ("还没有收到货", "还没有收到货"),
    ],
)
def test_what_is_alright_is_taken_out_and_the_complaint_stays(text: str, rest: str) -> None:
    assert without(text).strip() == rest
