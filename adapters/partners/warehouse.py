"""Merchants' warehouses and workshops over HTTP (RES-7): docs/partners/merchant.yaml."""

from typing import Protocol, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from adapters.partners.http import PartnerHttp
from models.replacements.partner import (
    Dispatch,
    DispatchRequest,
    Renewal,
    Repair,
    RepairDecision,
    RepairRequest,
    Reservation,
    ReservationRequest,
    Stop,
)

KeyedT = TypeVar("KeyedT", Dispatch, Repair, Reservation)


class Warehouse(Protocol):
    """What replacements and repairs need of a merchant. Writes are safe to repeat by their keys; every method may raise `PartnerError`."""

    async def reserve(self, order: ReservationRequest) -> Reservation:
        """Set goods aside. Out of stock and refused are answers, not errors."""
        ...

    async def reservation(self, key: str) -> Reservation | None:
        """What became of it; None: never asked for. Asked before asking again."""
        ...

    async def renew(self, key: str, renewal: Renewal) -> Reservation:
        """Hold them longer."""
        ...

    async def release(self, key: str) -> Reservation:
        """Back on the shelf."""
        ...

    async def send(self, order: DispatchRequest) -> Dispatch:
        """Send what was set aside; a no is an answer with status `refused`."""
        ...

    async def dispatch(self, key: str) -> Dispatch | None:
        """What became of it; None: never asked for. Asked before asking again."""
        ...

    async def stop(self, key: str) -> Dispatch:
        """Do not send it; the answer says `sent` when it is too late."""
        ...

    async def repair(self, order: RepairRequest) -> Repair:
        """Have goods looked at and repaired; a no is an answer with status `refused`."""
        ...

    async def repair_by_key(self, key: str) -> Repair | None:
        """How far it is; None: never asked for. Asked before asking again."""
        ...

    async def decide(self, key: str, decision: RepairDecision) -> Repair:
        """The customer's answer to the estimate."""
        ...


class HttpWarehouse:
    """A `Warehouse`."""

    def __init__(self, http: PartnerHttp) -> None:
        self._http = http

    async def reserve(self, order: ReservationRequest) -> Reservation:
        return await self._write("/reservations", order, order.key, Reservation)

    async def reservation(self, key: str) -> Reservation | None:
        return await self._read("/reservations", key, Reservation)

    async def renew(self, key: str, renewal: Renewal) -> Reservation:
        return await self._write(f"/reservations/{_path(key)}/renew", renewal, key, Reservation)

    async def release(self, key: str) -> Reservation:
        return await self._write(f"/reservations/{_path(key)}/release", Stop(key=key), key, Reservation)

    async def send(self, order: DispatchRequest) -> Dispatch:
        return await self._write("/shipments", order, order.key, Dispatch)

    async def dispatch(self, key: str) -> Dispatch | None:
        return await self._read("/shipments", key, Dispatch)

    async def stop(self, key: str) -> Dispatch:
        return await self._write(f"/shipments/{_path(key)}/stop", Stop(key=key), key, Dispatch)

    async def repair(self, order: RepairRequest) -> Repair:
        return await self._write("/repairs", order, order.key, Repair)

    async def repair_by_key(self, key: str) -> Repair | None:
        return await self._read("/repairs", key, Repair)

    async def decide(self, key: str, decision: RepairDecision) -> Repair:
        return await self._write(f"/repairs/{_path(key)}/decision", decision, key, Repair)

    async def _write(self, path: str, body: BaseModel, key: str, shape: type[KeyedT]) -> KeyedT:
        return self._of(self._http.parse(await self._http.write(path, body, key), shape), key)

    async def _read(self, path: str, key: str, shape: type[KeyedT]) -> KeyedT | None:
        answer = await self._http.read(f"{path}/{_path(key)}", shape)
        return self._of(answer, key) if answer is not None else None

    def _of(self, answer: KeyedT, key: str) -> KeyedT:
        if answer.key != key:
            raise self._http.invalid_response(f"asked for {key}, it tells of {answer.key}")
        return answer


def _path(key: str) -> str:
    return quote(key, safe="")
