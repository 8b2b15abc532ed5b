"""A mail server that is spoken to in secret, and only if it is the one that is meant."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reviews.mail.smtp import Delivery, Fate, deliver
from reviews.rules.mail_server import Encryption, MailServer
from tests.mail_server import mail_server

BOTH = pytest.mark.parametrize("encryption", [Encryption.TLS, Encryption.STARTTLS])


@pytest.fixture(autouse=True)
def mail_is_set_up():
    """In no application: none is needed here."""


@pytest.fixture
def certificate(tmp_path):
    """The files of a server's certificate for "localhost", signed by itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    present = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(present - timedelta(days=1))
        .not_valid_after(present + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "certificate.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return tmp_path / "certificate.pem", tmp_path / "key.pem"


@pytest.fixture
def server(certificate, encryption):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    with mail_server(encryption, context) as stub:
        yield stub


def delivered(server, encryption, host="localhost"):
    where = MailServer(host, server.port, encryption, "levelset", "secret")
    return deliver(
        where,
        host="here.example.org",
        sender="levelset@example.org",
        to="bo@example.org",
        message=b"Subject: Hello\r\n\r\nHello Bo,\r\n",
    )


@BOTH
def test_a_message_goes_over_an_encrypted_connection(server, encryption, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))

    assert delivered(server, encryption) == Delivery(Fate.ACCEPTED)
    assert server.recipients == ["bo@example.org"]
    assert server.logins == [True]


@BOTH
def test_nothing_is_said_to_a_server_whose_certificate_nobody_vouches_for(server, encryption):
    delivery = delivered(server, encryption)

    assert delivery.fate is Fate.SERVER_FAILED
    assert "certificate verify failed" in delivery.reason
    assert (server.logins, server.accepted) == ([], [])


@BOTH
def test_nothing_is_said_to_a_server_of_another_name(server, encryption, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))

    delivery = delivered(server, encryption, host="127.0.0.1")

    assert delivery.fate is Fate.SERVER_FAILED
    assert "not valid for '127.0.0.1'" in delivery.reason
    assert (server.logins, server.accepted) == ([], [])
