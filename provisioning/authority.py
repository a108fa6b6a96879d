"""The site's own certificate authority, and the broker's certificate from it."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provisioning import files
from provisioning.settings import CA_FILE, CERT_FILE, KEY_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CA_KEY_FILE = "ca.key"

# A gaming PC's clock may be years behind; it must still reach the server that tells it the time.
_SINCE = datetime(2000, 1, 1, tzinfo=UTC)
_LASTS = timedelta(days=3650)
_RENEW = timedelta(days=365)  # before its end


def ensure_certificate(folder: Path, hosts: Sequence[str], now: datetime) -> None:
    """Authority and server certificate in a folder; anew where one is missing, ends soon or lacks a host."""
    ca_path, ca_key_path = folder / CA_FILE, folder / CA_KEY_FILE
    if not (ca_path.exists() and ca_key_path.exists()):
        _make_authority(ca_path, ca_key_path, now)
    ca = x509.load_pem_x509_certificate(ca_path.read_bytes())
    ca_key = serialization.load_pem_private_key(ca_key_path.read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    cert_path, key_path = folder / CERT_FILE, folder / KEY_FILE
    if cert_path.exists() and key_path.exists():
        cert = x509.load_pem_x509_certificate(cert_path.read_bytes())
        old_key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        if cert.public_key() == old_key.public_key() and _serves(cert, ca, hosts, now):
            return
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        _builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "quannet broker")]), ca.subject, key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
    )
    _save(builder.sign(ca_key, hashes.SHA256()), key, cert_path, key_path)


def _make_authority(path: Path, key_path: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "quannet site authority")])
    builder = (
        _builder(name, name, key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
    )
    _save(builder.sign(key, hashes.SHA256()), key, path, key_path)


def _serves(cert: x509.Certificate, ca: x509.Certificate, hosts: Sequence[str], now: datetime) -> bool:
    names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        cert.issuer == ca.subject
        and _issued_by(cert, ca)
        and cert.not_valid_after_utc - now > _RENEW
        and all(_name(host) in names for host in hosts)
    )


def _issued_by(cert: x509.Certificate, ca: x509.Certificate) -> bool:
    theirs = cert.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    return theirs == ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_SINCE)
        .not_valid_after(now + _LASTS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _save(cert: x509.Certificate, key: ec.EllipticCurvePrivateKey, path: Path, key_path: Path) -> None:
    files.write(
        key_path,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        files.SECRET,
    )
    files.write(path, cert.public_bytes(serialization.Encoding.PEM), files.SECRET)
