"""Charts as pages have them: drawn once, in the colours of the page (`.chart` of `console.css`)."""

import asyncio
import json
from functools import lru_cache

from markupsafe import Markup

from adapters.documents.charts import Spec, svg


async def drawn(spec: Spec) -> Markup | None:
    """None: there is no program that draws, so that the tables are all there is."""
    return await asyncio.to_thread(_drawn, json.dumps({**spec, "background": None}))


@lru_cache(maxsize=64)
def _drawn(spec: str) -> Markup | None:
    made = svg(json.loads(spec))
    return None if made is None else Markup(made)  # noqa: S704  # the program that draws escapes the texts in it
