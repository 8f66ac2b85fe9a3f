"""In which language the platform writes to merchants, carriers and its own people. Customers have their own (`models/case/receipt.py`)."""

from collections.abc import Mapping
from enum import StrEnum

from models.common.base import Bilingual, Frozen, Identifier
from models.common.vocabulary import Locale, Role


class Language(StrEnum):
    """BOTH: it is not known which, so each text comes in Chinese and in English."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"

    @property
    def locales(self) -> tuple[Locale, ...]:
        return tuple(Locale) if self is Language.BOTH else (Locale(self.value),)

    def of(self, text: Bilingual) -> str:
        """The text in this language; in both, one after the other, and words that are the same in both once."""
        return "\n".join(dict.fromkeys(text.in_(locale) for locale in self.locales))


class LanguagesPolicy(Frozen):
    """Whose language is not known reads both."""

    platform: Language = Language.ZH
    """Agents and supervisors."""
    merchants: Mapping[Identifier, Language] = {}
    carriers: Mapping[Identifier, Language] = {}

    def of(self, role: Role, id_: str) -> Language:
        match role:
            case Role.MERCHANT:
                return self.merchants.get(id_, Language.BOTH)
            case Role.CARRIER:
                return self.carriers.get(id_, Language.BOTH)
            case _:
                return self.platform
