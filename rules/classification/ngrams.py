"""What the model counts in a normalised text (CLS-2): runs of one to four characters of Chinese, words and word pairs of English."""

import itertools
import re

LONGEST_RUN = 4
_LATIN = re.compile(r"[a-z']+")
_OTHER = re.compile(r"[^a-z' ]+")


def terms(normalised: str) -> list[str]:
    """Every term, as often as it occurs. Words of Latin letters begin with a blank, so that they never meet a run."""
    words = _LATIN.findall(normalised)
    found = [f" {word}" for word in words]
    found += [f" {first} {second}" for first, second in itertools.pairwise(words)]
    for run in _OTHER.findall(normalised):
        for length in range(1, LONGEST_RUN + 1):
            found += [run[start : start + length] for start in range(len(run) - length + 1)]
    return found
