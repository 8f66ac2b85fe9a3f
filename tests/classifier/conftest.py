import pytest

from classifier.train import Trained, train
from models.policy.policy import Policy
from rules.classification.lexicon import Lexicon, default_lexicon
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.labelled_texts import few_texts


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return default_lexicon()


@pytest.fixture(scope="session")
def trained(lexicon: Lexicon) -> Trained:
    return train(few_texts(), lexicon)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(Settings().policy)
