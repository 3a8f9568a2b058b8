"""A certificate authority of one's own, and a certificate by it: HTTPS where no public authority can reach.

Programs that insist on TLS, as CloudFS's clients do, are told once to trust `ca.pem`; the server's certificate can
then be made anew as often as its names change.
"""

import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nuvol.errors import BadValue, StoreFailed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder, GeneralName, Name

CA_DAYS = 3650
DAYS = 825
"""Apple's systems refuse longer ones, also of one's own authorities (support.apple.com/103769)."""

_USUAL = ("localhost", "127.0.0.1", "::1")


class Files(NamedTuple):
    """Where they are; keys are PKCS#8 without a password, readable by their owner only."""

    ca: Path
    cert: Path
    key: Path


def make(folder: Path, names: Sequence[str] = ()) -> Files:
    """Make a certificate for this machine and these host names and addresses; the authority too, if there is none.

    Raises BadValue (no name), StoreFailed.
    """
    files = Files(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    subjects = [_subject(name) for name in dict.fromkeys((*names, *_USUAL, socket.gethostname()))]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority, signing = _authority(files.ca, folder / "ca-key.pem")
        certificate, key = _certificate(authority, signing, subjects)
        _write(files.key, _pem_of(key), 0o600)
        _write(files.cert, _pem(certificate) + _pem(authority), 0o644)
    except OSError as error:
        raise StoreFailed(
            f"The certificate cannot be written to {folder}: {error.strerror}.",
            advice="Give this user the right to write there.",
        ) from None
    return files


def _subject(name: str) -> "GeneralName":
    from cryptography.x509 import DNSName, IPAddress

    try:
        return IPAddress(ip_address(name))
    except ValueError:
        pass
    try:
        return DNSName(name.encode("idna").decode())
    except ValueError:
        raise BadValue(f"“{name[:80]}” is no host name.", advice="Give names like cloud.lan, or addresses.") from None


def _authority(cert_path: Path, key_path: Path) -> "tuple[Certificate, EllipticCurvePrivateKey]":
    """The one that is there, or a new one. Raises StoreFailed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    if cert_path.exists() and key_path.exists():
        try:
            key = serialization.load_pem_private_key(key_path.read_bytes(), None)
            found = x509.load_pem_x509_certificate(cert_path.read_bytes())
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise StoreFailed(
                f"{cert_path} and {key_path} cannot be read.", advice="Remove both; then a new authority is made."
            )
        return found, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Nuvol on {socket.gethostname()}"[:64])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        _builder(name, name, key, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(key_path, _pem_of(key), 0o600)
    _write(cert_path, _pem(made), 0o644)
    return made, key


def _certificate(
    authority: "Certificate", signing: "EllipticCurvePrivateKey", subjects: "Sequence[GeneralName]"
) -> "tuple[Certificate, EllipticCurvePrivateKey]":
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _builder(_name("Nuvol"), authority.subject, key, DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(subjects), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )
    return made, key


def _builder(subject: "Name", issuer: "Name", key: "EllipticCurvePrivateKey", days: int) -> "CertificateBuilder":
    from cryptography import x509

    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks differ
        .not_valid_after(now + timedelta(days=days))
    )


def _name(common: str) -> "Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: "Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _pem_of(key: "EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, data: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others in between."""
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
