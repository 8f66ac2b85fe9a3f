"""In which language the platform writes to merchants, carriers and its own people. Customers have their own (`models/case/receipt.py`)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from models.common.base import Bilingual, Frozen, Identifier
from models.common.vocabulary import Locale, Role


class Language(StrEnum):
    """BOTH: it is not known which, so each text comes in Chinese and in English."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


def text_in(locales: Iterable[Locale], text: Bilingual) -> str:
    """The text in these languages one after the other; words that are the same in both once."""
    return "\n".join(dict.fromkeys(text.in_(locale) for locale in locales))


class LanguagesPolicy(Frozen):
    """Whose language is not known reads both."""

    platform: Language = Language.ZH
    """Agents and supervisors."""
    merchants: Mapping[Identifier, Language] = {}
    carriers: Mapping[Identifier, Language] = {}

    @property
    def own(self) -> tuple[Locale, ...]:
        """What the platform's people are written in."""
        return self._locales(self.platform)

    def of(self, role: Role, id_: str) -> tuple[Locale, ...]:
        match role:
            case Role.MERCHANT:
                return self._locales(self.merchants.get(id_, Language.BOTH))
            case Role.CARRIER:
                return self._locales(self.carriers.get(id_, Language.BOTH))
            case _:
                return self.own

    def _locales(self, language: Language) -> tuple[Locale, ...]:
        """Of both, the platform's own comes first."""
        if language is not Language.BOTH:
            return (Locale(language.value),)
        return tuple(sorted(Locale, key=lambda locale: locale.value != self.platform.value))
