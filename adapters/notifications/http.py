"""A provider of SMS, push messages and e-mail over HTTP: docs/partners/notification.yaml."""

from adapters.partners.http import PartnerHttp
from models.common.partners import OutgoingMessage


class HttpNotification:
    """A `Notification`."""

    def __init__(self, http: PartnerHttp) -> None:
        self._http = http

    async def send(self, message: OutgoingMessage) -> None:
        await self._http.write("/messages", message, message.key)
