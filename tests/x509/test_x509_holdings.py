"""Whatever form a person's certificates come in, they are read; what is wrong with them is said in a sentence."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs7,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pki_forge import Forged, alternatives, chain_of, forge, key_of, name_of

from harness.errors import ScenarioError
from harness.x509.der import element
from harness.x509.files import Holding, read_holding, read_trust_list
from harness.x509.structure import RawExtension, dissect

CHAIN = chain_of("p256")
LEAF, ISSUING, ROOT = CHAIN.all
DERS = tuple(each.der for each in CHAIN.all)
PEM = b"".join(each.pem for each in CHAIN.all)
PASSWORD = "correct horse"  # noqa: S105 - of a key that lives as long as the test


def request() -> x509.CertificateSigningRequest:
    builder = x509.CertificateSigningRequestBuilder(name_of((NameOID.COMMON_NAME, "edge.example.com")))
    return builder.sign(LEAF.key, hashes.SHA256())


def p12(password: str | None, *, key: Forged | None = LEAF) -> bytes:
    locked = BestAvailableEncryption(password.encode()) if password is not None else NoEncryption()
    own = LEAF.certificate if key is LEAF else None
    others = [ISSUING.certificate, ROOT.certificate] if key is LEAF else [each.certificate for each in CHAIN.all]
    return pkcs12.serialize_key_and_certificates(b"edge", key.key if key else None, own, others, locked)


def refusal(data: bytes, password: str | None = None) -> ScenarioError:
    with pytest.raises(ScenarioError) as refused:
        read_holding(data, "old.pem", password=password)
    return refused.value


# --- Every form is the same holding -----------------------------------------------------------------------

FORMS: dict[str, bytes] = {
    "pem": PEM,
    "pem with CRLF": PEM.replace(b"\n", b"\r\n"),
    "pem with a byte-order mark": b"\xef\xbb\xbf" + PEM,
    "pem as UTF-16": PEM.decode().encode("utf-16"),
    "pem without line ends between blocks": PEM.replace(b"-----\n-----", b"----------"),
    "pem, indented": b"".join(b"    " + line for line in PEM.splitlines(keepends=True)),
    "old label": PEM.replace(b"CERTIFICATE", b"X509 CERTIFICATE"),
    "pkcs7 in pem": pkcs7.serialize_certificates([each.certificate for each in CHAIN.all], Encoding.PEM),
    "pkcs7 in der": pkcs7.serialize_certificates([each.certificate for each in CHAIN.all], Encoding.DER),
    "pkcs12 without key": p12(None, key=None),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_chain_is_read_in_any_form(form: str) -> None:
    holding = read_holding(FORMS[form], "old.pem")
    assert holding.certificates == DERS
    assert holding.private_key is None


def test_one_certificate_in_der_is_a_holding() -> None:
    assert read_holding(LEAF.der, "old.cer") == Holding((LEAF.der,))


@pytest.mark.parametrize("password", [None, PASSWORD, "", "pässwörd"])
def test_pkcs12_gives_chain_and_key(password: str | None) -> None:
    holding = read_holding(p12(password or None), "old.p12", password=password)
    assert holding.certificates == DERS
    assert holding.private_key == LEAF.key_pem


def key_forms() -> dict[str, bytes]:
    plain, locked = NoEncryption(), BestAvailableEncryption(PASSWORD.encode())
    forms = {
        "pkcs8": (PrivateFormat.PKCS8, plain),
        "pkcs8, encrypted": (PrivateFormat.PKCS8, locked),
        "openssl": (PrivateFormat.TraditionalOpenSSL, plain),
        "openssl, encrypted": (PrivateFormat.TraditionalOpenSSL, locked),
        "openssh": (PrivateFormat.OpenSSH, plain),
    }
    return {name: LEAF.key.private_bytes(Encoding.PEM, *how) for name, how in forms.items()}


KEY_FORMS = key_forms()


@pytest.mark.parametrize("form", KEY_FORMS)
@pytest.mark.parametrize("first", ["key", "certificates"])
def test_a_key_in_any_form_comes_out_as_the_same_pkcs8(form: str, first: str) -> None:
    key = KEY_FORMS[form]
    holding = read_holding(key + PEM if first == "key" else PEM + key, "old.pem", password=PASSWORD)
    assert holding.private_key == LEAF.key_pem
    assert holding.certificates == DERS
    assert holding.notes == ()


@pytest.mark.parametrize("kind", ["rsa-2048", "ed25519", "ed448", "p521"])
def test_keys_of_all_kinds_fit_their_certificates(kind: str) -> None:
    leaf = forge("leaf.example.com", key=key_of(kind))
    holding = read_holding(leaf.pem + leaf.key_pem, "old.pem")
    assert holding.certificates == (leaf.der,)
    assert holding.private_key is not None
    assert load_pem_private_key(holding.private_key, None).public_key() == leaf.key.public_key()


# --- What is handled is noted -----------------------------------------------------------------------------


def test_a_chain_out_of_order_is_sorted_and_that_is_noted() -> None:
    holding = read_holding(ROOT.pem + LEAF.pem + ISSUING.pem, "old.pem")
    assert holding.certificates == DERS
    assert holding.notes == ("the chain was out of order and was sorted",)
    assert holding.was_sorted
    assert not read_holding(PEM, "old.pem").was_sorted


def test_a_repeated_certificate_counts_once() -> None:
    holding = read_holding(PEM + LEAF.pem, "old.pem")
    assert holding.certificates == DERS
    assert holding.notes == ("ignored one certificate that occurred before",)


def test_text_around_the_blocks_is_counted() -> None:
    text = b"Bag Attributes\n    localKeyID: 01\n\nsubject=CN = edge.example.com\n"
    holding = read_holding(text + PEM, "old.pem")
    assert holding.certificates == DERS
    assert holding.notes == ("ignored 3 lines of text around the PEM blocks",)


def test_a_stranger_stays_at_the_end() -> None:
    stranger = forge("Stranger Root", ca=True)
    holding = read_holding(stranger.pem + PEM, "old.pem")
    assert holding.certificates == (*DERS, stranger.der)
    assert "left one certificate at the end that did not issue the leaf" in holding.notes


def test_a_cross_certificate_is_another_way_and_no_stranger() -> None:
    one, two = forge("Root One", ca=True), forge("Root Two", ca=True)
    issuing = forge("Issuing", by=one, ca=True)
    cross, stranger = forge("Issuing", by=two, ca=True, key=issuing.key), forge("Stranger", ca=True)
    leaf = forge("edge.example.com", by=issuing)
    holding = read_holding(b"".join(each.pem for each in (leaf, issuing, stranger, cross, one, two)), "old.pem")

    assert holding.certificates == tuple(each.der for each in (leaf, issuing, one, cross, two, stranger))
    assert "left 2 certificates behind the chain that make another one: 'Issuing', 'Root Two'" in holding.notes
    assert "left one certificate at the end that did not issue the leaf" in holding.notes


def test_curve_parameters_are_passed_over() -> None:
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    holding = read_holding(parameters + LEAF.key_pem + PEM, "old.pem")
    assert holding.private_key == LEAF.key_pem
    assert holding.notes == ("ignored the EC PARAMETERS in line 1",)


def test_an_unreadable_extension_is_noted_and_the_certificate_kept() -> None:
    parts = dissect(LEAF.der)
    (names,) = (each for each in parts.extensions if each.identifier == "2.5.29.17")
    broken = tuple(names.holding(b"\x30\x03\x82\x09x") if each is names else each for each in parts.extensions)
    der = replace(parts, extensions=broken).signed(LEAF.certificate.signature)
    holding = read_holding(der, "old.cer")
    assert holding.certificates == (der,)
    assert holding.notes == ("the extension 2.5.29.17 cannot be read in 'edge.example.com'",)


# --- Which one is the leaf --------------------------------------------------------------------------------


def test_the_key_says_which_certificate_is_the_leaf() -> None:
    other = forge("other.example.com", by=ISSUING)
    holding = read_holding(other.pem + PEM + other.key_pem, "old.pem")
    assert holding.certificates == (other.der, ISSUING.der, ROOT.der, LEAF.der)


def test_two_leaves_without_a_key_are_refused() -> None:
    other = forge("other.example.com", by=ISSUING)
    (fault,) = refusal(other.pem + PEM).faults
    assert fault.message == "it holds 2 leaf certificates: 'other.example.com', 'edge.example.com'"
    assert fault.hint == "keep one leaf and the CAs above it, or add the private key of the leaf"


def test_a_bundle_of_roots_is_no_holding() -> None:
    one, another = forge("One Root", ca=True), forge("Another Root", ca=True)
    message = refusal(one.pem + another.pem).faults[0].message
    assert message == "it holds 2 certificates of CAs, and no leaf: 'One Root', 'Another Root'"


def test_a_ca_alone_is_a_leaf_with_a_note() -> None:
    holding = read_holding(ISSUING.pem + ROOT.pem, "ca.pem")
    assert holding.certificates == (ISSUING.der, ROOT.der)
    assert holding.notes == ("'Big Issuing CA' is the certificate of a CA",)


def test_a_key_of_no_certificate_is_refused() -> None:
    stranger = forge("stranger.example.com")
    message = refusal(PEM + stranger.key_pem).faults[0].message
    assert message == "the private key is that of no certificate here: 'edge.example.com', 'Big Issuing CA', 'Big Root'"


def test_the_key_of_the_issuer_is_refused_and_named() -> None:
    message = refusal(PEM + ISSUING.key_pem).faults[0].message
    assert message == "the private key is that of 'Big Issuing CA', which issued others here"


def test_keys_of_two_leaves_are_refused() -> None:
    other = forge("other.example.com", by=ISSUING)
    message = refusal(PEM + other.pem + other.key_pem + LEAF.key_pem).faults[0].message
    assert message == "there are private keys for 2 certificates: 'edge.example.com', 'other.example.com'"


def test_a_key_beside_the_leafs_is_passed_over() -> None:
    holding = read_holding(PEM + forge("stranger.example.com").key_pem + LEAF.key_pem, "old.pem")
    assert holding.private_key == LEAF.key_pem
    assert holding.notes == ("ignored one other private key",)


def test_two_cas_of_one_name_are_told_apart_by_the_signature() -> None:
    impostor = forge("Twin Root", key=key_of("p256-impostor"), ca=True, identifiers=False)
    root = forge("Twin Root", key=key_of("p256-genuine"), ca=True, identifiers=False)
    leaf = forge("twin.example.com", by=root, identifiers=False)
    holding = read_holding(leaf.pem + impostor.pem + root.pem, "old.pem")
    assert holding.certificates == (leaf.der, root.der, impostor.der)


def test_a_chain_leads_to_the_root_where_a_cross_certificate_leads_nowhere() -> None:
    root = forge("New Root", ca=True)
    cross = forge("New Root", by=forge("Old Root", ca=True), key=root.key, ca=True)
    leaf = forge("cross.example.com", by=root)
    assert read_holding(leaf.pem + cross.pem + root.pem, "old.pem").certificates == (leaf.der, root.der, cross.der)


def test_an_issuers_name_may_differ_in_case_and_blanks() -> None:
    root = forge("Lab  Root", key=key_of("p256-case"), ca=True)
    spelt_otherwise = forge("LAB ROOT", key=root.key, ca=True)
    leaf = forge("case.example.com", by=spelt_otherwise)
    assert read_holding(root.pem + leaf.pem, "old.pem").certificates == (leaf.der, root.der)


# --- What is refused --------------------------------------------------------------------------------------

TRUNCATED = LEAF.pem[: len(LEAF.pem) // 2]

REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "old.pem: the file is empty"),
    "blanks": (b" \r\n\t", "old.pem: the file is empty"),
    "text": (b"hello", "old.pem: this is no format of certificates"),
    "half a block": (b"\n\n" + TRUNCATED, "old.pem:3:1: the CERTIFICATE block that begins here cannot be decoded"),
    "no certificate in a block": (
        ROOT.pem + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        f"old.pem:{len(ROOT.pem.splitlines()) + 1}:1: the CERTIFICATE block",
    ),
    "a request": (request().public_bytes(Encoding.PEM), "old.pem:1:1: this is a certificate request"),
    "a request in der": (request().public_bytes(Encoding.DER), "old.pem: this is a certificate request"),
    "a public key": (
        LEAF.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "old.pem:1:1: this is a public key and no certificate",
    ),
    "a key alone": (LEAF.key_pem, "old.pem: there is a private key, but no certificate in it"),
    "a key alone in der": (
        LEAF.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        "old.pem: this is a private key alone",
    ),
    "an encrypted key alone in der": (
        LEAF.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw")),
        "old.pem: this is an encrypted private key",
    ),
    "half a certificate": (LEAF.der[:200], "old.pem: this is a damaged certificate"),
    "a locked key": (PEM + KEY_FORMS["pkcs8, encrypted"], "the private key is encrypted"),
    "a locked old key": (PEM + KEY_FORMS["openssl, encrypted"], "the private key is encrypted"),
    "a locked file": (p12(PASSWORD), "old.pem: the PKCS#12 file needs a password, or is damaged"),
    "a revocation list": (
        b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
        "old.pem:1:1: this is a revocation list and no certificate",
    ),
    "something unheard of": (
        b"-----BEGIN SPAM-----\nAAAA\n-----END SPAM-----\n",
        "old.pem:1:1: this is a block of the kind SPAM and no certificate",
    ),
    "too many bytes": (b"\n" * (4 * 1024 * 1024 + 1), "old.pem: 4194305 bytes are too many"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_holding_is_refused_with_its_place_and_what_to_do(what: str) -> None:
    data, expected = REFUSED[what]
    refused = refusal(data)
    assert expected in str(refused)
    assert all(fault.hint for fault in refused.faults)


@pytest.mark.parametrize("data", [p12(PASSWORD), PEM + KEY_FORMS["pkcs8, encrypted"]])
def test_a_wrong_password_is_refused(data: bytes) -> None:
    (fault,) = refusal(data, "wrong").faults
    assert fault.message.startswith("the password does not open the")
    assert fault.hint == "give its password with --password-file"


def test_all_faults_of_a_file_are_told_at_once() -> None:
    data = request().public_bytes(Encoding.PEM) + TRUNCATED
    assert [fault.line for fault in refusal(data).faults] == [1, request().public_bytes(Encoding.PEM).count(b"\n") + 1]


def test_each_fault_has_the_line_of_its_block() -> None:
    block = request().public_bytes(Encoding.PEM)
    size = block.count(b"\n")
    lines = [fault.line for fault in refusal(block + b"text\n" + block + block).faults]
    assert lines == [1, size + 2, 2 * size + 2]


def test_a_heap_of_keys_is_refused() -> None:
    (fault,) = refusal(PEM + LEAF.key_pem * 17).faults
    assert fault.message == "there are more than 16 private keys"
    assert read_holding(PEM + LEAF.key_pem * 16, "old.pem").private_key == LEAF.key_pem


@pytest.mark.parametrize("iterations", [2_000_000_000, 2**63 - 1])
def test_a_file_that_asks_for_endless_work_is_refused_at_once(iterations: int) -> None:
    ours = element(0x02, (2048).to_bytes(2)), element(0x02, iterations.to_bytes(8))
    salted = element(0x04, b"saltsalt")
    mac = element(0x30, element(0x30, b"") + salted + ours[1])
    data = element(0x30, element(0x02, b"\x03") + element(0x30, b"") + mac)
    assert "it asks for too much work" in str(refusal(data, PASSWORD))
    assert "it asks for" not in str(refusal(data.replace(ours[1], ours[0]), PASSWORD))


# --- Trust lists ------------------------------------------------------------------------------------------


def test_a_trust_list_of_500_is_read_in_its_order() -> None:
    roots = [forge(f"Root {number}", key=key_of("p256-trust"), ca=True) for number in range(500)]
    data = b"".join(each.pem for each in roots)
    assert read_trust_list(data, "trust.pem").certificates == tuple(each.der for each in roots)


def test_a_trust_list_takes_leaves_repetitions_and_keys_with_a_note() -> None:
    trusted = read_trust_list(LEAF.pem + ROOT.pem + LEAF.pem + LEAF.key_pem, "trust.pem")
    assert trusted.certificates == (LEAF.der, ROOT.der)
    assert trusted.notes == (
        "ignored a private key, which has no place in a trust list",
        "ignored one certificate that occurred before",
    )


def test_more_than_a_thousand_certificates_are_too_many() -> None:
    root = forge("Root", ca=True)
    with pytest.raises(ScenarioError, match="there are more than 1000 certificates in it"):
        read_trust_list(root.pem * 1001, "trust.pem")
    assert read_trust_list(root.pem * 1000, "trust.pem").certificates == (root.der,)


# --- Any bytes at all -------------------------------------------------------------------------------------

SECRETS = [
    base64.b64encode(LEAF.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode(),
    *("".join(form.decode().splitlines()[1:-1]) for form in KEY_FORMS.values()),
]


def answer(data: bytes, password: str | None = None) -> str:
    """Return all that is said about the bytes: a refusal, or a holding of what is framed as certificates."""
    said = ""
    for read in (lambda: read_holding(data, "f", password=password), lambda: read_trust_list(data, "f")):
        try:
            found = read()
        except ScenarioError as refused:
            said += str(refused)
        else:
            assert all(dissect(each) for each in found.certificates)
            said += repr(found) + str(found.notes)
    return said


def tells_no_secret(said: str) -> bool:
    return not any(secret[at : at + 12] in said for secret in SECRETS for at in range(0, len(secret) - 12, 4))


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_holding_or_a_refusal(data: bytes) -> None:
    assert answer(data)
    assert answer(b"-----BEGIN CERTIFICATE-----\n" + data)


SEEDS = [
    PEM + KEY_FORMS["pkcs8"],
    PEM + KEY_FORMS["openssl, encrypted"],
    PEM + KEY_FORMS["openssh"],
    LEAF.der,
    FORMS["pkcs7 in der"],
    p12(None),
]


@settings(max_examples=250)
@given(
    seed=st.sampled_from(SEEDS), at=st.floats(0, 1, exclude_max=True), junk=st.binary(max_size=6), cut=st.integers(0, 9)
)
def test_a_damaged_file_is_a_holding_or_a_refusal_and_no_key_is_printed(
    seed: bytes, at: float, junk: bytes, cut: int
) -> None:
    place = int(at * len(seed))
    assert tells_no_secret(answer(seed[:place] + junk + seed[place + cut :], PASSWORD))


def test_a_key_that_makes_the_library_panic_is_a_refusal() -> None:
    lines = KEY_FORMS["openssl, encrypted"].splitlines()
    (told,) = (line for line in lines if line.startswith(b"DEK-Info"))
    damaged = PEM + b"\n".join(told[:-2] if line is told else line for line in lines)
    assert "the password does not open the private key" in str(refusal(damaged, PASSWORD))


def test_the_search_for_secrets_would_find_one() -> None:
    assert not tells_no_secret(LEAF.key_pem.decode().replace("\n", ""))


def test_the_private_key_stays_out_of_what_is_printed() -> None:
    holding = read_holding(PEM + LEAF.key_pem, "old.pem")
    assert holding.private_key
    assert "private_key" not in repr(holding)
    assert "PRIVATE KEY" not in repr(holding)


def test_a_label_cannot_write_over_a_terminal() -> None:
    evil = forge("evil\x1b[2J\r\n", more=[alternatives("x.example")])
    other = forge("other.example.com")
    assert "\x1b" not in str(refusal(evil.pem + other.pem))


@pytest.mark.parametrize("forged", CHAIN.all)
def test_a_certificate_taken_apart_and_put_together_is_the_same(forged: Forged) -> None:
    parts = dissect(forged.der)
    assert parts.to_be_signed() == forged.certificate.tbs_certificate_bytes
    assert parts.signed(forged.certificate.signature) == forged.der
    rewritten: Callable[[RawExtension], RawExtension] = lambda each: each.holding(each.value)  # noqa: E731
    assert replace(parts, extensions=tuple(map(rewritten, parts.extensions))) == parts


ILL_FORMED: dict[str, tuple[bytes, bytes, str]] = {
    "a version that is none": (rb"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x01", "its version is neither 1 nor 3"),
    "a date without zone": (rb"(?<=\d{12})Z", b"z", "its dates are not written as RFC 5280"),
}


@pytest.mark.parametrize("what", ILL_FORMED)
@pytest.mark.parametrize("as_pem", [True, False])
def test_a_whole_certificate_with_an_odd_part_is_not_told_to_be_copied_badly(what: str, as_pem: bool) -> None:
    good, odd, told = ILL_FORMED[what]
    der = re.sub(good, odd, LEAF.der, count=1)
    text = base64.encodebytes(der)
    assert der != LEAF.der

    (fault,) = refusal(
        b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n" if as_pem else der
    ).faults
    assert told in fault.message
    assert "issued anew" in fault.hint
