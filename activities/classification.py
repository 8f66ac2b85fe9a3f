"""Classifying a customer's words (CLS-2). The model is too large for the workflow's sandbox, so this is a local activity."""

from activities.kit.carries_out import carries_out
from adapters.classification import ClassifierEndpoint
from models.activities import CLASSIFY
from models.case.activities import Classified
from models.case.known import Words
from rules.classification.classify import classify


class ClassificationActivities:
    """Classifies with the model that this worker was shipped with, or an endpoint where one is set; which, is on every decision."""

    def __init__(self, endpoint: ClassifierEndpoint | None = None) -> None:
        self._endpoint = endpoint

    @carries_out(CLASSIFY)
    async def classify(self, words: Words) -> Classified:
        if self._endpoint:  # it is told the words alone
            return Classified(classification=await self._endpoint.classify(words.text))
        return Classified(classification=classify(words.text, words.known))
