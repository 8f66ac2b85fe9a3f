"""CLS-3: danger, regulators and the press, and urgency are read as they are meant, by the model and the lists of words together."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.meanings import heaviest, heed, read_meanings
from classifier.texts import digest
from models.case.heard import MOST, QUOTED, Heard
from models.common.vocabulary import Issue, Meaning
from models.policy.policy import Policy
from rules.classification import meaning
from rules.classification.classify import classify
from rules.classification.meaning import MeaningReader, heard_in, load_reader

WORDS = Path(__file__).parents[1] / "case" / "words"
MOSTLY, HARDER = 0.97, 0.95
"""So many of a table's sentences are read right, at least."""
BAR = {
    **dict.fromkeys(("first", "second", "third", "eleventh", "ordinary", "bargaining"), MOSTLY),
    **dict.fromkeys(("sixth", "seventh", "eighth", "ninth", "tenth", "twelfth"), HARDER),
}


@pytest.fixture(scope="module")
def reader() -> MeaningReader:
    return load_reader()


@pytest.mark.parametrize("table", BAR)
def test_sentences_are_read_as_they_are_meant_and_danger_is_heard(policy: Policy, reader: MeaningReader, table: str) -> None:
    texts = read_meanings(WORDS / f"{table}.csv")
    figures = heed(texts, [heaviest(policy.grading, reader, meant.text) for meant in texts])
    assert figures.right.value >= BAR[table], figures
    assert figures.missed.part == 0, figures


def test_food_that_may_harm_is_heard_as_danger_and_the_issue_that_pays_for_it_is_offered(
    policy: Policy, reader: MeaningReader
) -> None:
    texts = read_meanings(WORDS / "food.csv")
    figures = heed(texts, [heaviest(policy.grading, reader, meant.text) for meant in texts])
    assert figures.missed.part <= 3, figures
    assert figures.mistaken.part <= 3, figures
    for meant in texts:
        read = classify(meant.text)
        assert not meant.means or Issue.QUALITY_DEFECT in {read.issue, *read.alternatives}, meant.text


def test_the_model_learned_from_none_of_the_sentences_that_judge_it(reader: MeaningReader) -> None:
    judging = {digest(meant.text) for table in (*BAR, "food") for meant in read_meanings(WORDS / f"{table}.csv")}
    assert not judging & reader.sheet.learned


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("The power bank has puffed up like a pillow and hisses", Meaning.DANGER),
        ("凳子一坐就塌了，我妈尾椎骨疼得起不来", Meaning.DANGER),
        ("Trading Standards have my case number", Meaning.PUBLIC),
        ("后天就婚礼了，头纱还没发货", Meaning.URGENT),
    ],
)
def test_what_no_list_has_a_word_for_is_read_by_the_model(
    policy: Policy, reader: MeaningReader, text: str, heard: Meaning
) -> None:
    (one,) = reader.read(text, policy.grading)
    assert one == Heard(meaning=heard, words=text, by=f"model:{reader.sheet.version}")


def test_a_word_of_the_list_is_told_as_it_was_said(policy: Policy, reader: MeaningReader) -> None:
    heard = reader.read("The charger EXPLODED and caught fire. It exploded!", policy.grading)
    assert heard == tuple(Heard(meaning=Meaning.DANGER, words=word) for word in ("exploded", "fire"))


def test_a_word_of_the_list_that_means_something_else_does_not_count(policy: Policy, reader: MeaningReader) -> None:
    assert reader.read("Fire pit looks fab, the cover is too small", policy.grading) == ()


@pytest.mark.parametrize("reason", ["It is of no use to me.", "My husband doesn't like it.", "那就按你们说的办。"])
def test_the_reason_for_a_counter_proposal_makes_no_case_urgent(policy: Policy, reader: MeaningReader, reason: str) -> None:
    assert reader.read(reason, policy.grading) == ()


def test_the_name_of_a_photo_says_only_what_the_lists_know(policy: Policy) -> None:
    assert heard_in("Here it is.", ("photo.png", "IMG_2031.jpg", "凭证.png", "微信图片_20261129.jpg"), policy.grading) == ()
    assert heard_in("Here it is.", ("烫伤.png",), policy.grading) == (Heard(meaning=Meaning.DANGER, words="烫伤"),)


def test_danger_is_heard_in_the_middle_of_a_long_letter(policy: Policy, reader: MeaningReader) -> None:
    before = (
        "I ordered the lamp on the third of May and it came on the ninth. The colour is a little lighter than in the photo. " * 5
    )
    danger = "When I touch the metal foot my whole arm tingles."
    after = " Please tell me how to send it back. I would like the refund on my card. The box is still here." * 5
    (heard,) = reader.read(f"{before}{danger}{after}", policy.grading)
    assert heard.meaning is Meaning.DANGER
    assert len(heard.words) <= QUOTED


def test_without_a_model_nobody_has_read_and_the_lists_decide(
    policy: Policy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(meaning, "default_reader", lambda: None)
    assert heard_in("It exploded", (), policy.grading) is None
    with pytest.raises(meaning.ModelError, match="redress classifier meanings train"):
        load_reader(tmp_path)


@settings(max_examples=50)
@given(text=st.one_of(st.text(max_size=300), st.text(alphabet="着火了,。!\n fire burn", max_size=2000)))
def test_any_text_is_read_the_same_each_time(policy: Policy, reader: MeaningReader, text: str) -> None:
    heard = reader.read(text, policy.grading)
    assert heard == reader.read(text, policy.grading)
    assert len(heard) <= MOST
