"""The classifier and the reader of danger: ms a text (quality: at most 1), and how often the first is right on texts that it did not learn
from (CLS-2, CLS-3).

Run: python -m benchmarks.classify [--apart]; `--apart` takes a minute: it trains five models, each without a fifth of the texts.
"""

import json
import sys
import time

from classifier.apart import evaluate_apart
from classifier.evaluate import Report, evaluate
from classifier.texts import SHIPPED, UNSEEN, Labelled, digest, merged, read_texts
from rules.classification.classify import load_classifier
from rules.classification.meaning import load_reader
from rules.policy.load import load_policy
from settings import Settings


def apart(texts: tuple[Labelled, ...]) -> Report:
    classifier = load_classifier()
    own = {digest(labelled.text) for labelled in texts}
    others = [labelled for labelled in merged(*map(read_texts, SHIPPED)) if digest(labelled.text) not in own]
    return evaluate_apart(classifier, texts, others, classifier.lexicon)


def measure(*, accuracy: bool = False) -> dict[str, float]:
    """Figures by name; shares from 0 to 1."""
    classifier = load_classifier()
    shop = merged(*map(read_texts, UNSEEN))
    long = [replace_text(labelled, labelled.text * 200) for labelled in shop[:50]]
    figures = {
        "ms a text of a customer": evaluate(classifier, shop).milliseconds,
        "ms a text of a thousand characters and more": evaluate(classifier, long).milliseconds,
        "ms a text heard for danger": _heard(shop),
    }
    if accuracy:
        for path in UNSEEN:
            report = apart(read_texts(path))
            figures |= {
                f"{path.name}: right at first guess": report.first.value,
                f"{path.name}: right within three": report.three.value,
                f"{path.name}: decided without a person": report.decided.value,
                f"{path.name}: of these right": report.decided_right.value,
            }
    return figures


def _heard(texts: tuple[Labelled, ...]) -> float:
    reader, rules = load_reader(), load_policy(Settings().policy).grading
    reader.read(texts[0].text, rules)  # the patterns of the lists are made by the first
    started = time.perf_counter()
    for labelled in texts:
        reader.read(labelled.text, rules)
    return (time.perf_counter() - started) / len(texts) * 1000


def replace_text(labelled: Labelled, text: str) -> Labelled:
    return labelled.model_copy(update={"text": text})


if __name__ == "__main__":
    print(json.dumps(measure(accuracy="--apart" in sys.argv), indent=2, ensure_ascii=False))
