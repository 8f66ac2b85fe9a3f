"""The knowledge base as cases use it (REC-6)."""

from activities.kit.carries_out import carries_out
from adapters.database.engine import Database
from adapters.knowledge.entries import answer, count_helped, count_shown
from models.activities import COUNT_HELPED, SUGGEST_ANSWER
from models.case.activities import HelpedReport, Suggested, SuggestRequest
from models.case.state import Suggestion
from models.common.vocabulary import Locale
from models.tables.case import ContactRow


class KnowledgeActivities:
    """Looks for an answer, and counts how it did."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @carries_out(SUGGEST_ANSWER)
    async def suggest_answer(self, request: SuggestRequest) -> Suggested:
        """The best published answer for the issue, in the customer's language; None when none fits well enough."""
        async with self._database.reading() as session:
            found = await answer(session, request.text, request.issue, request.at_least)
        if found is None:
            return Suggested(suggestion=None)
        entry, chosen = found.entry, request.locale
        async with self._database.writing() as session:
            await count_shown(session, request.case_id, entry.entry_id)
            if request.customer_id and (contact := await session.get(ContactRow, request.customer_id)):
                chosen = Locale(contact.locale)
        chinese = chosen is Locale.ZH
        return Suggested(
            suggestion=Suggestion(
                entry_id=entry.entry_id,
                title=entry.title_zh if chinese else entry.title_en,
                body=entry.body_zh if chinese else entry.body_en,
                score=round(found.score, 3),
            )
        )

    @carries_out(COUNT_HELPED)
    async def count_helped(self, report: HelpedReport) -> None:
        """The same case counts once."""
        async with self._database.writing() as session:
            await count_helped(session, report.case_id, report.entry_id, helped=report.helped)
