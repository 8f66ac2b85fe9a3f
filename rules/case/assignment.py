"""Who of a team can take a case (DSP-2): there, on shift, with the skill; and who cannot act on those that they have."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from models.case.handover import Absence
from models.case.receipt import Receipt
from models.common.calendars import CalendarSlice
from models.common.vocabulary import Channel, Issue, Role
from models.policy.agents import AgentPolicy
from rules.common.working_time import is_open, working_between


def able(agent: AgentPolicy, team: str, issue: Issue, calendars: Mapping[str, CalendarSlice], at: datetime) -> bool:
    """Whether the agent may be given a case of that team and issue at that instant. Load is another matter."""
    of_the_team = agent.role is Role.AGENT and team in agent.teams
    skilled = not agent.skills or issue in agent.skills or issue.group in agent.skills
    return of_the_team and agent.present and skilled and on_shift(agent, calendars, at)


def on_shift(agent: AgentPolicy, calendars: Mapping[str, CalendarSlice], at: datetime) -> bool:
    """Whether it is the agent's working time; without a shift, or with one that the policy no longer has, always."""
    shift = calendars.get(agent.shift) if agent.shift else None
    return shift is None or is_open(shift, at)


def absence(
    agent: AgentPolicy | None, away_since: datetime | None, calendars: Mapping[str, CalendarSlice], at: datetime, after: timedelta
) -> Absence | None:
    """Why somebody does not act on their cases: they left, or were away or off shift for so long. None: they do.

    `away_since` None: they did not go, but have never been there; they have what they took by themselves.
    """
    if agent is None or agent.role not in Role.platform():
        return Absence.LEFT
    if not agent.present:
        return Absence.AWAY if away_since is not None and away_since <= at - after else None
    shift = calendars.get(agent.shift) if agent.shift else None
    if shift is None or is_open(shift, at) or working_between(shift, at - after, at):
        return None
    return Absence.OFF_SHIFT


def is_entered_by_phone(receipt: Receipt) -> bool:
    """The customer is on the phone with one of the platform's people, who enters the case."""
    return receipt.channel is Channel.HOTLINE and receipt.opened_by.role in Role.platform()
