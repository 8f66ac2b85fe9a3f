"""Later days for the calendars of a long case (SLA-2); the rest of its policy stays as it was at opening."""

from activities.kit.carries_out import carries_out
from models.activities import RENEW_CALENDARS
from models.case.activities import Renewed, RenewRequest
from models.policy.policy import Policy
from rules.policy.load import slice_policy


class CalendarActivities:
    """Resolves calendars of the policy in force."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    @carries_out(RENEW_CALENDARS)
    async def renew_calendars(self, request: RenewRequest) -> Renewed:
        known = slice_policy(self._policy, request.at).calendars
        return Renewed(calendars={name: known[name] for name in request.names if name in known})
