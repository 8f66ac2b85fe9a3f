"""The sandbox partners with as many orders as a measurement wants: `python -m benchmarks.partners FOLDER PORT WEBHOOK_URL COPIES`.

Every copy has a customer of its own, because what is given without a person is capped for each customer (RES-10). Notices leave at
once: what is measured is Redress, not a provider's pace. Merchants and carriers say nothing, so that cases wait for them.
"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import uvicorn

from adapters.secrets import secrets_of
from sandbox.app import create_app
from sandbox.catalogue.orders import Entry
from sandbox.kit.parts import Options, Sandbox
from sandbox.orders.statements import Temper
from settings import Settings

COPIED = ("lost", "delivered")
"""The states of which there are copies; each is copied from its cheapest order, so that no cap of a day's money is met."""


def order_of(state: str, number: int) -> tuple[str, str]:
    """The ids of a copied order and of its customer."""
    return f"O-{state}-{number}", f"C-{state}-{number}"


def copies(entries: dict[str, Entry], count: int) -> Iterator[Entry]:
    for state in COPIED:
        fitting = (entry for entry in entries.values() if entry.story.state == state and entry.order.total.currency == "CNY")
        cheapest = min(fitting, key=lambda entry: entry.order.total.minor)
        for number in range(count):
            order_id, customer_id = order_of(state, number)
            yield Entry(
                story=cheapest.story,
                customer_name=cheapest.customer_name,
                locale=cheapest.locale,
                order=cheapest.order.model_copy(update={"order_id": order_id, "customer_id": customer_id}),
                shipments=tuple(
                    parcel.model_copy(update={"order_id": order_id, "tracking": f"{parcel.tracking}-{number}"})
                    for parcel in cheapest.shipments
                ),
                payments=tuple(
                    charge.model_copy(update={"order_id": order_id, "payment_id": f"{charge.payment_id}-{number}"})
                    for charge in cheapest.payments
                ),
            )


def main(folder: Path, port: int, webhook_url: str, count: int) -> None:
    options = Options(refund_delay=timedelta(0), answer_delay=timedelta(0))
    credentials = secrets_of(Settings()).partners
    app = create_app(folder, seed=1, webhook_url=webhook_url, credentials=credentials, options=options)
    sandbox: Sandbox = app.state.sandbox
    entries = sandbox.catalogue.entries
    for entry in tuple(copies(entries, count)):
        entries[entry.order.order_id] = entry
        sandbox.catalogue.payments |= {charge.payment_id: charge for charge in entry.payments}
        sandbox.catalogue.shipments |= {parcel.tracking: parcel for parcel in entry.shipments}
    recipients = {entry.order.merchant_id for entry in entries.values()}
    recipients |= {parcel.carrier_id for entry in entries.values() for parcel in entry.shipments}
    for recipient in recipients:
        sandbox.books.write("insert or replace into tempers values (?, ?)", recipient, Temper.SILENT.value)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
