"""Standard Webhooks 1.0: the official vectors, and every way in which a message can be wrong."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from standardwebhooks import Webhook

from service.delivery.planning import message_id
from service.delivery.signing import (
    BadSignatureError,
    ReplayedError,
    new_secret,
    receive,
    sign,
    verify,
)
from service.store.engine import writing

#: The vector of the specification's own libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

OTHER = "whsec_" + b64encode(b"another secret of thirty bytes").decode()


def headers(**changed: str | None) -> dict[str, str]:
    usual = {
        "webhook-id": ID,
        "webhook-timestamp": str(int(AT.timestamp())),
        "webhook-signature": SIGNATURE,
    }
    given = usual | {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in given.items() if value is not None}


def test_w05_the_official_vector_is_signed_as_it_says() -> None:
    assert sign([SECRET], message_id=ID, at=AT, body=BODY) == headers()


def test_w05_the_official_vector_is_accepted() -> None:
    assert verify([SECRET], headers=headers(), body=BODY, now=AT) == ID


def test_w05_the_official_library_accepts_what_we_sign_now() -> None:
    now = datetime.now(UTC)
    body = '{"title":"Größe = 10 €"}'.encode()
    signed = sign([SECRET], message_id="msg_1", at=now, body=body)

    assert Webhook(SECRET).verify(body, signed) == {"title": "Größe = 10 €"}


@given(st.text(), st.text(max_size=64))
def test_w05_an_id_has_no_dot_and_is_the_same_whoever_asks(event: str, endpoint: str) -> None:
    assert "." not in message_id(event, endpoint)
    assert message_id(event, endpoint) == message_id(event, endpoint)
    assert len(message_id(event, endpoint)) == 36


def test_w05_an_id_with_a_dot_is_refused() -> None:
    signed = sign([SECRET], message_id="msg.1", at=AT, body=BODY)

    with pytest.raises(BadSignatureError):
        verify([SECRET], headers=signed, body=BODY, now=AT)


def test_w05_another_byte_in_the_body_is_another_message() -> None:
    with pytest.raises(BadSignatureError):
        verify([SECRET], headers=headers(), body=BODY + b" ", now=AT)


def test_w06_while_a_secret_changes_both_sign_and_then_the_old_one_stops() -> None:
    signed = sign([OTHER, SECRET], message_id=ID, at=AT, body=BODY)
    assert len(signed["webhook-signature"].split(" ")) == 2
    for secret in (OTHER, SECRET):
        assert verify([secret], headers=signed, body=BODY, now=AT) == ID

    after = sign([OTHER], message_id=ID, at=AT, body=BODY)
    assert verify([OTHER], headers=after, body=BODY, now=AT) == ID
    with pytest.raises(BadSignatureError):
        verify([SECRET], headers=after, body=BODY, now=AT)


def test_w06_a_new_secret_is_long_enough_and_never_the_same() -> None:
    assert new_secret() != new_secret()
    assert sign([new_secret()], message_id=ID, at=AT, body=BODY)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook_id": None},
        {"webhook_timestamp": None},
        {"webhook_signature": None},
        {"webhook_signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="},
        {"webhook_signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook_signature": SIGNATURE.replace("v1", "v2")},
        {"webhook_signature": "v1,"},
        {"webhook_signature": "v1,ü"},
        {"webhook_timestamp": "hello"},
        {"webhook_timestamp": "1614265330.5"},
        {"webhook_timestamp": "-1614265330"},
        {"webhook_timestamp": "٣"},
        {"webhook_timestamp": "9" * 400},
        {"webhook_id": "msg_another"},
        {"webhook_id": ""},
    ],
    ids=str,
)
def test_w07_what_is_missing_or_wrong_is_refused(changed: dict[str, str | None]) -> None:
    with pytest.raises(BadSignatureError):
        verify([SECRET], headers=headers(**changed), body=BODY, now=AT)


def test_w07_one_good_signature_of_several_is_enough() -> None:
    junk = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
    several = " ".join([junk, junk.replace("v1", "v2"), SIGNATURE, junk])

    assert verify([SECRET], headers=headers(webhook_signature=several), body=BODY, now=AT) == ID


def test_w07_with_the_wrong_secret_nothing_is_good() -> None:
    with pytest.raises(BadSignatureError):
        verify([OTHER], headers=headers(), body=BODY, now=AT)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_w07_a_clock_six_minutes_off_is_too_much(minutes: int) -> None:
    with pytest.raises(BadSignatureError, match="too old or too new"):
        verify([SECRET], headers=headers(), body=BODY, now=AT + timedelta(minutes=minutes))
    assert (
        verify(
            [SECRET],
            headers=headers(),
            body=BODY,
            now=AT + timedelta(minutes=minutes - 1)
            if minutes > 0
            else AT + timedelta(minutes=minutes + 1),
        )
        == ID
    )


def test_w07_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BadSignatureError):
        verify([SECRET], headers=headers(), body=b"\xff", now=AT)


def test_w07_a_replayed_message_counts_once(sqlite_engine: Engine) -> None:
    def come(now: datetime, sender: str = "crm") -> str:
        with writing(sqlite_engine) as db:
            return receive(db, [SECRET], sender=sender, headers=headers(), body=BODY, now=now)

    assert come(AT) == ID
    with pytest.raises(ReplayedError):
        come(AT + timedelta(minutes=4))
    assert come(AT, sender="another") == ID
    with pytest.raises(BadSignatureError):  # when the id is forgotten, it is too old anyway
        come(AT + timedelta(days=2))
