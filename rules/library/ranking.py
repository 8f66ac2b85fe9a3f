"""How well a case fits what is looked for, and where (ARC-2): the same on both databases, for both give the same candidates."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.library.passage import Passage, PassageKind
from rules.library.words import Word, words_in

TELLING_AT_MOST = 4_000
"""Rows that the rare words of a question may have together; of so many each is looked at."""
NEARLY = 0.45
"""The share of the question's weight that a case has to have which lacks words of it."""
UNKNOWN = 0.35
"""What a word counts that no case has, beside one that a single case has: often a slip, or no word at all."""
TOGETHER, IN_ORDER = 0.3, 0.2
"""The shares of the score for words that stand in one passage, and for those that stand there as they were asked for; the rest is that they occur."""
SIMILAR_AT_LEAST = 0.12
"""The share of its weight that a case has in common with one that is similar."""
BEFORE, AROUND = 40, 200
"""Letters of an excerpt before the first word that was found, and in all."""


@dataclass(frozen=True)
class Excerpt:
    """A piece of a passage; `marks` are where the words stand that were found, from the first letter to the one after the last."""

    passage: Passage
    text: str
    marks: tuple[tuple[int, int], ...]


def weights(frequencies: Mapping[str, int], every: int) -> dict[str, float]:
    """How telling each word is: the rarer among all rows, the more."""
    rarest = math.log(1 + (every + 0.5) / 1.5)
    return {
        term: math.log(1 + (every - count + 0.5) / (count + 0.5)) if count else UNKNOWN * rarest
        for term, count in frequencies.items()
    }


def telling(frequencies: Mapping[str, int], least: int = 1, most: int = TELLING_AT_MOST) -> list[str]:
    """The rarest words, as many as have no more rows than that together."""
    chosen, rows = list[str](), 0
    for term, count in sorted(frequencies.items(), key=lambda one: (one[1], one[0])):
        if count >= least:
            rows += count
            if rows > most:
                break
            chosen.append(term)
    return chosen


def fit(asked: Sequence[str], weight: Mapping[str, float], passages: Sequence[Passage]) -> float:
    """From 0 to 1: how much of the question a case has, how much of it in one passage, and how much there in that order."""
    whole = sum(weight[term] for term in asked) or 1.0
    pairs = [*pairwise(asked)]
    had, best, ordered = set[str](), 0.0, 0.0
    for passage in passages:
        words = [word for word in words_in(passage.text) if word.term in weight]
        here = {word.term for word in words} & {*asked}
        had |= here
        share = sum(weight[term] for term in here) / whole
        beside = _beside(words)
        row = sum(pair in beside for pair in pairs) / len(pairs) if pairs else share
        best, ordered = max((best, ordered), (share, row))
    return (1 - TOGETHER - IN_ORDER) * sum(weight[term] for term in had) / whole + TOGETHER * best + IN_ORDER * ordered


def _beside(words: Sequence[Word]) -> set[tuple[str, str]]:
    """Words that follow one another: the next one begins where the one before ends, or a blank later, or at its second character."""
    starting: dict[int, list[str]] = {}
    for word in words:
        starting.setdefault(word.start, []).append(word.term)
    return {
        (word.term, after)
        for word in words
        for place in (word.start + 1, word.end, word.end + 1)
        if place > word.start
        for after in starting.get(place, ())
    }


def excerpts(
    asked: Sequence[str], weight: Mapping[str, float], passages: Sequence[Passage], most: int = 2
) -> tuple[Excerpt, ...]:
    """The passages that have most of the question, cut around its words."""
    found = list[tuple[float, int, Excerpt]]()
    for number, passage in enumerate(passages):
        words = [word for word in words_in(passage.text) if word.term in weight and word.term in asked]
        if words and passage.kind is not PassageKind.IDS:
            found.append((-sum(weight[term] for term in {word.term for word in words}), number, _cut(passage, words)))
    return tuple(excerpt for _, _, excerpt in sorted(found, key=lambda one: one[:2])[:most])


def _cut(passage: Passage, words: Sequence[Word]) -> Excerpt:
    begin = max(0, words[0].start - BEFORE) if len(passage.text) > AROUND else 0
    end = min(len(passage.text), begin + AROUND)
    before, after = "…" if begin else "", "…" if end < len(passage.text) else ""
    marks = list[tuple[int, int]]()
    for word in words:
        start, stop = (place - begin + len(before) for place in (word.start, word.end))
        if word.end > end:
            break
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(stop, marks[-1][1]))
        else:
            marks.append((start, stop))
    return Excerpt(passage, before + passage.text[begin:end] + after, tuple(marks))
