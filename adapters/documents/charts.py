"""Charts drawn from Vega-Lite specifications, with the font of the PDFs. It needs the extra `reports`; without it there are the tables."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from pydantic import JsonValue

Spec = Mapping[str, JsonValue]
ELSEWHERE = "https://vega.github.io/vega-datasets/"
"""Vega puts this before a link that names no host."""


@cache
def _program() -> Any | None:  # noqa: ANN401  # a module that may be missing
    try:
        import vl_convert  # noqa: PLC0415  # 84 MB that only drawing needs
    except ImportError:
        return None
    with as_file(files("paperang_p2_fonts_cjk") / "fonts") as folder:
        vl_convert.register_font_directory(str(folder))
    return vl_convert


def svg(spec: Spec) -> str | None:
    """For a page or a file; None: the extra is not installed."""
    program = _program()
    return None if program is None else program.vegalite_to_svg(json.dumps(spec)).replace(f'href="{ELSEWHERE}', 'href="')


def png(spec: Spec, scale: float = 3.0) -> bytes | None:
    """For a PDF or a terminal; None: the extra is not installed."""
    program = _program()
    return None if program is None else program.vegalite_to_png(json.dumps(spec), scale=scale)
