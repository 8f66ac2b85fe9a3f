"""One form of a text, whatever width, script, case and spaces it was written in: what words are looked for in.

Grading, the classifier and the search for answers read texts in this form; people read them as they were written.
"""

import re
import unicodedata
from typing import Any, Final, cast

from opencc import OpenCC

_TO_SIMPLIFIED: Final = cast("Any", OpenCC("t2s"))  # its types are unknown
_PARTICLE: Final = re.compile("(?<![专卓原合名土巨所拙昭显编论译遗])著(?![书作名称者述])")
"""What simplified Chinese writes 着, as in 著火; OpenCC leaves it, because of 名著 and 著名."""
_QUOTES: Final = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'"})


def one_width(text: str) -> str:
    """Full-width letters and digits become plain ones; what nobody sees (BOM, joiners) goes."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")


def plain_text(text: str) -> str:
    """One width, simplified Chinese, small letters, straight apostrophes, single spaces, on one line."""
    readable = one_width(text).translate(_QUOTES).encode("utf-8", "ignore").decode()  # half a surrogate pair is no sign
    written = simplified(readable).lower()
    return re.sub(r"\s+", " ", written).strip()


def simplified(text: str) -> str:
    """Chinese in simplified script; anything else as it is."""
    return _PARTICLE.sub("着", _TO_SIMPLIFIED.convert(text))
