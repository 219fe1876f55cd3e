"""What a program is told: JSON, thin, the same bytes that are signed."""

import json
from collections.abc import Mapping
from datetime import datetime

from config.channels import PayloadShape
from models.delivery import Delivery
from service.exports.field_maps import FIELD_MAPS
from service.exports.told import ToldLead

#: Standard Webhooks: a message has less than 20 KB.
MOST_BYTES = 20_000


def body_of(delivery: Delivery, lead: ToldLead | None, *, shape: PayloadShape) -> bytes:
    """Return the body of a message, less than 20 KB.

    The event's own ids and codes are always there. The lead is told as it stands when the message
    is sent, unless the event is about no lead or the endpoint wants none.
    """
    data: dict[str, object] = dict(delivery.payload)
    if lead is not None and shape is not PayloadShape.EVENT:
        fields = FIELD_MAPS.get(shape.value)
        data |= {"lead": lead.as_json()} if fields is None else {"fields": fields(lead)}
    body = packed(_enveloped(delivery, data, shape))
    if len(body) < MOST_BYTES:
        return body
    return packed(_enveloped(delivery, dict(delivery.payload), shape))


def trial_body(endpoint_id: str, *, now: datetime) -> bytes:
    """Return the body of a message by which somebody tries an endpoint."""
    said = "A trial by `harken deliveries test`."
    return packed(
        {
            "type": "harken.test",
            "timestamp": now.isoformat(),
            "data": {"endpoint": endpoint_id, "words": said},
        }
    )


def _enveloped(
    delivery: Delivery, data: Mapping[str, object], shape: PayloadShape
) -> dict[str, object]:
    at = delivery.happened_at.isoformat()
    if shape is not PayloadShape.CLOUDEVENTS:
        return {"type": delivery.kind, "timestamp": at, "data": data}
    return {
        "specversion": "1.0",
        "id": delivery.id,
        "source": "urn:harken",
        "type": delivery.kind,
        "subject": delivery.subject_id,
        "time": at,
        "datacontenttype": "application/json",
        "data": data,
    }


def packed(value: Mapping[str, object]) -> bytes:
    """Return JSON in UTF-8; a lone surrogate, which has no form there, is left as an escape."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
