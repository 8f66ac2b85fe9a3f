"""What the service means to reach; figures are shown beside it (RVW-1)."""

from datetime import timedelta

from pydantic import Field

from models.common.base import Duration, Frozen


class Goal(Frozen):
    """So great a share of the cases within that time, by the clock on the wall."""

    within: Duration
    share: float = Field(gt=0, le=1)


class ReportsPolicy(Frozen):
    """The policy's section `reports`."""

    answered: Goal = Goal(within=timedelta(hours=1), share=0.9)
    solved: Goal = Goal(within=timedelta(hours=24), share=0.95)
