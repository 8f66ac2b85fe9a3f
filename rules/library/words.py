"""The words that cases are found by, with their places in a text: Chinese characters and pairs of them, stems of English words, numbers.

Nothing is left out, so that whatever stands in a text is found, a single character too. A character is read without its neighbours: what
`plain_text` makes of one may depend on them (乾淨, 乾隆), and a question has other neighbours than the text that it is to find.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NamedTuple, cast

import snowballstemmer
from opencc import OpenCC

LONGEST_WORD = 40
"""Letters of a word that count."""

_TO_SIMPLIFIED: Final = cast("Any", OpenCC("t2s"))  # its types are unknown
_STEM: Final = cast("Any", snowballstemmer.stemmer("english"))
_ALIKE: Final = dict(
    zip(
        "著瞭藉徵餘甚妳牠祂麽夥菸痠祇綫諮凴喫彷迴",
        "着了借征余什你它它么伙烟酸只线咨凭吃仿回",
        strict=True,
    )
)
"""Characters that OpenCC keeps for what they mean in some words, or that are written for others: here both ways are one."""
_CHARACTERS: Final = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN: Final = re.compile(rf"(?P<characters>[{_CHARACTERS}]+)|[^\W_{_CHARACTERS}]+(?:['\u2019][^\W_{_CHARACTERS}]+)*")
_ENGLISH: Final = re.compile(r"[a-z]+")


class Word(NamedTuple):
    """A word as cases are found by it, and where it stands."""

    term: str
    start: int
    end: int


def words_in(text: str) -> Iterator[Word]:
    """Every word of a text in order: of Chinese each character, and each two that stand beside one another."""
    for start, signs in _runs(text):
        if isinstance(signs, Word):
            yield signs
            continue
        for place, sign in enumerate(signs, start=start):
            yield Word(sign, place, place + 1)
            if place - start + 1 < len(signs):
                yield Word(sign + signs[place - start + 1], place, place + 2)


def asked_words(text: str) -> tuple[str, ...]:
    """The distinct words that a question is made of, in their order: pairs of Chinese characters, and a character that stands alone."""
    asked = list[str]()
    for _, signs in _runs(text):
        if isinstance(signs, Word):
            asked.append(signs.term)
        else:
            asked += signs if len(signs) == 1 else map("".join, pairwise(signs))
    return tuple(dict.fromkeys(asked))


def terms_of(texts: Iterable[str]) -> frozenset[str]:
    """The distinct words of several texts."""
    return frozenset(word.term for text in texts for word in words_in(text))


def _runs(text: str) -> Iterator[tuple[int, Word | list[str]]]:
    """What stands without a gap, and where: a word of letters or digits, or Chinese characters."""
    for run in _RUN.finditer(text):
        if run["characters"] is None:
            yield run.start(), Word(_term(run[0]), run.start(), run.end())
        else:
            yield run.start(), [_one_character(sign) for sign in run[0]]


@lru_cache(maxsize=20_000)
def _one_character(sign: str) -> str:
    plain = unicodedata.normalize("NFKC", sign)
    simple: str = _TO_SIMPLIFIED.convert(plain if len(plain) == 1 else sign)
    return _ALIKE.get(simple, simple)


@lru_cache(maxsize=20_000)
def _term(word: str) -> str:
    """`returned`, `returns` and `return's` are one word, and so are O'Brien and Obrien; width, case and accents of letters do not count."""
    bare = unicodedata.normalize("NFKD", word.replace("\u2019", "'")).lower()
    whole = "".join(sign for sign in bare if not unicodedata.combining(sign))
    plain = whole.removesuffix("'s").replace("'", "")[:LONGEST_WORD]
    stem: str = _STEM.stemWord(plain) if _ENGLISH.fullmatch(plain) else plain
    return stem or word[:LONGEST_WORD]
