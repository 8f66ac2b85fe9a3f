"""Grading (CLS-3): severity × urgency → P1…P4, each point with a reason that a person can read in Chinese and in English."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache

from models.case.state import CaseState, Grade
from models.common.actors import EvidenceRef
from models.common.base import Body, Money
from models.common.vocabulary import Issue, Kind
from models.policy.policy import GradingPolicy, PolicySlice
from rules.case.access import PARTIES
from rules.case.senses import meant
from rules.common.format import minor_units
from rules.common.rates import worth

Points = Iterator[tuple[int, str]]


def grade(
    policy: PolicySlice,
    *,
    issue: Issue,
    kind: Kind,
    text: str,
    at_stake: Money | None,
    lines: int,
    marks: Iterable[str],
    waited: timedelta,
    repeats: int,
    dangers: Iterable[str] = (),
) -> Grade:
    """The priority of a case. Each axis is as high as its highest point; only points above 0 are reasons. `dangers`: told before."""
    told = tuple(dict.fromkeys((*dangers, *dangers_in(policy.grading, text))))
    severity = sorted(_severity(policy, issue, told, lines, at_stake), reverse=True)
    urgency = sorted(_urgency(policy.grading, kind, text, marks, waited, repeats=repeats), reverse=True)
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
    for words in (rules.harm_words, rules.public_words, rules.urgent_words):
        _found(rules, words, "")


def dangers_in(rules: GradingPolicy, text: str) -> tuple[str, ...]:
    """The words of danger to people that a text says."""
    return tuple(_found(rules, rules.harm_words, text))


def said_by_parties(case: CaseState, rules: GradingPolicy) -> str:
    """What the parties told so far, a line for each time: our own people ask whether somebody was hurt.

    In cases from before there were senses, what they said counts too.
    """
    heard = (saying.words for saying in case.sayings if rules.senses is None or saying.by.role in PARTIES)
    return "\n".join((case.receipt.description, *heard))


def said_in(body: Body) -> str:
    """All that somebody says with an action: words and reasons, and how they named their evidence."""
    rating = getattr(body, "rating", None)
    said = [getattr(one, name, None) for one in (body, rating) for name in ("words", "reason", "question", "comment")]
    given: tuple[EvidenceRef, ...] = getattr(body, "evidence", ())
    return "\n".join([*(words for words in said if words), *(piece.name for piece in given)])


def _severity(policy: PolicySlice, issue: Issue, dangers: Iterable[str], lines: int, at_stake: Money | None) -> Points:
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
    for word in dangers:
        yield 3, f"安全或伤害：“{word}” · safety or harm: “{word}”"
    if lines >= rules.many_lines:
        yield 1, f"涉及 {lines} 个商品行 · {lines} lines concerned"


def _urgency(rules: GradingPolicy, kind: Kind, text: str, marks: Iterable[str], waited: timedelta, *, repeats: int) -> Points:
    for word in _found(rules, rules.public_words, text):
        yield 3, f"提到监管或媒体：“{word}” · regulator or press mentioned: “{word}”"
    for word in _found(rules, rules.urgent_words, text):
        yield 2, f"急需：“{word}” · urgent words: “{word}”"
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
