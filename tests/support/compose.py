"""`deploy/compose.yaml` as Compose reads it."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from settings import ROOT

FILE = ROOT / "deploy" / "compose.yaml"
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """With the variables filled in; one that is wanted and not given fails."""

    def value(found: re.Match[str]) -> str:
        name, how, otherwise = found.groups()
        given = variables.get(name, "")
        assert given or how == "-", f"{name}: {otherwise}"
        return given or otherwise

    def filled(part: Any) -> Any:
        match part:
            case str():
                return VARIABLE.sub(value, part).replace("$$", "$")
            case dict():
                return {name: filled(inner) for name, inner in part.items()}  # pyright: ignore[reportUnknownVariableType]
            case list():
                return [filled(inner) for inner in part]  # pyright: ignore[reportUnknownVariableType]
            case _:
                return part

    return filled(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def ours(services: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The services that run Redress's own image."""
    return {name: service for name, service in services.items() if "build" in service}
