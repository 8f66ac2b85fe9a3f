"""Classifying a customer's words (CLS-2). The models are too large for the workflow's sandbox, so this is a local activity."""

import asyncio

from activities.kit.carries_out import carries_out
from adapters.classification import ClassifierEndpoint
from models.activities import CLASSIFY
from models.case.activities import Classified
from models.case.known import Words
from rules.classification.classify import classify
from rules.classification.second import Reads


class ClassificationActivities:
    """Classifies with the models that this worker was shipped with, or an endpoint where one is set; which, is on every decision."""

    def __init__(self, endpoint: ClassifierEndpoint | None = None, reads: Reads = classify) -> None:
        self._endpoint = endpoint
        self._reads = reads

    @carries_out(CLASSIFY)
    async def classify(self, words: Words) -> Classified:
        if self._endpoint:  # it is told the words alone
            return Classified(classification=await self._endpoint.classify(words.text))
        # in a thread: the second model may take 60 ms
        return Classified(classification=await asyncio.to_thread(self._reads, words.text, words.known))
