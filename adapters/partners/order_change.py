"""The merchants' order systems over HTTP, where they take changes of orders: docs/partners/merchant.yaml."""

from urllib.parse import quote

from adapters.partners.http import PartnerHttp
from models.remedies.order_change import ChangeAnswer, ChangeQuery, ChangeStatus, OrderChangeRequest


class HttpOrdering:
    """An `OrderChanges`."""

    def __init__(self, http: PartnerHttp) -> None:
        self._http = http

    async def change(self, order: OrderChangeRequest) -> ChangeAnswer:
        answer = await self._http.write(_path(order.order_id), order, order.key)
        return self._own(order.order_id, order.key, self._http.parse(answer, ChangeAnswer))

    async def change_by_key(self, order_id: str, key: str) -> ChangeAnswer | None:
        answer = await self._http.read(_path(order_id, key), ChangeAnswer)
        return answer and self._own(order_id, key, answer)

    async def undo_change(self, order_id: str, key: str) -> ChangeAnswer:
        answer = await self._http.write(f"{_path(order_id, key)}/undo", ChangeQuery(order_id=order_id, key=key), f"{key}.undo")
        return self._own(order_id, key, self._http.parse(answer, ChangeAnswer))

    def _own(self, order_id: str, key: str, answer: ChangeAnswer) -> ChangeAnswer:
        if (answer.order_id, answer.key) != (order_id, key):
            raise self._http.invalid_response(f"asked for change {key} of order {order_id}, it tells of another")
        confirmed = answer.status is ChangeStatus.CONFIRMED
        if confirmed and (answer.order is None or answer.total_before is None or answer.order.order_id != order_id):
            raise self._http.invalid_response(f"change {key} is confirmed without the order as it is now and its total before")
        return answer


def _path(order_id: str, key: str | None = None) -> str:
    path = f"/orders/{quote(order_id, safe='')}/changes"
    return path if key is None else f"{path}/{quote(key, safe='')}"
