"""Tasks to make a service better (RES-3), in a table of their own: they outlive the case."""

from activities.kit.carries_out import carries_out
from adapters.database.engine import Database, insert_if_absent, storable
from models.activities import BEGIN_IMPROVEMENT
from models.case.activities import Improvement
from models.tables.improvements import ImprovementRow


class ImprovementActivities:
    """Writes the tasks down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @carries_out(BEGIN_IMPROVEMENT)
    async def begin_improvement(self, improvement: Improvement) -> None:
        """The same task again is one."""
        async with self._database.writing() as session:
            await insert_if_absent(session, ImprovementRow, storable(improvement.model_dump()) | {"state": "open"})
