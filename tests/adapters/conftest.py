"""The adapters, connected to partners over real HTTP."""

from collections.abc import AsyncIterator, Iterator

import pytest

from adapters.connect import Partners
from tests.support.fakes.http_partners import Provider, running_provider
from tests.support.fakes.stripe import may_have_stripe_mock

collect_ignore = [] if may_have_stripe_mock() else ["test_stripe_mock.py"]
"""Left out where neither the program nor Go to build it is there, unless REDRESS_STRIPE_MOCK says that it must be."""


@pytest.fixture(scope="session")
def one_provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(one_provider: Provider) -> Provider:
    """Partners as they are on a good day, with the order O-1 of C-1."""
    one_provider.reset()
    return one_provider


@pytest.fixture
async def connected(provider: Provider) -> AsyncIterator[Partners]:
    partners = Partners.connect(provider.settings())
    yield partners
    await partners.aclose()
