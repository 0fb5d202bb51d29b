"""Each named fault is walked: what a peer sees of it, and that the healthy certificate lacks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from OpenSSL import SSL
from pki_bench import CATALOGUE, NOW, Outcome, Role, handshake, lab_pki, parsed, private_key

from harness.pki import Credentials, LeafOrder
from harness.pki.catalogue import EXTENDED_KEY_USAGES
from harness.pki.publications import list_path
from harness.pki.revocation import make_list

SERVER_AUTH, CLIENT_AUTH = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
ANY, SIP_DOMAIN = EXTENDED_KEY_USAGES["any"], EXTENDED_KEY_USAGES["sip-domain"]
HANDSHAKE_FAILURE, BAD, UNSUPPORTED, EXPIRED, UNKNOWN, UNKNOWN_CA = 40, 42, 43, 45, 46, 48

LAB_PKI = lab_pki()
PEER = LAB_PKI.issue(LeafOrder("b2b-peer"))


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with credentials to be proved, and the root that its peers trust."""

    credentials: Credentials
    root: bytes

    @property
    def leaf(self) -> x509.Certificate:
        return parsed(self.credentials.leaf)

    @property
    def in_date(self) -> bool:
        return self.leaf.not_valid_before_utc < NOW < self.leaf.not_valid_after_utc

    @property
    def common_name(self) -> str:
        (attribute,) = self.leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(attribute.value)

    @property
    def alternatives(self) -> x509.SubjectAlternativeName | None:
        try:
            return self.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            return None

    @property
    def dns_names(self) -> list[str]:
        return self.alternatives.get_values_for_type(x509.DNSName) if self.alternatives else []

    @property
    def names(self) -> set[str]:
        return {self.common_name, *self.dns_names}

    @property
    def purposes(self) -> set[x509.ObjectIdentifier] | None:
        try:
            return set(self.leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        except x509.ExtensionNotFound:
            return None

    @property
    def is_on_its_list(self) -> bool:
        """Whether the CRL of its CA holds its serial number, and that CRL is the CA's."""
        register = LAB_PKI.register_at(list_path("public-issuing"))
        assert register is not None
        held = x509.load_der_x509_crl(make_list(register))
        [issuer] = [parsed(each) for each in self.credentials.issuers if parsed(each).subject == held.issuer]
        assert held.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
        return held.get_revoked_certificate_by_serial_number(self.leaf.serial_number) is not None

    def met(self, role: Role, tls: str) -> Outcome:
        """Meet a healthy peer that checks this holder, who comes as `role`."""
        if role == "client":
            return handshake(self.credentials, PEER, "server", self.root, tls)
        return handshake(PEER, self.credentials, "client", self.root, tls)


Proof = Callable[[Holder], bool]


def refused(alert: int, verify_error: int, *roles: Role, tls: tuple[str, ...] = ("1.2", "1.3")) -> Proof:
    """Prove a fault by what OpenSSL answers to it (domain.md 5.1)."""

    def proof(holder: Holder) -> bool:
        met = {holder.met(role, version) for role in roles or ("client", "server") for version in tls}
        return met == {Outcome(alert, verify_error, checked=False)}

    return proof


def accepted(*roles: Role) -> Proof:
    def proof(holder: Holder) -> bool:
        met = {holder.met(role, tls) for role in roles or ("client", "server") for tls in ("1.2", "1.3")}
        return met == {Outcome(0, 0, checked=True)}

    return proof


def both(*proofs: Proof) -> Proof:
    return lambda holder: all(proof(holder) for proof in proofs)


def purposes(*wanted: x509.ObjectIdentifier) -> Proof:
    return lambda holder: holder.purposes == set(wanted)


def issued(issuer: bytes, certificate: bytes) -> bool:
    try:
        parsed(certificate).verify_directly_issued_by(parsed(issuer))
    except ValueError:
        return False
    return True


def signed_with_sha1(holder: Holder) -> bool:
    issuer = parsed(holder.credentials.issuers[0]).public_key()
    assert isinstance(issuer, ec.EllipticCurvePublicKey)
    leaf = holder.leaf
    if not isinstance(leaf.signature_hash_algorithm, SHA1):
        return False
    issuer.verify(leaf.signature, leaf.tbs_certificate_bytes, ec.ECDSA(SHA1()))  # noqa: S303 - the weakness is what is proved
    return True


def too_weak_to_load(holder: Holder) -> bool:
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_cipher_list(b"DEFAULT:@SECLEVEL=2")
    try:
        context.use_certificate(holder.leaf)
    except SSL.Error:
        return True
    return False


def only_the_root_stands_behind_the_leaf(holder: Holder) -> bool:
    leaf, *behind = holder.credentials.sent
    return leaf == holder.credentials.leaf and behind[0] == holder.root and issued(behind[-1], leaf)


PROOFS: dict[str, Proof] = {
    "expired": both(refused(EXPIRED, 10), lambda holder: not holder.in_date),
    "not-yet-valid": both(refused(BAD, 9), lambda holder: not holder.in_date),
    "expired-intermediate": both(refused(EXPIRED, 10), lambda holder: holder.in_date),
    "unknown-root": both(refused(UNKNOWN_CA, 20), lambda holder: issued(*reversed(holder.credentials.sent))),
    "self-signed": both(refused(UNKNOWN_CA, 18), lambda holder: issued(*holder.credentials.sent * 2)),
    "leaf-as-issuer": refused(UNKNOWN_CA, 79),
    "path-length-exceeded": refused(UNKNOWN_CA, 25),
    "name-constraints-violated": refused(UNKNOWN, 47),
    "eku-restricted-intermediate": both(
        refused(UNSUPPORTED, 26, "client"), accepted("server"), purposes(SERVER_AUTH, CLIENT_AUTH)
    ),
    "missing-intermediate": both(
        refused(UNKNOWN_CA, 20),
        lambda holder: issued(holder.credentials.issuers[0], *holder.credentials.sent),
    ),
    "wrong-order": both(accepted(), only_the_root_stands_behind_the_leaf),
    "with-root": both(accepted(), lambda holder: holder.credentials.sent[2:] == (holder.root,)),
    "no-eku": both(accepted(), lambda holder: holder.purposes is None),
    "server-auth-only": both(refused(UNSUPPORTED, 26, "client"), accepted("server"), purposes(SERVER_AUTH)),
    "client-auth-only": both(refused(UNSUPPORTED, 26, "server"), accepted("client"), purposes(CLIENT_AUTH)),
    "any-eku-only": both(refused(UNSUPPORTED, 26), purposes(ANY)),
    "sip-domain-eku-only": both(refused(UNSUPPORTED, 26), purposes(SIP_DOMAIN)),
    # A TLS 1.2 server with such an ECDSA certificate finds no cipher of its own and sends 40 itself.
    "no-digital-signature": both(
        refused(UNSUPPORTED, 26, "client"),
        refused(UNSUPPORTED, 26, "server", tls=("1.3",)),
        refused(HANDSHAKE_FAILURE, 0, "server", tls=("1.2",)),
        purposes(SERVER_AUTH, CLIENT_AUTH),
    ),
    "revoked": both(accepted(), lambda holder: holder.is_on_its_list),
    "cn-only": lambda holder: holder.alternatives is None and holder.common_name == "us-expe1.example.com",
    "cn-only-with-other-sans": lambda holder: (
        holder.dns_names == ["example.com"] and holder.common_name == "us-expe1.example.com"
    ),
    "wildcard": lambda holder: holder.names == {"*.example.com"},
    "sip-uri-san": lambda holder: (
        holder.alternatives is not None
        and holder.alternatives.get_values_for_type(x509.UniformResourceIdentifier)
        == ["sip:us-expe1.example.com", "sip:example.com"]
        and not holder.dns_names
    ),
    "wrong-name": lambda holder: holder.names == {"someone-else.example"},
    "suffix-trick": lambda holder: holder.names == {"us-expe1.example.com.evil.example"},
    "trailing-dot": lambda holder: holder.names == {"us-expe1.example.com.", "example.com."},
    "upper-case": lambda holder: holder.names == {"US-EXPE1.EXAMPLE.COM", "EXAMPLE.COM"},
    "sha1-signature": both(refused(BAD, 68), signed_with_sha1),
    "rsa-1024": both(too_weak_to_load, lambda holder: isinstance(private_key(holder.credentials), rsa.RSAPrivateKey)),
}


def expressway_e(*faults: str) -> Holder:
    return Holder(LAB_PKI.issue(LeafOrder("expressway-e", faults)), LAB_PKI.certificate_of("public-root"))


@pytest.mark.parametrize("fault", CATALOGUE.faults)
def test_each_fault_is_there_and_the_healthy_certificate_lacks_it(fault: str) -> None:
    assert PROOFS[fault](expressway_e(fault))
    assert not PROOFS[fault](expressway_e())


def test_no_proof_is_left_over_from_a_fault_that_is_gone() -> None:
    assert set(PROOFS) == set(CATALOGUE.faults)


@pytest.mark.parametrize("profile", CATALOGUE.leaves)
def test_a_healthy_certificate_is_accepted_in_both_roles(profile: str) -> None:
    credentials = LAB_PKI.issue(LeafOrder(profile))
    holder = Holder(credentials, credentials.issuers[-1])
    assert accepted("client", "server")(holder)
