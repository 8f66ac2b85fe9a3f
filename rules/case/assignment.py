"""Who of a team can take a case (DSP-2): there, on shift, with the skill."""

from collections.abc import Mapping
from datetime import datetime

from models.common.calendars import CalendarSlice
from models.common.vocabulary import Issue, Role
from models.policy.agents import AgentPolicy
from rules.common.working_time import is_open


def able(agent: AgentPolicy, team: str, issue: Issue, calendars: Mapping[str, CalendarSlice], at: datetime) -> bool:
    """Whether the agent may be given a case of that team and issue at that instant. Load is another matter."""
    of_the_team = agent.role is Role.AGENT and team in agent.teams
    skilled = not agent.skills or issue in agent.skills or issue.group in agent.skills
    return of_the_team and agent.present and skilled and on_shift(agent, calendars, at)


def on_shift(agent: AgentPolicy, calendars: Mapping[str, CalendarSlice], at: datetime) -> bool:
    """Whether it is the agent's working time; without a shift, or with one that the policy no longer has, always."""
    shift = calendars.get(agent.shift) if agent.shift else None
    return shift is None or is_open(shift, at)
