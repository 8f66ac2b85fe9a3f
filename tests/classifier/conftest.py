import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from few import few_texts

from classifier.train import Trained, train
from rules.lexicon import Lexicon, default_lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return default_lexicon()


@pytest.fixture(scope="session")
def trained(lexicon: Lexicon) -> Trained:
    return train(few_texts(), lexicon)
