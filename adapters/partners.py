"""Every partner, connected by the settings: a real one replaces the sandbox without a line of code."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal, Self

from adapters.carrier import HttpCarrier
from adapters.evidence import evidence_store
from adapters.http import PartnerHttp
from adapters.merchant import HttpMerchant
from adapters.notification import HttpNotification
from adapters.payment import HttpPayment
from adapters.protocols import Carrier, EvidenceStore, Merchant, Notification, PaymentProvider
from adapters.smtp import SmtpEmail
from settings import Settings


@dataclass(frozen=True)
class Partners:
    """What a worker talks to. `email`: SMTP when a host is set; None: the notification provider sends e-mail too."""

    merchant: Merchant
    carrier: Carrier
    payment: PaymentProvider
    notification: Notification
    email: Notification | None
    evidence: EvidenceStore
    _connections: tuple[PartnerHttp, ...] = field(default=(), repr=False)

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """Opens nothing yet: connections are made when they are needed, so that no partner has to be up."""

        def http(partner: Literal["merchant", "carrier", "payment", "notification"]) -> PartnerHttp:
            token = settings.partner_token.get_secret_value()
            return PartnerHttp(partner, settings.partner_url(partner), token, settings.partner_timeout)

        merchant, carrier, payment, messages = http("merchant"), http("carrier"), http("payment"), http("notification")
        notification = HttpNotification(messages)
        return cls(
            merchant=HttpMerchant(merchant),
            carrier=HttpCarrier(carrier),
            payment=HttpPayment(payment),
            notification=notification,
            email=SmtpEmail(settings, settings.smtp_host) if settings.smtp_host else None,
            evidence=evidence_store(settings),
            _connections=(merchant, carrier, payment, messages),
        )

    async def aclose(self) -> None:
        await asyncio.gather(*(connection.aclose() for connection in self._connections))
