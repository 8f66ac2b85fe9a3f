"""A parcel's state follows the time of its scans: an older notice, however long its trace, undoes nothing newer."""

from datetime import timedelta

from models.common.partners import Scan, ShipmentStatus
from rules.common.traces import newest, stale
from tests.support.builders.orders import NOW, parcel


def scans(*hours_ago: float) -> tuple[Scan, ...]:
    return tuple(Scan(at=NOW - timedelta(hours=hours), place="杭州", status="in_transit") for hours in hours_ago)


DELIVERED = parcel(status=ShipmentStatus.DELIVERED, delivered_at=NOW, scans=scans(0))


def test_an_older_notice_with_more_scans_is_an_earlier_state() -> None:
    assert stale(parcel(scans=scans(9, 8, 7, 6, 5)), DELIVERED)


def test_a_newer_notice_with_fewer_scans_is_news() -> None:
    assert not stale(DELIVERED, parcel(scans=scans(9, 8, 7, 6, 5)))


def test_the_order_in_which_scans_are_listed_does_not_matter() -> None:
    assert not stale(parcel(scans=scans(1, 9, 5)), parcel(scans=scans(9, 5, 2)))


def test_a_correction_of_the_same_time_is_taken() -> None:
    assert not stale(parcel(status=ShipmentStatus.LOST, scans=scans(2)), parcel(scans=scans(2)))


def test_a_trace_without_scans_is_the_earliest() -> None:
    assert stale(parcel(scans=()), DELIVERED)
    assert not stale(parcel(scans=()), parcel(scans=()))


def test_an_answer_from_a_slow_copy_of_the_carriers_books_keeps_what_a_notice_said_meanwhile() -> None:
    other = parcel(tracking="T-2")
    assert newest((DELIVERED,), (parcel(scans=scans(6, 5)), other)) == (DELIVERED, other)
