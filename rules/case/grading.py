"""Grading (CLS-3): severity × urgency → P1…P4, each point with a reason that a person can read in Chinese and in English."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache

from models.case.heard import MOST, QUOTED, Heard
from models.case.state import CaseState, Grade
from models.common.actors import EvidenceRef
from models.common.base import Body, Money
from models.common.plain_text import plain_text
from models.common.vocabulary import Issue, Kind, Meaning
from models.policy.grading import GradingPolicy
from models.policy.policy import PolicySlice
from rules.case.access import PARTIES
from rules.case.senses import left, meant
from rules.common.format import minor_units
from rules.common.rates import worth

Points = Iterator[tuple[int, str]]
MEANT = {
    Meaning.DANGER: (3, "安全或伤害", "safety or harm"),
    Meaning.PUBLIC: (3, "提到监管或媒体", "regulator or press mentioned"),
    Meaning.URGENT: (2, "急需", "needed soon"),
}
"""What each meaning adds, and its name in a reason."""


def grade(
    policy: PolicySlice,
    *,
    issue: Issue,
    kind: Kind,
    at_stake: Money | None,
    lines: int,
    marks: Iterable[str],
    waited: timedelta,
    repeats: int,
    text: str = "",
    dangers: Iterable[str] = (),
    heard: Iterable[Heard] = (),
) -> Grade:
    """The priority of a case. Each axis is as high as its highest point; only points above 0 are reasons.

    `text`: what nobody has read yet; `heard`, and the words of danger in `dangers`, were read before.
    """
    told = (Heard(meaning=Meaning.DANGER, words=word) for word in dangers)
    meant = tuple(dict.fromkeys((*told, *listed(policy.grading, text), *heard)))
    severity = sorted((*_severity(policy, issue, lines, at_stake), *_meant(meant, Meaning.DANGER)), reverse=True)
    by_time = _urgency(policy.grading, kind, marks, waited, repeats=repeats)
    urgency = sorted((*by_time, *_meant(meant, Meaning.PUBLIC, Meaning.URGENT)), reverse=True)
    severe = min(severity[0][0], 3) if severity else 0
    urgent = min(urgency[0][0], 3) if urgency else 0
    return Grade(
        priority=policy.grading.matrix[severe][urgent],
        severity=severe,
        urgency=urgent,
        reasons=tuple(reason for _, reason in (*severity, *urgency)),
    )


def raised(policy: PolicySlice, before: Grade, now: Grade) -> Grade:
    """The grade before and what new words add to it: each axis as high as it ever was."""
    severity, urgency = max(before.severity, now.severity), max(before.urgency, now.urgency)
    reasons = tuple(dict.fromkeys((*now.reasons, *before.reasons)))
    return Grade(priority=policy.grading.matrix[severity][urgency], severity=severity, urgency=urgency, reasons=reasons)


def prepare(rules: GradingPolicy) -> None:
    """Make the patterns of the words, which takes longer than a workflow should think."""
    for meaning in Meaning:
        words_for(rules, meaning, "")


def words_for(rules: GradingPolicy, meaning: Meaning, text: str) -> tuple[str, ...]:
    """The words of the meaning's list that a text says."""
    lists = {Meaning.DANGER: rules.harm_words, Meaning.PUBLIC: rules.public_words, Meaning.URGENT: rules.urgent_words}
    return tuple(word[:QUOTED] for word in _found(rules, lists[meaning], text))


def told_apart(rules: GradingPolicy, text: str) -> str:
    """The plain text with a mark for what the senses deny or take for something else: what a model should judge."""
    words = (*rules.harm_words, *rules.public_words, *rules.urgent_words)
    return plain_text(text) if rules.senses is None or not words else left(words, rules.senses, text)


def listed(rules: GradingPolicy, text: str) -> tuple[Heard, ...]:
    """What the lists of words hear in a text."""
    return tuple(Heard(meaning=meaning, words=word) for meaning in Meaning for word in words_for(rules, meaning, text))[:MOST]


def heard_so_far(case: CaseState, rules: GradingPolicy) -> tuple[Heard, ...]:
    """What the case was told, as it was read where it came in; else as the lists of words hear it.

    Line by line: this is asked whenever anything happens, and a line that was read before is not read again.
    """
    first = case.receipt.heard
    if first is None:
        first = tuple(one for line in said_by_parties(case, rules).splitlines() for one in listed(rules, line))
    return tuple(dict.fromkeys((*first, *case.heard)))


def most_urgent(case: CaseState, rules: GradingPolicy) -> tuple[Heard, ...]:
    """What another case takes along of what this one was told, danger first."""
    told = (Heard(meaning=Meaning.DANGER, words=word) for word in case.dangers)
    return heaviest_first(dict.fromkeys((*told, *heard_so_far(case, rules))))


def heaviest_first(heard: Iterable[Heard]) -> tuple[Heard, ...]:
    """As much as is carried along, danger before all else."""
    return tuple(sorted(heard, key=lambda one: list(Meaning).index(one.meaning)))[:MOST]


def said_by_parties(case: CaseState, rules: GradingPolicy) -> str:
    """What the parties told so far, a line for each time: our own people ask whether somebody was hurt.

    In cases from before there were senses, what they said counts too.
    """
    heard = (saying.words for saying in case.sayings if rules.senses is None or saying.by.role in PARTIES)
    return "\n".join((case.receipt.description, *heard))


def said_in(body: Body) -> str:
    """All that somebody says with an action: words and reasons, and how they named their evidence."""
    return "\n".join((words_in(body), *names_in(body)))


def words_in(body: Body) -> str:
    """Words and reasons."""
    rating = getattr(body, "rating", None)
    said = [getattr(one, name, None) for one in (body, rating) for name in ("words", "reason", "question", "comment")]
    return "\n".join(words for words in said if words)


def names_in(body: Body) -> tuple[str, ...]:
    """How they named their evidence."""
    given: tuple[EvidenceRef, ...] = getattr(body, "evidence", ())
    return tuple(piece.name for piece in given)


def _meant(heard: Iterable[Heard], *meanings: Meaning) -> Points:
    for one in heard:
        if one.meaning in meanings:
            points, zh, en = MEANT[one.meaning]
            # a passage is the customer's own words, which not everybody who reads a grade may read
            said = (f"（{one.by} 读出）", f" (read by {one.by})") if one.by else (f"：“{one.words}”", f": “{one.words}”")
            yield points, f"{zh}{said[0]} · {en}{said[1]}"


def _severity(policy: PolicySlice, issue: Issue, lines: int, at_stake: Money | None) -> Points:
    rules = policy.grading
    money = worth(policy, at_stake) if at_stake else None
    reached = [(points, least) for least, points in rules.money if money is not None and money >= least and points]
    if reached:
        points, least = max(reached)
        reason = minor_units(least, policy.currency)
        yield points, f"涉及金额 ≥ {reason.zh} · at stake ≥ {reason.en}"
    if issue in rules.severe_issues:
        name = policy.issues[issue].name
        yield 2, f"严重问题：{name.zh} · severe issue: {name.en}"
    if lines >= rules.many_lines:
        yield 1, f"涉及 {lines} 个商品行 · {lines} lines concerned"


def _urgency(rules: GradingPolicy, kind: Kind, marks: Iterable[str], waited: timedelta, *, repeats: int) -> Points:
    for mark in sorted(set(marks) & set(rules.perishable_marks)):
        yield 2, f"易腐商品（{mark}） · goods that spoil ({mark})"
    long = [(points, least) for least, points in rules.waited if waited >= least]
    if long:
        points, least = max(long)
        hours = round(least / timedelta(hours=1))
        yield points, f"已等待 ≥ {hours} 小时 · waited ≥ {hours} h"
    often = [(points, least) for least, points in rules.repeats if repeats >= least]
    if often:
        points, least = max(often)
        yield points, f"再次反映 ≥ {least} 次 · came back ≥ {least} times"
    if kind is Kind.COMPLAINT:
        yield 1, "投诉 · a complaint"


def _found(rules: GradingPolicy, words: tuple[str, ...], text: str) -> list[str]:
    """The words of the list that the text says, each once, in the text's order."""
    if rules.senses is not None:
        return list(meant(words, rules.senses, text))
    pattern = _pattern(words)
    return list(dict.fromkeys(match.group().casefold() for match in pattern.finditer(text))) if pattern else []


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """The words wherever they stand, for cases from before there were senses: Chinese ones anywhere, Latin ones as wholes."""
    if not words:
        return None
    parts = [
        rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])" if word.isascii() else re.escape(word)
        for word in sorted(words, key=len, reverse=True)
    ]
    return re.compile("|".join(parts), re.IGNORECASE)
