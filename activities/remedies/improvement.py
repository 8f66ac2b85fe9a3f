"""Tasks to make a service better (RES-3), in a table of their own: they outlive the case."""

from temporalio import activity

from adapters.database.engine import Database, insert_if_absent, storable
from models.case.activities import Improvement
from models.tables.improvements import ImprovementRow


class ImprovementActivities:
    """Writes the tasks down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="begin_improvement")
    async def begin_improvement(self, improvement: Improvement) -> None:
        """The same task again is one."""
        async with self._database.writing() as session:
            await insert_if_absent(session, ImprovementRow, storable(improvement.model_dump()) | {"state": "open"})
