"""Teaching the reader of danger and urgency (CLS-3)."""

from pathlib import Path

import numpy as np
import pytest

from classifier.meanings import Meant, heed, once, read_meanings, shipped_meanings
from classifier.texts import TextsError, TrainingError
from classifier.train_meanings import train_reader
from models.common.vocabulary import Meaning
from models.policy.policy import Policy
from rules.classification.meaning import load_reader
from tests.support.builders.labelled_texts import SUBJECTS

SAYINGS = {
    Meaning.DANGER: "{}冒烟了，手烫伤",
    Meaning.PUBLIC: "{}不退款我就打12315",
    Meaning.URGENT: "{}明天婚礼要用",
    None: "{}有色差，想换货",
}


def few_meanings() -> list[Meant]:
    return [Meant(text=said.format(subject), means=means) for means, said in SAYINGS.items() for subject in SUBJECTS]


def test_the_same_texts_make_the_same_reader_and_it_is_read_as_it_was_saved(tmp_path: Path, policy: Policy) -> None:
    trained, again = (train_reader(few_meanings(), policy.grading) for _ in range(2))
    assert again.reader.sheet == trained.reader.sheet
    np.testing.assert_array_equal(again.table, trained.table)
    trained.save(tmp_path)
    for means, said in SAYINGS.items():
        text = said.format("滑梯")
        heard = load_reader(tmp_path).read(text, policy.grading)
        assert heard == trained.reader.read(text, policy.grading)
        assert ({one.meaning for one in heard} or {None}) == {means}


def test_texts_without_a_meaning_teach_nothing(policy: Policy) -> None:
    with pytest.raises(TrainingError, match="no sentence means public"):
        train_reader([meant for meant in few_meanings() if meant.means is not Meaning.PUBLIC], policy.grading)


def test_a_later_label_of_the_same_text_counts() -> None:
    first, later = (Meant(text="冒烟了！", means=None),), (Meant(text="冒烟了", means=Meaning.DANGER),)
    assert once(first, later) == later


def test_an_unknown_meaning_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,means\n冒烟了,danger\n冒烟了,dangerous\n", encoding="utf-8")
    with pytest.raises(
        TextsError, match=r"mine\.csv, line 3, means: 'dangerous'; write danger, public, urgent or leave it empty"
    ):
        read_meanings(path)


def test_figures_count_what_was_missed_and_what_was_mistaken() -> None:
    texts = [
        Meant(text=str(number), means=means)
        for number, means in enumerate([Meaning.DANGER, Meaning.DANGER, None, Meaning.URGENT])
    ]
    figures = heed(texts, [Meaning.DANGER, None, Meaning.DANGER, Meaning.URGENT])
    assert [(share.part, share.whole) for share in (figures.right, figures.missed, figures.mistaken)] == [(2, 4), (1, 2), (1, 2)]


@pytest.mark.long
@pytest.mark.timeout(900)  # it learns six times from 12,000 sentences: a minute of one free processor
def test_the_shipped_reader_is_what_the_shipped_texts_teach(policy: Policy) -> None:
    taught, shipped = train_reader(shipped_meanings(), policy.grading), load_reader()
    assert taught.reader.sheet.model_copy(update={"intercept": ()}) == shipped.sheet.model_copy(update={"intercept": ()})
    # another processor's arithmetic may end a digit apart
    assert taught.reader.sheet.intercept == pytest.approx(shipped.sheet.intercept, abs=0.05)
