"""Tasks to make a service better (RES-3), in a table of their own: they outlive the case."""

from activities.kit.carries_out import carries_out
from adapters.database.engine import Database, storable, upsert
from models.activities import BEGIN_IMPROVEMENT
from models.case.activities import Improvement
from models.tables.improvements import ImprovementRow


class ImprovementActivities:
    """Writes the tasks down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @carries_out(BEGIN_IMPROVEMENT)
    async def begin_improvement(self, improvement: Improvement) -> None:
        """The same task again is one, as it was said last: a workflow task that was lost may have said it otherwise."""
        async with self._database.writing() as session:
            row = storable(improvement.model_dump()) | {"state": "open"}
            await upsert(session, ImprovementRow, row, keep=("state", "opened_at"))
