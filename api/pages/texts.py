"""What pages say, in Chinese and in English: `texts/queue.yaml` has the texts of the queue, `queue.title` is its `title`.

Names of code words (stages, remedies, roles …) are those of `policies/texts.yaml`, which timelines and messages use too.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from models.common.base import Bilingual
from models.common.vocabulary import Locale
from rules.common.yaml import content_of

FOLDER = Path(__file__).parent / "texts"
SHAPE = TypeAdapter(dict[str, Bilingual])


@cache
def page_texts() -> Mapping[str, Bilingual]:
    """Every text by its name. Raises ValidationError for one that lacks a language."""
    files = sorted(FOLDER.glob("*.yaml"))
    return {
        f"{file.stem}.{name}": text
        for file in files
        for name, text in SHAPE.validate_python(content_of(file.read_text(encoding="utf-8"))).items()
    }


def page_text(name: str, locale: Locale, /, **values: object) -> str:
    """A text with its values. Raises KeyError for a name that there is not."""
    return page_texts()[name].in_(locale).format(**values)
