"""A parcel that was given up as lost and has turned up is found by the scans, whether or not its case still runs (RES-9)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from models.claims.state import ClaimCause, ClaimStatus
from models.common.partners import ShipmentStatus
from models.reconciliation.difference import Decision, DifferenceKind, DifferenceState
from settings import Settings
from tests.support.builders.claims import close, lost_parcel
from tests.support.builders.orders import NOW, parcel
from tests.support.builders.reconciliation import compare, comparing, differences, found, letters, tasks
from tests.support.processes.service import Service


@pytest.fixture
async def service(temporal: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Service]:
    async with comparing(temporal, tmp_path, Settings(data_dir=tmp_path)) as service:
        yield service


def delivered(service: Service) -> None:
    """No webhook tells of it."""
    service.world.parcels["O-1"] = [parcel(status=ShipmentStatus.DELIVERED, delivered_at=NOW)]


async def test_a_case_that_missed_the_scan_hears_of_it_and_people_decide_or_else_whoever_paid_bears_it(service: Service) -> None:
    case, life = await lost_parcel(service)
    delivered(service)
    assert (await compare(service)).told == 1
    await life.until(lambda state: state.claim.cause is ClaimCause.LATE)
    await case.remembers("resolution.parcel_found")
    row = await found(service, DifferenceKind.PARCEL_FOUND)
    assert await tasks(service) == [row.difference_id]
    assert (
        await compare(service, hours=1)
    ).solved == 1  # the case is as far as the carrier by now; the decision is still to be made
    assert (await found(service, DifferenceKind.PARCEL_FOUND)).state == DifferenceState.OPEN
    await compare(service, days=8)
    decided = await found(service, DifferenceKind.PARCEL_FOUND)
    assert (decided.state, decided.decision, decided.closed_by) == (DifferenceState.ACCEPTED, Decision.BORNE, "system")
    assert await tasks(service) == [row.difference_id]


async def test_after_the_case_is_over_its_claim_is_adjusted_all_the_same(service: Service) -> None:
    case, life = await lost_parcel(service)
    await close(case)
    delivered(service)
    await compare(service)
    late = await life.until(lambda state: state.claim.cause is ClaimCause.LATE)
    assert (late.claim.amount.minor, late.status) == (2_000, ClaimStatus.OPEN)
    await life.party_heard("open", "change")
    row = await found(service, DifferenceKind.PARCEL_FOUND)
    assert await tasks(service) == [row.difference_id]
    assert (
        len(await letters(service, row.difference_id)) == 2
    )  # to the supervisors and, as the case tells nobody any more, the merchant
    await compare(service, hours=1)
    assert [one.kind for one in await differences(service) if one.state == DifferenceState.OPEN] == [DifferenceKind.PARCEL_FOUND]
