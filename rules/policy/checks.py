"""What a policy's fields cannot say alone: names that must exist, tables without holes, rows that can be reached, limits in order."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product

from models.common.base import Frozen
from models.common.readers import Reader
from models.common.vocabulary import (
    Channel,
    ClockName,
    Issue,
    IssueGroup,
    Kind,
    MessageChannel,
    Party,
    Priority,
    Role,
    WaitFor,
    WaitingOn,
)
from models.policy.agents import AgentPolicy
from models.policy.contacts import ContactPolicy
from models.policy.grading import GradingPolicy
from models.policy.policy import Policy
from rules.case.routing import COLUMNS
from rules.common.best_row import best, fits, named
from rules.common.policy_fault import Faults, Loc, unknown
from rules.policy.calendar_checks import calendar_faults, zone_faults
from rules.policy.eligibility_checks import eligibility_faults
from rules.policy.law_checks import law_faults
from rules.policy.liability_checks import responsibility_faults
from rules.policy.returns_checks import return_faults
from rules.policy.root_cause_checks import root_cause_faults

SIZE = 4
"""Severity and urgency each go from 0 to 3."""


def faults_of(policy: Policy) -> Faults:
    """Every fault with the field it is at, in no order."""
    yield from zone_faults(("zone",), policy.zone)
    for name, calendar in policy.calendars.items():
        if calendar.zone != policy.zone:
            yield from zone_faults(("calendars", name, "zone"), calendar.zone)
        yield from calendar_faults(("calendars", name), calendar)
    yield from _names(policy)
    yield from _complete(policy)
    yield from _clocks(policy)
    yield from _routing(policy)
    yield from _agents(policy)
    yield from _grading(policy.grading)
    yield from _senses(policy.grading)
    yield from _messages(policy)
    yield from _contacts(policy.contacts)
    yield from responsibility_faults(policy)
    yield from eligibility_faults(policy)
    yield from _limits(policy)
    yield from return_faults(policy)
    yield from law_faults(policy)
    yield from root_cause_faults(policy)


def _names(policy: Policy) -> Faults:
    """References to calendars and teams."""
    uses: list[tuple[Loc, str]] = [(("clocks", index, "calendar"), row.calendar) for index, row in enumerate(policy.clocks)]
    uses += [(("waits", wait, "calendar"), rule.calendar) for wait, rule in policy.waits.items()]
    for loc, name in uses:
        if name not in policy.calendars:
            yield loc, unknown("calendar", name, policy.calendars)
    for index, row in enumerate(policy.routing):
        if row.team not in policy.teams:
            yield ("routing", index, "team"), unknown("team", row.team, policy.teams)
    for table in ("routing", "liability", "root_causes"):
        ids: list[str] = [row.id for row in getattr(policy, table)]
        for index, id_ in enumerate(ids):
            if id_ in ids[:index]:
                yield (table, index, "id"), f'the id "{id_}" is taken by {table}[{ids.index(id_)}]; give each row its own'


def _complete(policy: Policy) -> Faults:
    """Everything that has to be there."""
    asked = [WaitingOn.CUSTOMER, WaitingOn.MERCHANT, WaitingOn.CARRIER]
    needed: list[tuple[str, Iterable[str], frozenset[str], str]] = [
        ("waits", WaitFor, frozenset(policy.waits), "within and then"),
        ("answers", asked, frozenset(policy.answers), "within, remind_after and then"),
        ("issues", Issue, frozenset(policy.issues), "name and remedies"),
    ]
    for table, names, present, fields in needed:
        for name in names:
            if name not in present:
                yield (table,), f"{name} is missing; add it with {fields}"
    for issue, rule in policy.issues.items():
        if not rule.remedies:
            yield ("issues", issue, "remedies"), "offers nothing; name at least an explanation"
        wrong = set(rule.ask) - {Party.CUSTOMER, Party.MERCHANT, Party.CARRIER}
        for party in sorted(wrong):
            yield ("issues", issue, "ask"), f"{party} cannot be asked; name customer, merchant or carrier"


def _messages(policy: Policy) -> Faults:
    """Who is told of an event may read it."""
    for event, message in policy.messages.items():
        if not message.to and not message.watchers:
            yield ("messages", event, "to"), "is told to nobody; name a role or remove the event"
        for role in message.to:
            if not event.readers & (Reader.of(role) | Reader.relations()):
                yield ("messages", event, "to"), f"{role} does not read this event (docs/readers.md); remove the role"
        if MessageChannel.INBOX in message.channels:
            yield ("messages", event, "channels"), "the inbox is always used; name email, sms or push besides"


def _contacts(contacts: ContactPolicy) -> Faults:
    """NTF-4: the inbox is neither quiet nor does it reach anybody outside; a night has two ends."""
    if MessageChannel.INBOX in contacts.quiet_hours:
        yield ("contacts", "quiet_hours", MessageChannel.INBOX), "the inbox disturbs nobody; name email, sms or push"
    for channel in contacts.quiet_hours:
        begin, end = contacts.night(channel) or (None, None)
        if begin == end:
            yield ("contacts", "quiet_hours", channel), "begins when it ends; write other times, or leave the channel out"
    for index, channel in enumerate(contacts.instead):
        if channel is MessageChannel.INBOX:
            yield ("contacts", "instead", index), "the inbox is always used; name email, sms or push"


def _clocks(policy: Policy) -> Faults:
    """No combination without a promise, no promise that nothing can reach."""
    columns: dict[str, Sequence[object]] = {
        "kind": tuple(Kind),
        "group": (*IssueGroup, None),  # not known before classification, as the priority
        "channel": tuple(Channel),
        "priority": (*Priority, None),
    }
    for name in ClockName:
        rows = {index: row for index, row in enumerate(policy.clocks) if row.clock is name}
        if not rows and name is ClockName.NEXT_REPLY:
            continue  # a policy from before it, or one that promises nothing about later words
        if not rows:
            yield ("clocks",), f"no promise for {name}; add a row with clock, within and calendar"
            continue
        combinations = [dict(zip(columns, values, strict=True)) for values in product(*columns.values())]
        hole = next((given for given in combinations if best(rows.values(), given) is None), None)
        if hole is not None:
            yield ("clocks",), f"no promise for {name} with {_told(hole)}; add a row for {name} that names nothing else"
        yield from _unreachable("clocks", rows, columns, combinations)
    for index, row in enumerate(policy.clocks):
        if not row.within:
            yield ("clocks", index, "within"), "a promise needs some time; write 5m, 1h or 1d"


def _routing(policy: Policy) -> Faults:
    """Regions and merchants are endless: a row that names none meets its fewest rivals where no row names the case's own."""
    rows = dict(enumerate(policy.routing))
    columns: dict[str, Sequence[object]] = dict.fromkeys(COLUMNS, ())
    combinations: list[dict[str, object]] = [
        {"kind": kind, "group": issue.group, "issue": issue, "priority": priority, "region": None, "merchant": None}
        for kind, issue, priority in product(Kind, Issue, Priority)
    ]
    anywhere = [row for row in rows.values() if row.region is None and row.merchant is None]
    hole = next((given for given in combinations if best(anywhere, given) is None), None)
    if hole is not None:
        told = _told({column: hole[column] for column in ("kind", "issue", "priority")})
        yield ("routing",), f"no row for {told}; add a row that names less, as the issue's group alone"
    for index, row in rows.items():
        if row.issue is not None and row.group is not None and row.issue.group is not row.group:
            yield ("routing", index, "group"), f"{row.issue} is not in the group {row.group}; keep one of the two"
            continue
        place = {"region": row.region, "merchant": row.merchant}
        rivals = {
            other: rival
            for other, rival in rows.items()
            if rival.region in (None, row.region) and rival.merchant in (None, row.merchant)
        }
        here = [{**given, **place} for given in combinations if fits(row, {**given, **place})]
        yield from _shadowed("routing", index, rivals, columns, here)


def _agents(policy: Policy) -> Faults:
    """DSP-2: known teams and shifts, and with the first people named, nobody's team is left out."""
    ids = [agent.id for agent in policy.agents]
    for index, agent in enumerate(policy.agents):
        if agent.id in ids[:index]:
            yield ("agents", index, "id"), f'the id "{agent.id}" is taken by agents[{ids.index(agent.id)}]; give each their own'
        for field, fault in agent_faults(agent, policy):
            yield ("agents", index, field), fault
    for team in policy.teams:
        if policy.agents and not any(team in agent.teams for agent in policy.agents if agent.role is Role.AGENT):
            yield ("teams", team), f"has no people; give an agent of `agents` the team {team}, or leave `agents` out"


def agent_faults(agent: AgentPolicy, policy: Policy) -> Iterator[tuple[str, str]]:
    """What of a person does not fit the policy: the field, and what to do."""
    if agent.role is Role.AGENT and not agent.teams:
        yield "teams", f"an agent needs a team; name one of {', '.join(sorted(policy.teams))}"
    for team in agent.teams:
        if team not in policy.teams:
            yield "teams", unknown("team", team, policy.teams)
    if agent.shift is not None and agent.shift not in policy.calendars:
        yield "shift", unknown("calendar", agent.shift, policy.calendars)


def _unreachable(
    table: str, rows: Mapping[int, Frozen], columns: Mapping[str, Sequence[object]], combinations: Sequence[dict[str, object]]
) -> Faults:
    for index, row in rows.items():
        yield from _shadowed(table, index, rows, columns, [given for given in combinations if fits(row, given)])


def _shadowed(
    table: str,
    index: int,
    rows: Mapping[int, Frozen],
    columns: Mapping[str, Sequence[object]],
    combinations: Sequence[dict[str, object]],
) -> Faults:
    """A fault when the row wins in none of the combinations that it fits."""
    winners: set[int] = set()
    for given in combinations:
        row = best(rows.values(), given)
        winners.add(next(number for number, other in rows.items() if other is row))
        if index in winners:
            return
    named_by = ", ".join(f"{table}[{number}]" for number in sorted(winners)) or "no case"
    what = ", ".join(f"{column}: {value}" for column, value in named(rows[index], columns).items()) or "everything"
    yield (
        (table, index),
        f"can never be reached: whatever fits it ({what}) goes to {named_by}; remove it, name more, or move it up",
    )


def _grading(grading: GradingPolicy) -> Faults:
    matrix = grading.matrix
    if len(matrix) != SIZE or any(len(row) != SIZE for row in matrix):
        yield ("grading", "matrix"), "has to be four rows (severity 0 to 3) of four priorities (urgency 0 to 3)"
        return
    for severity, urgency in product(range(SIZE), range(SIZE)):
        here = matrix[severity][urgency]
        lighter = (matrix[max(severity - 1, 0)][urgency], matrix[severity][max(urgency - 1, 0)])
        if here > min(lighter):
            detail = f"severity {severity} with urgency {urgency} is less urgent ({here}) than a lighter case; raise it"
            yield ("grading", "matrix", severity, urgency), detail
    tables = (("money", grading.money), ("waited", grading.waited), ("repeats", grading.repeats))
    for name, table in tables:
        for index, (_, points) in enumerate(table):
            if not 0 <= points < SIZE:
                yield ("grading", name, index), f"points go from 0 to 3, not {points}"


def _senses(grading: GradingPolicy) -> Faults:
    """Phrases may name the sets there are."""
    senses = grading.senses
    if senses is None:
        return
    lists: list[tuple[Loc, tuple[str, ...]]] = [
        (("grading", "harm_words"), grading.harm_words),
        (("grading", "public_words"), grading.public_words),
        (("grading", "urgent_words"), grading.urgent_words),
        (("grading", "senses", "other"), senses.other),
        (("grading", "senses", "denials"), senses.denials),
        (("grading", "senses", "between"), senses.between),
        *((("grading", "senses", "sets", name), words) for name, words in senses.sets.items()),
    ]
    for loc, phrases in lists:
        allowed = () if "sets" in loc else senses.sets
        for index, phrase in enumerate(phrases):
            for name in re.findall("<([^>]*)>", phrase):
                if name not in allowed:
                    yield (*loc, index), unknown("set", name, allowed)


def _limits(policy: Policy) -> Faults:
    approval = policy.approval
    if approval.automatic > approval.agent:
        yield (
            ("approval", "agent"),
            f"an agent may give less ({approval.agent}) than the machine ({approval.automatic}); raise it",
        )
    if approval.merchant is not None and approval.merchant < approval.automatic:
        yield (
            ("approval", "merchant"),
            f"a merchant may give less ({approval.merchant}) than the machine ({approval.automatic}); raise it",
        )
    bonus = policy.store_credit.bonus
    if bool(bonus.share) is not bool(bonus.most_minor):
        yield (
            ("store_credit", "bonus"),
            "a bonus has a share and the most that it comes to (most_minor), both above zero; 0 for both: none is given",
        )
    for party, answer in policy.answers.items():
        if not answer.remind_after < answer.within:
            yield ("answers", party, "remind_after"), "the reminder comes after the deadline; make it shorter than within"
    durations: list[tuple[Loc, Callable[[], bool]]] = [
        (("waits", wait, "within"), lambda rule=rule: bool(rule.within)) for wait, rule in policy.waits.items()
    ]
    durations.append((("poll_refund_every",), lambda: bool(policy.poll_refund_every)))
    durations.append((("coupon_valid_for",), lambda: bool(policy.coupon_valid_for)))
    durations.append((("store_credit", "bonus", "valid_for"), lambda: bool(policy.store_credit.bonus.valid_for)))
    durations.append((("improve_within",), lambda: bool(policy.improve_within)))
    durations.append((("replacements", "reserve_for"), lambda: bool(policy.replacements.reserve_for)))
    durations.append((("replacements", "poll_every"), lambda: bool(policy.replacements.poll_every)))
    for loc, lasting in durations:
        if not lasting():
            yield loc, "needs some time; write 1h, 2d or the like"


def _told(given: Mapping[str, object]) -> str:
    return ", ".join(f"{column} {value or 'not known yet'}" for column, value in given.items())
