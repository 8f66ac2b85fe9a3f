"""Claims at the carriers' and merchants' systems over HTTP: docs/partners/carrier.yaml (`/claims`), merchant.yaml (`/recoveries`)."""

from urllib.parse import quote

from adapters.partners.http import PartnerHttp
from models.claims.partner import ClaimMessage, ClaimReceipt


class HttpClaims:
    """A `Claims`: one contract, at a carrier's or a merchant's address."""

    def __init__(self, http: PartnerHttp, path: str) -> None:
        self._http = http
        self._path = path

    async def tell(self, message: ClaimMessage) -> ClaimReceipt:
        receipt = self._http.parse(await self._http.write(self._path, message, message.key), ClaimReceipt)
        return self._checked(receipt, message.key)

    async def told(self, key: str) -> ClaimReceipt | None:
        receipt = await self._http.read(f"{self._path}/{quote(key, safe='')}", ClaimReceipt)
        return self._checked(receipt, key) if receipt else None

    def _checked(self, receipt: ClaimReceipt, key: str) -> ClaimReceipt:
        if receipt.key != key:
            raise self._http.invalid_response(f"{self._path}: asked about the key {key}, it tells of {receipt.key}")
        return receipt
