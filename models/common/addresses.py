"""Country and region of an address, in one form at every entrance (RES-1, RES-6)."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Final, cast

from pydantic import BaseModel, BeforeValidator, model_validator

from models.common.identifiers import Region, region_code
from models.common.readers import Everybody

HOME: Final = "CN"
"""The country of an address that names neither country nor region."""
Country = Annotated[str, BeforeValidator(region_code)]
"""ISO 3166-1 alpha-2."""

_ISO = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


class Place(BaseModel):
    """Where an address is. Either of the two says the other, so that addresses from before there was a country still load."""

    country: Everybody[Country] = HOME
    region: Everybody[Region] = HOME

    @model_validator(mode="before")
    @classmethod
    def _one_says_the_other(cls, told: Any) -> Any:  # noqa: ANN401  # whatever was sent
        if not isinstance(told, dict):
            return told
        known = cast("dict[str, Any]", told)
        region, country = region_code(known.get("region")), region_code(known.get("country"))
        of_region = region[:2] if isinstance(region, str) and _ISO.fullmatch(region) else HOME
        return known | {"country": country or of_region, "region": region or country or HOME}


def one_line(parts: Iterable[str | None]) -> str:
    """The parts that there are, as people write an address in one line."""
    return ", ".join(part for part in parts if part)
