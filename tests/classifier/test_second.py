"""The second model (CLS-2): it reads what the classifier doubts, and changes nothing where it is missing."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from adapters.embedding import embedding
from classifier.texts import REFERENCED, SHIPPED, Labelled, merged, read_texts
from classifier.train import Trained, train
from classifier.train_second import TrainedSecond, train_second
from models.common.vocabulary import Issue
from rules.classification.classify import classify, load_classifier
from rules.classification.lexicon import Lexicon
from rules.classification.linear import Floats, ModelError
from rules.classification.second import FOLDER, MOST, SIZE, SecondReader, best_reading, load_second
from tests.support.builders.labelled_texts import few_texts

SURE = "快递太慢了，买了半个月还没到"
DOUBTED = "椅子坐着坐着就散架了"


def letters(text: str) -> Floats:
    """A stand-in for the embedding: which letters a text has."""
    vector = np.zeros(SIZE, dtype=np.float32)
    for sign in text:
        vector[ord(sign) % SIZE] += 1
    return vector / max(float(np.linalg.norm(vector)), 1.0)


@pytest.fixture(scope="module")
def second(trained: Trained) -> TrainedSecond:
    return train_second(few_texts(), trained, letters)


@pytest.fixture(scope="module")
def shipped() -> SecondReader:
    embed = embedding()
    assert embed, "the extra `embedding` is part of development: make"
    return load_second(load_classifier(), embed)


def test_the_same_texts_make_the_same_second_model(trained: Trained, second: TrainedSecond) -> None:
    again = train_second(few_texts(), trained, letters)
    assert again.reader.second == second.reader.second
    np.testing.assert_array_equal(again.table, second.table)


def test_a_saved_second_model_answers_as_before(trained: Trained, second: TrainedSecond, tmp_path: Path) -> None:
    second.save(tmp_path)
    loaded = load_second(trained.classifier, letters, tmp_path / FOLDER)
    for text in ("手表退款没到账", "还没到，太慢", "", "随便说说", DOUBTED):
        assert loaded.classify(text) == second.reader.classify(text)


def test_beside_another_classifier_it_is_refused_and_says_what_to_do(
    second: TrainedSecond, lexicon: Lexicon, tmp_path: Path
) -> None:
    second.save(tmp_path)
    other = train([*few_texts(), Labelled(text="手表退款没到账", issue=Issue.REFUND_NOT_ARRIVED)], lexicon).classifier
    with pytest.raises(ModelError, match=r"trained beside .*redress classifier train"):
        load_second(other, letters, tmp_path / FOLDER)


def test_what_the_classifier_decides_alone_is_not_embedded(shipped: SecondReader) -> None:
    def never(text: str) -> Floats:
        raise AssertionError(text)

    reader = load_second(shipped.classifier, never)
    assert classify(SURE).confidence >= reader.sheet.triage_below
    assert reader.classify(SURE) == classify(SURE)


def test_what_it_doubts_is_answered_by_both_together(shipped: SecondReader) -> None:
    assert classify(DOUBTED).confidence < shipped.sheet.triage_below
    read = shipped.classify(DOUBTED)
    assert read.by == f"embedding:{shipped.second.version}"
    assert read == shipped.classify(DOUBTED)
    assert len({read.issue, *read.alternatives}) == 3


@pytest.mark.parametrize("text", ["", " ", "?!", "。", "\x00", "\ud83d", "😀" * 4000, "a" * 9000, "ประเทศไทย" * 200])
def test_no_text_raises_or_is_decided_for_having_no_words(shipped: SecondReader, text: str) -> None:
    assert shipped.classify(text).confidence < shipped.sheet.triage_below


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        ("I bought this for my sister, who lives by the sea and likes to read. " * 3 + "The box arrived broken.", "broken"),
        ("周末陪朋友逛街的时候顺便在手机上下了单，想着过几天就能用上，" * 3 + "结果退款一直没到账", "退款"),
    ],
)
def test_of_a_long_text_the_most_telling_passage_is_embedded(shipped: SecondReader, text: str, telling: str) -> None:
    seen: list[str] = []

    def embed(passage: str) -> Floats:
        seen.append(passage)
        return letters(passage)

    load_second(shipped.classifier, embed).classify(text)
    assert [telling in passage and len(passage) <= MOST for passage in seen] == [True]


def test_traditional_and_simplified_are_one(shipped: SecondReader) -> None:
    assert shipped.classify("椅子坐著坐著就散架了") == shipped.classify(DOUBTED)


def test_without_an_embedding_the_classifier_reads_alone() -> None:
    assert best_reading(None)(DOUBTED) == classify(DOUBTED)


def test_with_one_a_worker_reads_with_both(shipped: SecondReader) -> None:
    assert best_reading(embedding())(DOUBTED) == shipped.classify(DOUBTED)


def test_its_vectors_have_the_size_that_the_model_wants() -> None:
    embed = embedding()
    assert embed
    vector = embed("还没到")
    assert vector.shape == (SIZE,)
    assert re.match(r"1\.0|0\.99", f"{np.linalg.norm(vector):.3f}")


@pytest.mark.long
@pytest.mark.timeout(3600)  # 5,000 texts to embed, and four models to learn after the classifier's own
def test_training_makes_the_shipped_second_model_again(lexicon: Lexicon, shipped: SecondReader) -> None:
    """With the folder of the repositories (REDRESS_TEXTS) it is the same version; in both cases it answers alike."""
    folder = os.environ.get("REDRESS_TEXTS")
    paths = [*SHIPPED, *(REFERENCED if folder else ())]
    texts = merged(*(read_texts(path, Path(folder) if folder else None) for path in paths))
    again = train_second(texts, train(texts, lexicon), shipped.embed).reader
    if folder:
        assert again.second.version == shipped.second.version
    some = [each.text for each in texts if each.issue][::5]
    alike = [again.classify(text).issue is shipped.classify(text).issue for text in some]
    assert sum(alike) / len(alike) > 0.9
