"""Words to search by, from Chinese and English text alike: pairs of Chinese characters, stems of Latin words, numbers.

Our own terms in a plain table, rather than SQLite's FTS5 and PostgreSQL's `pg_trgm`: trigrams find no Chinese word of two
characters, which most are, and the two databases would rank, and thus answer, differently.
"""

import re
from collections.abc import Iterator

from models.common.plain_text import plain_text

LONGEST_TEXT = 2000
"""So many characters of a text are looked at."""

_FILLERS = re.compile(
    "请问|你好|您好|谢谢|麻烦|帮我|想了解|咨询|知道|能不能|可不可以|是不是|有没有|怎么样|怎么办|怎么|怎样|如何|什么|为什么|为啥|哪里|哪儿|"
    "多少|多长|可以|一般|已经|现在|还是|但是|可是|因为|所以|如果|需要|一下|一个|这个|那个|我们|你们|"
    "(?<!申)请|(?<![退归])还|会(?!员)|(?<!不想)要(?!求)|(?<!不)想|想(?!要)|[我你您他她它们的了吗呢吧啊呀嘛哦能是这那就都也很把被让给和与及或在有啥]"
)
"""What a Chinese sentence is built with, whatever it is about; 不想要 is what it is about."""
_STOP = re.compile(
    r"(?:a|an|the|i|im|my|me|mine|we|our|you|your|it|its|he|she|they|them|their|this|that|these|those|is|am|are|was|were|be|"
    r"been|being|do|does|did|done|have|has|had|having|will|would|can|could|should|shall|may|might|must|to|of|in|on|at|for|"
    r"from|by|with|about|into|as|and|or|but|if|so|than|then|when|where|what|which|who|whom|why|how|s|t|ve|ll|d|re|m|there|"
    r"here|please|hello|hi|hey|thank|thanks|want|wanted|like|need|needs|know|tell|ask|asking|question|just|very|much|really|"
    r"also|any|some|get|got|getting|let|us|not|no|yes|out|up)"
)
"""The same in English."""
_WHERE = re.compile(r"\bwhere(?:'s|s| is| are) (?:my|our|the) ([a-z]+)")
"""Where something is, is another question than any other about it."""
_CHARACTER = re.compile(r"[\u3400-\u9fff]")
_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+|[a-z]+(?:'[a-z]+)?|[0-9]+")
_SENTENCE_END = re.compile(r"(?<=[。！？!?；;\n])|(?<=\. )")
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("s", ""))
_SHORTEST_STEM = 3


def terms(text: str) -> tuple[str, ...]:
    """The distinct terms of a text, in their order; of a text without any, its single Chinese characters."""
    plain = _without_fillers(text)
    return tuple(dict.fromkeys(_terms(plain))) or tuple(dict.fromkeys(_CHARACTER.findall(plain)))


def terms_to_have(text: str) -> tuple[str, ...]:
    """What a text has to have that is found by this one: its terms, and the Chinese characters that stand alone in it."""
    plain = _without_fillers(text)
    alone = (run for run in _RUN.findall(plain) if is_character(run))
    return tuple(dict.fromkeys((*_terms(plain), *alone)))


def terms_to_keep(text: str) -> tuple[str, ...]:
    """What `terms_to_have` finds a text by: its terms, and all of its Chinese characters."""
    return tuple(dict.fromkeys((*_terms(_without_fillers(text)), *_CHARACTER.findall(plain_text(text[:LONGEST_TEXT])))))


def is_character(term: str) -> bool:
    """Whether it is a single Chinese character."""
    return _CHARACTER.fullmatch(term) is not None


def sentences(text: str) -> tuple[str, ...]:
    """The text as a whole, and each question in it: a question is often asked at the end of a story."""
    text = text[:LONGEST_TEXT]
    questions = (part for part in _SENTENCE_END.split(text) if part.rstrip().endswith(("?", "？")))
    return tuple(dict.fromkeys((text, *questions)))


def _without_fillers(text: str) -> str:
    return _FILLERS.sub(" ", _WHERE.sub(r"\1 where\1", plain_text(text[:LONGEST_TEXT])))


def _terms(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if run[0] >= "\u3040":
            yield from (run[start : start + 2] for start in range(len(run) - 1))
        elif not _STOP.fullmatch(word := run.partition("'")[0]):
            yield _stem(word)


def _stem(word: str) -> str:
    """`returns`, `returned` and `returning` are one term; so are `arrive` and `arriving`."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending) + instead
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word.rstrip("ey") if len(word) > _SHORTEST_STEM else word
