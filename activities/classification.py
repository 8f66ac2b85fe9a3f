"""Reading a customer's words (CLS-2): the model is too large for the workflow's sandbox, so it is asked as a local activity."""

from temporalio import activity

from models.effects import Classified
from rules.classify import classify


class ClassificationActivities:
    """Classifies with the model that this worker was shipped with; its version is on every decision."""

    @activity.defn(name="classify")
    async def classify(self, text: str) -> Classified:
        return Classified(classification=classify(text))
