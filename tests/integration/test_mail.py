"""Mail, to a real server on loopback: what it takes, refuses, puts off, or never answers."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config.mail import Encryption
from service.mail.errors import AddressRefusedError, MailLaterError, MailRefusedError
from service.mail.links import FOR_EVER, LinkUselessError, Pass, Purpose, admit, issue
from service.mail.message import Letter, write
from service.mail.smtp import send
from tests.post_office import PostOffice, open_post_office
from tests.web_house import SECRET

NOON = datetime(2025, 11, 19, 12, 0, tzinfo=ZoneInfo("Asia/Kathmandu"))
ADA, LEAD = "0190a2b4-0000-7000-8000-000000000001", "0190a2b4-0000-7000-8000-000000000002"


def a_letter(
    *,
    to: str = "ada@acme.example",
    to_name: str = "Ada Moreno",
    subject: str = "3 conversations worth your time",
    text: str = "Guten Tag, schöne Grüße\n",
    unsubscribe_url: str = "https://harken.acme.example/unsubscribe/" + "x" * 92,
) -> Letter:
    return Letter(
        to=to,
        to_name=to_name,
        sender="harken@acme.example",
        sender_name="Harken, Inc.",
        subject=subject,
        text=text,
        html="<p>Grüße</p>",
        message_id="0123456789abcdef0123456789abcdef01234567@acme.example",
        at=NOON,
        unsubscribe_url=unsubscribe_url,
    )


def post(office: PostOffice, letter: Letter | None = None, /, **how: object) -> None:
    async def hand_over() -> None:
        try:
            await send(write(letter or a_letter()), office.mail(**how))
        finally:
            await asyncio.sleep(0.02)  # asyncio closes a connection whose handshake failed later

    asyncio.run(hand_over())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1, good for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, pkcs8, plain)
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_mail_arrives_as_text_and_html_with_its_headers() -> None:
    with open_post_office() as office:
        post(office)

    (mail,) = office.taken
    assert mail["To"] == "Ada Moreno <ada@acme.example>"
    assert mail["From"] == '"Harken, Inc." <harken@acme.example>'
    assert mail["Date"] == "Wed, 19 Nov 2025 12:00:00 +0545"
    assert mail["Message-ID"] == "<0123456789abcdef0123456789abcdef01234567@acme.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"].startswith("<https://harken.acme.example/unsubscribe/xxx")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert text.get_content().strip() == "Guten Tag, schöne Grüße"
    assert html.get_content().strip() == "<p>Grüße</p>"


def test_one_click_is_offered_by_https_only() -> None:
    plain = write(a_letter(unsubscribe_url="http://127.0.0.1:8484/unsubscribe/x"))

    assert plain["List-Unsubscribe"] == "<http://127.0.0.1:8484/unsubscribe/x>"
    assert plain["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize(
    "ends", ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c", "\0"]
)
def test_h17_no_words_break_out_of_a_header(ends: str) -> None:
    evil = f"ok{ends}Bcc: victim@acme.example{ends}{ends}<script>"

    with open_post_office() as office:
        post(office, a_letter(subject=evil, to_name=evil))

    (mail,) = office.taken
    assert mail["Bcc"] is None
    assert mail["Subject"] == "ok Bcc: victim@acme.example <script>"
    assert mail["To"].addresses[0].addr_spec == "ada@acme.example"
    assert not any(end in str(mail[name]) for name in mail for end in ("\u2028", "\x0b", "\x85"))


def test_a_long_subject_is_cut_and_a_host_in_letters_of_its_own_is_encoded() -> None:
    mail = write(a_letter(subject="so " * 100, to="ada@bücher.example"))

    assert len(mail["Subject"]) == 160
    assert mail["To"].addresses[0].addr_spec == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize("address", ["ada@", "ada@-.example", "ada", "@"])
def test_what_is_no_address_is_refused_before_it_is_sent(address: str) -> None:
    with pytest.raises(AddressRefusedError):
        write(a_letter(to=address))


def test_starttls_comes_first_and_then_the_login(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    how: dict[str, object] = {"encryption": Encryption.STARTTLS, "ca_file": str(certificate)}

    with open_post_office(context, login=True) as office:
        post(office, user="harken", password="right", **how)
        with pytest.raises(MailLaterError, match="refuses our login"):
            post(office, user="harken", password="wrong", **how)
        with pytest.raises(MailLaterError, match=r"certificate|CERTIFICATE"):
            post(office, encryption=Encryption.STARTTLS)  # nobody vouches for it

    assert len(office.taken) == 1
    assert set(office.logins) == {"harken"}


def test_nothing_is_said_in_the_clear_when_starttls_is_asked_for() -> None:
    with open_post_office() as office, pytest.raises(MailLaterError):
        post(office, encryption=Encryption.STARTTLS)

    assert office.taken == []


def test_a_server_that_says_later_is_asked_later() -> None:
    with open_post_office() as office:
        office.rcpt = "451 greylisted, come back"
        with pytest.raises(MailLaterError, match="451 greylisted"):
            post(office)
        office.rcpt, office.data = "250 OK", "452 no space"
        with pytest.raises(MailLaterError, match="452 no space"):
            post(office)


def test_an_address_that_nobody_has_is_told_from_a_mail_that_nobody_wants() -> None:
    with open_post_office() as office:
        office.rcpt = "550 no such user"
        with pytest.raises(AddressRefusedError, match="550 no such user"):
            post(office)
        office.rcpt, office.data = "250 OK", "554 smells of spam"
        with pytest.raises(MailRefusedError, match="554 smells of spam"):
            post(office)


def test_a_server_that_never_answers_is_given_up() -> None:
    with open_post_office() as office:
        office.silent = True
        with pytest.raises(MailLaterError, match="in time"):
            post(office, timeout_seconds=1)


def test_a_server_that_is_not_there_is_asked_later() -> None:
    with open_post_office() as office:
        pass

    with pytest.raises(MailLaterError, match="can't be reached"):
        post(office)


# --- signed links ----------------------------------------------------------------------------


def a_token(purpose: Purpose = Purpose.LEAD, *, lasts: timedelta = timedelta(days=14)) -> str:
    return issue(SECRET, purpose, user_id=ADA, subject_id=LEAD, until=NOON + lasts)


def test_a_link_says_who_may_deal_with_what() -> None:
    token = a_token()

    assert admit(SECRET, Purpose.LEAD, token, now=NOON) == Pass(ADA, LEAD)
    assert len(token) == 92


def test_a_link_is_good_for_its_time_and_purpose_only() -> None:
    token = a_token()

    with pytest.raises(LinkUselessError):
        admit(SECRET, Purpose.LEAD, token, now=NOON + timedelta(days=14))
    with pytest.raises(LinkUselessError):
        admit(SECRET, Purpose.REJECT, token, now=NOON)
    with pytest.raises(LinkUselessError):
        admit(b"another secret of thirty-two byte", Purpose.LEAD, token, now=NOON)


def test_a_link_that_was_changed_anywhere_is_none() -> None:
    token = a_token()

    for place in range(len(token) - 1):  # the last holds two bits that say nothing
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(LinkUselessError):
            admit(SECRET, Purpose.LEAD, token[:place] + other + token[place + 1 :], now=NOON)
    for junk in ("", ".", "é", token[:-1], token + "A", "x." + token.partition(".")[2]):
        with pytest.raises(LinkUselessError):
            admit(SECRET, Purpose.LEAD, junk, now=NOON)


def test_the_way_out_stays_open_for_ever() -> None:
    token = issue(SECRET, Purpose.UNSUBSCRIBE, user_id=ADA, subject_id=LEAD, until=FOR_EVER)

    later = NOON + timedelta(days=365 * 100)
    assert admit(SECRET, Purpose.UNSUBSCRIBE, token, now=later) == Pass(ADA, LEAD)
