"""EasyPost's answers and events in the form that it documents (API v2: docs.easypost.com/docs/trackers, /docs/webhooks), of a parcel of our own."""

import hashlib
import hmac
import json
import unicodedata
import uuid
from typing import Any


def detail(status: str, at: str, city: str | None) -> dict[str, Any]:
    """A `TrackingDetail`."""
    place = {"object": "TrackingLocation", "city": city, "state": "NJ", "country": "US", "zip": None}
    words = {"message": status.replace("_", " "), "description": "", "status": status, "status_detail": "unknown"}
    return {
        "object": "TrackingDetail",
        **words,
        "datetime": at,
        "source": "UPS",
        "carrier_code": "OC",
        "tracking_location": place,
    }


def tracker(tracking: str, status: str, *details: dict[str, Any], **change: Any) -> dict[str, Any]:
    """A `Tracker`, as it answers `POST /trackers` and comes in an event."""
    return {
        "id": "trk_e7e8f143f3eb40d38be9562e3767c36a",
        "object": "Tracker",
        "mode": "test",
        "tracking_code": tracking,
        "status": status,
        "status_detail": "status_update",
        "created_at": "2026-03-01T08:00:00Z",
        "updated_at": "2026-03-04T16:20:00Z",
        "signed_by": None,
        "weight": 614.4,
        "est_delivery_date": "2026-03-04T00:00:00Z",
        "shipment_id": None,
        "carrier": "UPS",
        "tracking_details": list(details),
        "carrier_detail": None,
        "finalized": True,
        "is_return": False,
        "public_url": "https://track.easypost.com/abc",
        **change,
    }


def event(result: dict[str, Any], description: str = "tracker.updated") -> str:
    """An `Event`, as it comes to a webhook."""
    body = {
        "description": description,
        "mode": "production",
        "previous_attributes": {"status": "unknown"},
        "created_at": "2026-03-04T16:20:01.000Z",
        "pending_urls": ["https://redress.example.com/v1/webhooks/easypost"],
        "completed_urls": [],
        "updated_at": "2026-03-04T16:20:01.000Z",
        "id": f"evt_{uuid.uuid4().hex}",
        "user_id": "user_1",
        "status": "pending",
        "object": "Event",
        "result": result,
    }
    return json.dumps(body, separators=(",", ":"))


def signed(body: str, secret: str) -> dict[str, str]:
    """The header with which EasyPost signs a body."""
    key = unicodedata.normalize("NFKD", secret).encode()
    digest = hmac.new(key, body.encode(), hashlib.sha256).hexdigest()
    return {"X-Hmac-Signature": f"hmac-sha256-hex={digest}", "Content-Type": "application/json"}
