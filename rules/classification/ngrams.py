"""What the models count in a plain text (CLS-2, CLS-3): runs of one to four characters of Chinese, words and word pairs of English."""

import itertools
import re
from collections.abc import Iterable

from models.common.vocabulary import Locale

LONGEST_RUN = 4
INSIDE = (3, 4, 5)
"""So many letters of a word are taken together."""
_LATIN = re.compile(r"[a-z']+")
_OTHER = re.compile(r"[^a-z' ]+")
_HAN = re.compile("[\u3400-\u9fff]")


def terms(plain: str) -> list[str]:
    """Every term, as often as it occurs. Words of Latin letters begin with a blank, so that they never meet a run."""
    words = _LATIN.findall(plain)
    found = [f" {word}" for word in words]
    found += [f" {first} {second}" for first, second in itertools.pairwise(words)]
    for run in _OTHER.findall(plain):
        found += _runs(run, range(1, LONGEST_RUN + 1))
    return found


def size(plain: str) -> int:
    """About how many words a text has."""
    return len(_HAN.findall(plain)) // 2 + len(_LATIN.findall(plain))


def language(plain: str) -> Locale:
    """The language that most of a text is in: two Chinese letters count as a word."""
    return Locale.ZH if len(_HAN.findall(plain)) > 2 * len(_LATIN.findall(plain)) else Locale.EN


def more_terms(plain: str) -> list[str]:
    """More of Latin words: runs of their letters, with a mark for where a word ends (burns, burnt), and pairs around a word (hurt my hand)."""
    words = _LATIN.findall(plain)
    found = [f"~{run}" for word in words for run in _runs(f"_{word}_", INSIDE)]
    return found + [f" {first} . {second}" for first, second in zip(words, words[2:], strict=False)]


def _runs(text: str, lengths: Iterable[int]) -> list[str]:
    return [text[start : start + length] for length in lengths for start in range(len(text) - length + 1)]
