"""Which words of a list a text says and means (CLS-3): not those that it denies, and not those that mean something else there.

The words and what they depend on are the policy's (`grading`); here is how they are read. A denial counts only right before the word,
so that "no warning before it exploded" denies nothing; what is doubtful is taken as said.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from models.common.plain_text import plain_text
from models.policy.grading import SensesPolicy

Words = tuple[str, ...]

ELSE = " ≠ "
"""What stands for a phrase that is denied or means something else."""
LONG_ENOUGH = 6
"""A word of so many letters is known with one of them missing, added, or in its neighbour's place."""
_LETTERS = re.compile(r"[a-z]+")
_PARTS = re.compile(r"<\w+>|\.\.\.| |[^ .<]+|.")
_CLAUSE_END = re.compile(r"[,.;:!?。]")
_CLAUSE_END_KEPT = re.compile(r"([,.;:!?。])")
_GAP = r"(?![a-z0-9]).{0,20}?(?<![a-z0-9])"
"""`…` of a phrase."""
_JOINTS = ("or", "nor", "或", "或者", "和", "及", "以及", "、", "/")
"""What goes on with a denial: no smoke *or* fire."""


def meant(words: Words, senses: SensesPolicy, text: str) -> Words:
    """The words of the list that the text says and means, each once, in the text's order, as they are written there."""
    how = (tuple(senses.sets.items()), senses.other, senses.denials, senses.between)
    return _meant(words, how, text) if words else ()


def left(words: Words, senses: SensesPolicy, text: str) -> str:
    """The plain text, its clauses apart, typing errors mended, with ELSE for what it denies and for what means something else there."""
    how = (tuple(senses.sets.items()), senses.other, senses.denials, senses.between)
    _, pattern = _patterns(words, *how)
    clauses = (clause for line in _lines(words, text) for clause in _CLAUSE_END_KEPT.split(line))
    return " ".join("".join(_left(pattern, clause)) for clause in clauses).strip()


@lru_cache(maxsize=256)  # a word is heard when it is said, when its case is graded, and at each replay
def _meant(words: Words, how: tuple[tuple[tuple[str, Words], ...], Words, Words, Words], text: str) -> Words:
    word, pattern = _patterns(words, *how)
    clauses = (clause for line in _lines(words, text) for clause in _CLAUSE_END.split(line) if word.search(clause))
    return tuple(dict.fromkeys(found[0] for clause in clauses for found, said in _read(pattern, clause) if said))


def _lines(words: Words, text: str) -> Iterator[str]:
    parts = _parts(words)
    return (_LETTERS.sub(lambda found: _known(found[0], parts), _plain(line)) for line in text.splitlines())


def _left(pattern: re.Pattern[str], clause: str) -> Iterator[str]:
    end = 0
    for found, said in _read(pattern, clause):
        yield clause[end : found.start()]
        yield ELSE if found.lastgroup == "other" or (found.lastgroup == "word" and not said) else found[0]
        end = found.end()
    yield clause[end:]


def _read(pattern: re.Pattern[str], clause: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Part for part, and whether it is a word of the list that is meant: a denial reaches over what may stand between to the next word of
    the list, and by "or" to one more.
    """
    denied = listed = False
    for found in pattern.finditer(clause):
        yield found, found.lastgroup == "word" and not denied
        match found.lastgroup:
            case "word":
                denied, listed = False, denied
            case "denial":
                denied, listed = True, False
            case "joint":
                denied = denied or listed
            case "between":
                pass
            case _:
                denied = listed = False


@dataclass(frozen=True)
class _Phrases:
    """Phrases as patterns; `sets` is what `<name>` stands for in them."""

    sets: Mapping[str, Words]

    def any_of(self, phrases: Words) -> str:
        """One of the phrases, the longest first: Latin ones as whole words, Chinese ones anywhere. None: nothing fits."""
        written = sorted(map(_plain, phrases), key=len, reverse=True)
        latin = self._either([phrase for phrase in written if phrase.isascii()])
        chinese = self._either([phrase for phrase in written if not phrase.isascii()])
        return rf"(?:(?<![a-z0-9]){latin}(?![a-z0-9])|{chinese})"

    def _either(self, written: list[str]) -> str:
        """They are compared only where a first letter of theirs stands: most places of a text are none."""
        if not written:
            return "(?!)"
        first = "".join(sorted(re.escape(letter) for letter in self._first(written)))
        return f"(?=[{first}])(?:{'|'.join(map(self._written, written))})"

    def _first(self, written: Iterable[str]) -> set[str]:
        first: set[str] = set()
        for phrase in written:
            part = _PARTS.findall(phrase)[0]
            first |= self._first(map(_plain, self.sets[part[1:-1]])) if part.startswith("<") else {part[0]}
        return first

    def _written(self, phrase: str) -> str:
        """Its parts, with blanks or hyphens or nothing between the words of Latin ones; Chinese ones may be spaced out."""
        return "".join(self._part(part) for part in _PARTS.findall(phrase))

    def _part(self, part: str) -> str:
        if part == "...":
            return _GAP
        if part.startswith("<"):
            return self.any_of(self.sets[part[1:-1]])
        return "[ -]*" if part == " " else " ?".join(map(re.escape, part)) if not part.isascii() else re.escape(part)


@lru_cache(maxsize=64)
def _patterns(
    words: Words, sets: tuple[tuple[str, Words], ...], other: Words, denials: Words, between: Words
) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A word of the list; and what a clause is made of: of what fits at a place, the first counts."""
    phrases = _Phrases(dict(sets))
    kinds = {"other": other, "word": words, "denial": denials, "joint": _JOINTS, "between": between}
    listed = "|".join(f"(?P<{kind}>{phrases.any_of(one)})" for kind, one in kinds.items())
    return re.compile(phrases.any_of(words)), re.compile(f"{listed}|[a-z0-9]+|[^ -]")


def _plain(text: str) -> str:
    """Didn't and didnt are one word."""
    return plain_text(text).replace("'", "")


@lru_cache(maxsize=64)
def _parts(words: Words) -> frozenset[str]:
    """The long words of Latin phrases."""
    return frozenset(part for word in words for part in re.findall(r"(?<!<)\b[a-z]+", _plain(word)) if len(part) >= LONG_ENOUGH)


@lru_cache(maxsize=20_000)
def _known(word: str, parts: frozenset[str]) -> str:
    """The word of the list that this one is with a typing error; itself when there is none."""
    if word in parts or len(word) < LONG_ENOUGH:
        return word
    return next((part for part in sorted(parts) if part[0] == word[0] and _one_slip(word, part)), word)


def _one_slip(word: str, part: str) -> bool:
    """One letter missing, one too many, or two neighbours in each other's place."""
    shorter, longer = sorted((word, part), key=len)
    if len(longer) - len(shorter) == 1:
        return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))
    swapped = (word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(len(word) - 1))
    return len(word) == len(part) and part in swapped
