"""Writes links of cases down for both sides, and tells the other case (WRK-7). Safe to repeat."""

from sqlmodel import col, delete
from temporalio import activity

from activities.kit.carries_out import carries_out
from activities.kit.signals import to_cases
from adapters.database.engine import Database, upsert
from models.activities import RELATE_CASES
from models.case.linking import Relate, Related, WasLinked
from models.tables.case import CaseLinkRow


class LinkingActivities:
    """The only writer of `case_links`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @carries_out(RELATE_CASES)
    async def relate_cases(self, asked: Relate) -> WasLinked:
        """A case that is over is told nothing: its row says it."""
        sides, relation = ((asked.case_id, asked.other), (asked.other, asked.case_id)), asked.relation
        async with self._database.reading() as session:
            known = await session.get(CaseLinkRow, sides[0])
        if known is None and relation is None:
            return WasLinked(changed=False)
        told = Related(other=asked.case_id, relation=relation and relation.other_way, by=asked.by, key=asked.key)
        tell = to_cases(activity.client(), "related")
        await tell(asked.other, told)  # before it is written: what is repeated finds it as it was
        async with self._database.writing() as session:
            for number, (case_id, other) in enumerate(sides):
                if relation is None:
                    this = (col(CaseLinkRow.case_id) == case_id, col(CaseLinkRow.other_id) == other)
                    await session.exec(delete(CaseLinkRow).where(*this))
                else:
                    seen = relation.other_way if number else relation
                    row = {"case_id": case_id, "other_id": other, "relation": seen, "by": asked.by.id, "at": asked.at}
                    await upsert(session, CaseLinkRow, row)
        return WasLinked(changed=True)
