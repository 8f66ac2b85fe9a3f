"""How good the way of training is: every text is judged by a model that did not learn from it. Needs the extra `training`."""

from collections.abc import Sequence

from classifier.evaluate import Report, evaluate, report_of
from classifier.texts import Labelled
from classifier.train import language_of, out_of_fold
from rules.classification.classify import Classifier
from rules.classification.lexicon import Lexicon


def evaluate_apart(
    classifier: Classifier,
    texts: Sequence[Labelled],
    others: Sequence[Labelled],
    lexicon: Lexicon,
    threshold: float | None = None,
) -> Report:
    """Judge each text by a model that learned from the others and from the texts' other folds only.

    `others` must not hold any of the texts. The classifier lends its calibration and threshold.
    """
    judged = [labelled for labelled in texts if labelled.issue]
    unseen, sheet = out_of_fold([*judged, *others], lexicon), classifier.sheet
    guesses = [
        sheet.decide(unseen[place].chances, sheet.calibrations.get(language_of(labelled)), agreed=unseen[place].agreed)
        for place, labelled in enumerate(judged)
    ]
    milliseconds = evaluate(classifier, judged).milliseconds
    return report_of(judged, guesses, 0, sheet.triage_below if threshold is None else threshold, milliseconds)
