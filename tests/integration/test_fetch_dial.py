import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crawlers.errors import AddressRefused, BadUrl, HostResting, TimedOut, Unreachable
from crawlers.fetch import Gate, Limits
from tests.attacks import Names, a_gate_that_knows
from tests.crawling import a_gate, through_gate

QUICK_TO_GIVE_UP = Limits(connect_seconds=0.3)


@contextmanager
def speaking(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Greet whoever connects; give the port."""

    def greet() -> None:
        while True:
            try:
                connected, _ = listener.accept()
            except OSError:
                return
            with connected:
                try:
                    inner = tls.wrap_socket(connected, server_side=True) if tls else connected
                    inner.sendall(b"* OK ready\r\n")
                    inner.recv(1)  # until the other side leaves
                    inner.close()
                except OSError:
                    pass  # it didn't like our certificate

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)


def greeting(gate: Gate, host: str, port: int, *, tls: bool) -> bytes:
    """Return the first line that a server says to a thread."""

    async def dial(opened: Gate) -> bytes:
        connected = await opened.dial(host, port, tls=tls)
        with connected:
            assert connected.getblocking()
            assert connected.gettimeout()
            return connected.recv(100)

    return through_gate(dial, gate)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 and mail.example, good for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    names = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("mail.example")]
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_socket_comes_connected_and_waits_as_a_thread_needs_it() -> None:
    with speaking() as port:
        assert greeting(a_gate(), "127.0.0.1", port, tls=False) == b"* OK ready\r\n"


def test_it_comes_encrypted_when_the_certificate_is_good_for_the_name(
    certificate: Path, server_side: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    names = Names({"mail.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})
    with speaking(server_side) as port:
        gate = a_gate_that_knows(names)
        assert greeting(gate, "mail.example", port, tls=True) == b"* OK ready\r\n"
        with pytest.raises(Unreachable, match="certificate"):
            greeting(a_gate_that_knows(names), "other.example", port, tls=True)


def test_a_certificate_that_nobody_vouches_for_is_refused(server_side: ssl.SSLContext) -> None:
    with speaking(server_side) as port, pytest.raises(Unreachable, match="certificate"):
        greeting(a_gate(), "127.0.0.1", port, tls=True)


def test_a_server_that_never_finishes_its_encryption_is_given_up_on() -> None:
    gate = a_gate(limits=QUICK_TO_GIVE_UP)
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        pytest.raises(TimedOut, match="encryption"),
    ):
        greeting(gate, "127.0.0.1", mute.getsockname()[1], tls=True)


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with speaking() as port:
        names = Names({"two.example": [["127.0.0.9", "127.0.0.1"]]})
        assert greeting(a_gate_that_knows(names), "two.example", port, tls=False)


@pytest.mark.parametrize("name", ["nobody.example", "127.0.0.1"])
def test_who_is_not_there_is_named(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(Unreachable):
        greeting(a_gate_that_knows(Names({})), name, port, tls=False)


@pytest.mark.parametrize("host", ["a b", "user@mail.example", "mail.example/x", "", "[::1", "1.2"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(BadUrl):
        greeting(a_gate(), host, 993, tls=True)


@pytest.mark.parametrize("port", [119, 143, 563, 993])
def test_the_ports_of_news_and_mail_are_for_dialling_only(port: int) -> None:
    async def ask(gate: Gate) -> None:
        with pytest.raises((Unreachable, TimedOut)):  # permitted, but nobody listens there
            await gate.dial("127.0.0.9", port, tls=False)
        with pytest.raises((AddressRefused, BadUrl)):
            await gate.get(f"http://127.0.0.9:{port}/", obey_robots=False)

    through_gate(ask, a_gate())


def test_a_host_that_rests_is_not_dialled() -> None:
    async def ask(gate: Gate) -> None:
        await gate.rest(f"http://127.0.0.1:{port}/", 90)
        with pytest.raises(HostResting):
            await gate.dial("127.0.0.1", port, tls=False)

    with speaking() as port:
        through_gate(ask)
