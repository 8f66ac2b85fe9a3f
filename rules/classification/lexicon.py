"""The words by which an issue is known (CLS-2): the floor of the classifier, from `policies/lexicon.yaml`.

Pure once loaded. `normalise` is what every pattern and every feature of the model is read from.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from models.common.base import Frozen
from models.common.plain_text import plain_text
from models.common.vocabulary import Issue
from rules.common.yaml import content_of

LEXICON = Path(__file__).resolve().parents[2] / "policies" / "lexicon.yaml"
LONGEST = 1000
"""What went wrong is said early; so many characters are read, so that a long text costs no more than a page."""


class LexiconError(ValueError):
    """The lexicon file is wrong; says where and what to do."""


class _File(Frozen):
    version: str
    negations: tuple[str, ...] = ()
    same: dict[str, tuple[str, ...]] = {}
    issues: dict[Issue, dict[str, int]] = Field(min_length=1)


@dataclass(frozen=True)
class Lexicon:
    """Weighted patterns per issue, and the names that mean the same."""

    version: str
    issues: tuple[Issue, ...]
    patterns: tuple[tuple[tuple[re.Pattern[str], int], ...], ...]
    """For each issue of `issues`, its patterns with their weights."""
    negations: tuple[str, ...]
    names: re.Pattern[str]
    name_of: dict[str, str]

    def normalise(self, text: str) -> str:
        """The plain text with every number as 0, no repeated marks, names by their common word."""
        plain = self.names.sub(lambda match: self.name_of[match[0]], plain_text(text[:LONGEST]))
        plain = re.sub(r"\d+", "0", plain)
        return re.sub(r"([^\w ])\1+", r"\1", plain)

    def scores(self, normalised: str) -> list[float]:
        """The weight of the patterns found, per issue of `issues`; a pattern counts once."""
        return [sum(weight for pattern, weight in patterns if self._found(pattern, normalised)) for patterns in self.patterns]

    def _found(self, pattern: re.Pattern[str], text: str) -> bool:
        return any(not text[: match.start()].endswith(self.negations) for match in pattern.finditer(text))


def _name(word: str) -> str:
    # a Latin name must not be found inside another word; a Chinese one has no word ends
    escaped = re.escape(word)
    return rf"(?<![a-z]){escaped}(?![a-z])" if word.isascii() else escaped


def _pattern(path: Path, issue: Issue, source: str) -> re.Pattern[str]:
    try:
        return re.compile(source)
    except re.error as error:
        message = f"{path.name}, {issue}: {source!r} is no regular expression ({error}); mend or quote it"
        raise LexiconError(message) from error


def load_lexicon(path: Path = LEXICON) -> Lexicon:
    """Read and check a lexicon file; raises LexiconError naming the field."""
    raw = path.read_bytes()
    try:
        file = _File.model_validate(content_of(raw))
    except (ValidationError, yaml.YAMLError) as error:
        message = f"{path.name} is no lexicon: {error}"
        raise LexiconError(message) from error
    issues = tuple(issue for issue in Issue if issue in file.issues)
    name_of = {word.lower(): key for key, words in file.same.items() for word in words}
    return Lexicon(
        version=f"{file.version}-{hashlib.sha256(raw).hexdigest()[:8]}",
        issues=issues,
        patterns=tuple(
            tuple((_pattern(path, issue, source), weight) for source, weight in file.issues[issue].items()) for issue in issues
        ),
        negations=file.negations,
        names=re.compile("|".join(_name(word) for word in sorted(name_of, key=len, reverse=True)) or r"(?!)"),
        name_of=name_of,
    )


@cache
def default_lexicon() -> Lexicon:
    """The lexicon of the policy folder, read once a process."""
    return load_lexicon()
