"""What somebody's words mean for how urgent a case is (CLS-3): read once, where they come in, and carried with them."""

from pydantic import Field

from models.common.base import Frozen
from models.common.vocabulary import Meaning

QUOTED = 120
"""So many letters of the words are quoted."""
MOST = 24
"""So much is heard in one text, and carried along of all that was said to a case."""


class Heard(Frozen):
    """A meaning, and the words that say it."""

    meaning: Meaning
    words: str = Field(max_length=QUOTED)
    by: str | None = Field(default=None, max_length=40)
    """`model:<version>`: who read it in these words; None: they are on the list of the meaning."""
