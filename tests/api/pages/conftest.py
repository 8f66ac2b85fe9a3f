"""Tests of pages have people who look at them."""

from collections.abc import AsyncIterator

import pytest

from tests.support.processes.api import Web
from tests.support.processes.pages import Visitors, visiting


@pytest.fixture
async def visitors(web: Web) -> AsyncIterator[Visitors]:
    async with visiting(web) as visitors:
        yield visitors
