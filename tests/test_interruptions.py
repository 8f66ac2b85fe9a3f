"""What the SDK's interruption of a workflow task leaves in a finalizer fails no test; anything else there does."""

import pytest

pytest_plugins = ["pytester"]

FINALIZED = """
class {name}(BaseException):
    pass

class Finalized:
    def __del__(self):
        raise {name}

def test_a_case():
    Finalized()
"""


@pytest.mark.parametrize(("name", "failed"), [("_InterruptDeadlockError", 0), ("RuntimeWarningOfOurs", 1)])
def test_a_finalizer_that_the_sdk_interrupts_fails_no_test(pytester: pytest.Pytester, name: str, failed: int) -> None:
    pytester.makeconftest("from tests.conftest import pytest_configure  # noqa: F401")
    pytester.makepyfile(FINALIZED.format(name=name))

    result = pytester.runpytest_inprocess("-W", "error", "-p", "no:asyncio")

    result.assert_outcomes(passed=1 - failed, failed=failed)
