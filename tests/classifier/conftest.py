import pytest

from classifier.train import Trained, train
from rules.classification.lexicon import Lexicon, default_lexicon
from tests.support.builders.labelled_texts import few_texts


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return default_lexicon()


@pytest.fixture(scope="session")
def trained(lexicon: Lexicon) -> Trained:
    return train(few_texts(), lexicon)
