"""Extensions of a certificate: what a library writes is read, field by field; what nobody may write is a problem."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier
from hypothesis import given, settings
from hypothesis import strategies as st
from OpenSSL import crypto
from x509_forge import ANY, CLIENT, NOW, SERVER, SIP_DOMAIN
from x509_openssl import store_objection
from x509_raw import Extension, Raw, address, common_name, directory, dns, email, name, oid, other, tlv, uri
from x509_stories import BASIC, UNKNOWN, Story, key_named, leaf

from harness.x509.certificate import MAX_CERTIFICATE_BYTES, CertificateFacts, read_certificate
from harness.x509.encoded import MAX_EXTENSIONS, encoded
from harness.x509.extensions import READERS
from harness.x509.findings import FindingKind
from harness.x509.status import Pointers, pointers_of

USAGE, SAN, LISTS, ACCESS, AUTHORITY_KEY = "2.5.29.15", "2.5.29.17", "2.5.29.31", "1.3.6.1.5.5.7.1.1", "2.5.29.35"
BITS = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
    "encipher_only": "encipherOnly",
    "decipher_only": "decipherOnly",
}
"""What cryptography calls each bit, and RFC 5280 section 4.2.1.3."""


def facts_with(*extensions: Extension) -> CertificateFacts:
    return read_certificate(Raw(common_name("edge"), extensions=extensions).made())


def written(value: x509.ExtensionType) -> CertificateFacts:
    return facts_with(Extension(value.oid.dotted_string, value.public_bytes()))


# --- what a library writes ---


@given(
    st.sets(st.sampled_from(sorted(BITS)), min_size=1).filter(lambda bits: bits - {"encipher_only", "decipher_only"})
)
def test_every_set_of_key_usages_is_read(bits: set[str]) -> None:
    wanted = bits | ({"key_agreement"} if bits & {"encipher_only", "decipher_only"} else set())
    value = x509.KeyUsage(**{bit: bit in wanted for bit in BITS})

    assert written(value).key_usage == tuple(word for bit, word in BITS.items() if bit in wanted)


@given(ca=st.booleans(), length=st.one_of(st.none(), st.integers(0, 1 << 40)))
def test_every_path_length_is_read(ca: bool, length: int | None) -> None:
    facts = written(x509.BasicConstraints(ca=ca, path_length=length if ca else None))

    assert (facts.has_basic_constraints, facts.is_ca, facts.path_length) == (True, ca, length if ca else None)


@given(st.lists(st.sampled_from([CLIENT, SERVER, ANY, SIP_DOMAIN, "1.2.3", "2.999.1"]), min_size=1, unique=True))
def test_every_list_of_extended_usages_is_read(usages: list[str]) -> None:
    words = {CLIENT: "clientAuth", SERVER: "serverAuth", ANY: "anyExtendedKeyUsage", SIP_DOMAIN: "id-kp-sipDomain"}
    facts = written(x509.ExtendedKeyUsage([ObjectIdentifier(each) for each in usages]))

    assert facts.extended_key_usage == tuple(words.get(each, each) for each in usages)


HOSTS = st.sampled_from(["a.example", "*.b.example", "xn--bcher-kva.example"])
IPS = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@given(
    hosts=st.lists(HOSTS, max_size=2),
    uris=st.lists(st.sampled_from(["sip:a.example", "https://b.example/x"]), max_size=2),
    mails=st.lists(st.sampled_from(["a@b.example"]), max_size=1),
    ips=st.lists(IPS, max_size=2),
)
def test_every_list_of_alternative_names_is_read(
    hosts: list[str], uris: list[str], mails: list[str], ips: list[ipaddress.IPv4Address | ipaddress.IPv6Address]
) -> None:
    elsewhere = [x509.DirectoryName(x509.Name([])), x509.RegisteredID(ObjectIdentifier("1.2.3"))]
    names: list[x509.GeneralName] = [
        *map(x509.IPAddress, ips),
        *map(x509.RFC822Name, mails),
        *elsewhere,
        *map(x509.UniformResourceIdentifier, uris),
        *map(x509.DNSName, hosts),
    ]
    facts = written(x509.SubjectAlternativeName(names))

    assert (facts.has_san_extension, facts.problems) == (True, ())
    assert (facts.dns_names, facts.uris, facts.emails) == (tuple(hosts), tuple(uris), tuple(mails))
    assert facts.ip_addresses == tuple(map(str, ips))


def test_an_srv_name_is_one_kind_of_other_name() -> None:
    facts = facts_with(
        Extension(
            SAN,
            tlv(
                0x30,
                other("1.3.6.1.5.5.7.8.7", tlv(0x16, b"_sips.a.example")),
                other("1.3.6.1.5.5.7.8.9", tlv(0x0C, b"a@b.example")),
            ),
        )
    )
    assert facts.srv_names == ("_sips.a.example",)


ODD: dict[str, tuple[bytes, str]] = {
    "an address of five bytes": (address(b"abcde"), "an iPAddress has 5 bytes"),
    "a host that is not ASCII": (dns("b\xfccher.example"), "a dNSName is not ASCII"),
    "a URI that is not ASCII": (uri("sip:b\xfccher.example"), "a URI is not ASCII"),
    "a mail address that is not ASCII": (email("\xfc@b.example"), "a rfc822Name is not ASCII"),
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_name_is_told_and_left_out_and_the_others_are_read(what: str) -> None:
    element, told = ODD[what]
    facts = facts_with(Extension(SAN, tlv(0x30, element, dns("a.example"), element)))

    assert facts.problems == (f"in the subjectAltName {told}",)
    assert (facts.dns_names, facts.uris, facts.emails, facts.ip_addresses) == (("a.example",), (), (), ())


def test_both_key_identifiers_are_read() -> None:
    facts = facts_with(key_named(b"abc", name(("2.5.4.3", "x")), b"\7"), Extension("2.5.29.14", tlv(4, b"\1\2")))

    assert (facts.authority_key_identifier, facts.subject_key_identifier) == ("616263", "0102")
    assert facts_with(key_named(serial=b"\7")).authority_key_identifier == ""


def test_constraints_are_told_as_text() -> None:
    value = x509.NameConstraints(
        [x509.DNSName("a.example"), x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))],
        [x509.UniformResourceIdentifier(".b.example"), x509.RFC822Name("c.example"), x509.DirectoryName(x509.Name([]))],
    )
    facts = written(value)

    assert facts.permitted_names == ("dns:a.example", "ip:10.0.0.0/8")
    assert facts.excluded_names == ("uri:.b.example", "email:c.example", "dirName:(empty)")


# --- what nobody may write ---


BROKEN: dict[str, tuple[str, bytes]] = {
    "a usage that is no identifier": ("2.5.29.37", tlv(0x30, oid("1.2.3"), tlv(5))),
    "usages of no bit": (USAGE, b"\x03\x02\x07\0"),
    "usages in an empty string": (USAGE, b"\x03\x01\0"),
    "usages without a count of unused bits": (USAGE, b"\x03\0"),
    "usages with eight unused bits": (USAGE, b"\x03\x02\x08\x80"),
    "usages with unused bits of none": (USAGE, b"\x03\x01\x01"),
    "usages in an octet string": (USAGE, b"\x04\x02\x07\x80"),
    "a flag of two octets": (BASIC, tlv(0x30, tlv(1, b"\xff\xff"))),
    "a flag of no octet": (BASIC, tlv(0x30, tlv(1))),
    "a path length before its flag": (BASIC, tlv(0x30, tlv(2, b"\1"), tlv(1, b"\xff"))),
    "a path length of no octet": (BASIC, tlv(0x30, tlv(1, b"\xff"), tlv(2))),
    "a path length below zero": (BASIC, tlv(0x30, tlv(1, b"\xff"), tlv(2, b"\x80"))),
    "a key identifier that is no octet string": ("2.5.29.14", tlv(3, b"\0")),
    "an authority with a name that is none": (AUTHORITY_KEY, tlv(0x30, tlv(0xA1, tlv(0x8A, b"x")))),
    "constraints in another order": (
        "2.5.29.30",
        tlv(0x30, tlv(0xA1, tlv(0x30, dns("a"))), tlv(0xA0, tlv(0x30, dns("a")))),
    ),
    "a subtree that is none": ("2.5.29.30", tlv(0x30, tlv(0xA0, dns("a")))),
    "a subtree without base": ("2.5.29.30", tlv(0x30, tlv(0xA0, tlv(0x30)))),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_openssl_cannot_decode_is_a_problem_and_fills_no_field(what: str) -> None:
    identifier, value = BROKEN[what]
    story = leaf(Extension(identifier, value))
    facts, called = facts_with(Extension(identifier, value)), READERS[identifier][0]

    with pytest.raises(ValueError, match=r".+"):
        READERS[identifier][1](value)
    assert store_objection(story.sent, story.trusted, "client", NOW) is not None
    assert not story.explained("client").accepted
    assert len(facts.problems) == 1
    assert facts.problems[0].startswith(f"the {called} extension could not be read: ")
    assert replace(facts, problems=(), sha256="") == replace(facts_with(), sha256="")


def test_an_extension_that_is_there_twice_is_told_and_the_first_one_counts() -> None:
    facts = facts_with(Extension(USAGE, b"\x03\x02\x07\x80"), Extension(USAGE, b"\x03\x02\x05\x20"))

    assert facts.key_usage == ("digitalSignature",)
    assert facts.problems == ("the keyUsage extension occurs twice; the first one is shown",)
    assert facts_with(Extension(UNKNOWN, b"\5\0"), Extension(UNKNOWN, b"\5\0")).problems == ()


def test_odd_names_of_the_second_san_are_not_told() -> None:
    first, second = (Extension(SAN, tlv(0x30, dns(text))) for text in ("a.example", "\xff"))

    assert facts_with(first, second).problems == ("the subjectAltName extension occurs twice; the first one is shown",)


def test_odd_names_of_the_issuer_are_not_those_of_the_holder() -> None:
    odd = tlv(0x30, dns("\xff"), address(b"abc"))

    assert facts_with(Extension("2.5.29.18", odd)).problems == ()  # issuerAltName
    assert len(facts_with(Extension(SAN, odd)).problems) == 2


# --- the frame of a certificate ---


def flagged(flag: bytes, kind: int = 0x04) -> Story:
    """A leaf with an unknown extension whose flag is written by hand."""
    return leaf(Extension(UNKNOWN, b"\5\0", flag=flag, kind=kind))


FRAMES: dict[str, tuple[Story, FindingKind | None]] = {
    "critical": (flagged(tlv(1, b"\xff")), FindingKind.CRITICAL_EXTENSION),
    "a flag twice": (flagged(tlv(1, b"\xff") * 2), FindingKind.UNREADABLE),
    "a number for a flag": (flagged(tlv(2, b"\1")), FindingKind.UNREADABLE),
    "no octet string": (flagged(b"", 0x03), FindingKind.UNREADABLE),
    "unique identifiers": (leaf(unique=tlv(0x81, b"\0x") + tlv(0x82, b"\0y")), None),
}


@pytest.mark.parametrize("what", FRAMES)
def test_the_frame_of_an_extension_is_read_as_openssl_reads_it(what: str) -> None:
    story, kind = FRAMES[what]
    explained = story.explained("client")
    try:
        taken = store_objection(story.sent, story.trusted, "client", NOW) is None
    except crypto.Error:
        taken = False

    assert next((each.kind for each in explained.findings if each.fatal), None) is kind
    assert explained.accepted is taken


@pytest.mark.parametrize("what", [what for what, (_, kind) in FRAMES.items() if kind is FindingKind.UNREADABLE])
def test_a_frame_that_is_none_is_a_value_error(what: str) -> None:
    with pytest.raises(ValueError, match="an extension is malformed"):
        encoded(FRAMES[what][0].sent[0])


def test_fields_that_cannot_be_seen_otherwise() -> None:
    certificate = encoded(Raw(common_name("edge"), unique=tlv(0x81, b"\0x"), version=3, serial=9).made())

    assert (certificate.version, certificate.serial, certificate.extensions) == (3, b"\x09", ())
    assert certificate.extension(SAN) is None
    assert [each.critical for each in encoded(flagged(tlv(1, b"\0")).sent[0]).extensions] == [False, False]
    assert certificate.signed_as == "1.2.840.10045.4.3.2"
    assert encoded(Raw(common_name("edge"), version=1).made()).version == 1
    assert encoded(Raw(common_name("edge"), version=2).made()).version == 2


def test_a_certificate_has_a_thousand_extensions_at_most() -> None:
    """OpenSSL knows no such limit; nobody has so many, and each costs time."""
    many = tuple(Extension(f"1.2.3.{number}", b"\5\0") for number in range(MAX_EXTENSIONS))

    assert MAX_EXTENSIONS == 1000
    assert facts_with(*many).readable
    assert not facts_with(*many, Extension("1.2.4", b"\5\0")).readable


def test_what_is_larger_than_a_certificate_message_may_be_is_not_looked_into() -> None:
    """100 KiB is the default of OpenSSL (SSL_CTX_set_max_cert_list)."""
    empty = Raw(common_name("edge"), extensions=(Extension(UNKNOWN, bytes(70_000)),)).made()
    room = 100 * 1024 - len(empty)
    full, over = (facts_with(Extension(UNKNOWN, bytes(70_000 + room + more))) for more in (-8, 8))

    assert MAX_CERTIFICATE_BYTES == 100 * 1024
    assert full.readable
    assert over.problems[0].endswith("bytes are too many for a certificate")


@pytest.mark.parametrize("data", [b"", b"\x30\0", tlv(0x30, tlv(0x30)), tlv(0x30, tlv(0x30, bytes(2)), tlv(0x30))])
def test_what_lacks_a_field_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        encoded(data)


# --- where status can be had ---


def places(*names: x509.GeneralName, issuer: Sequence[x509.GeneralName] | None = None) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints([x509.DistributionPoint(names or None, None, None, issuer)])


URL, LDAP = x509.UniformResourceIdentifier("http://ca.example/1.crl"), x509.UniformResourceIdentifier("ldap:///CN=CA")
NOWHERE = x509.DirectoryName(x509.Name([]))
RELATIVE = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])


@pytest.mark.parametrize(
    ("value", "lists"),
    [
        (places(URL), ("http://ca.example/1.crl",)),
        (places(NOWHERE, URL, LDAP), ("http://ca.example/1.crl", "ldap:///CN=CA")),
        (places(NOWHERE), ()),
        (places(issuer=[NOWHERE]), ()),
        (places(URL, issuer=[x509.UniformResourceIdentifier("http://not.a.list")]), ("http://ca.example/1.crl",)),
        (x509.CRLDistributionPoints([x509.DistributionPoint(None, RELATIVE, None, None)]), ()),
        (
            x509.CRLDistributionPoints(
                [
                    x509.DistributionPoint([URL], None, frozenset({x509.ReasonFlags.key_compromise}), None),
                    x509.DistributionPoint([LDAP], None, None, None),
                ]
            ),
            ("http://ca.example/1.crl", "ldap:///CN=CA"),
        ),
    ],
)
def test_lists_are_found_at_urls_alone(value: x509.CRLDistributionPoints, lists: tuple[str, ...]) -> None:
    facts = written(value)

    assert (facts.crl_urls, facts.problems) == (lists, ())


def access(*descriptions: bytes) -> Extension:
    return Extension(ACCESS, tlv(0x30, *descriptions))


def described(method: str, place: bytes) -> bytes:
    return tlv(0x30, oid(method), place)


OCSP, ISSUERS = "1.3.6.1.5.5.7.48.1", "1.3.6.1.5.5.7.48.2"


def test_responders_and_issuers_are_told_apart_by_the_method() -> None:
    extension = access(
        described(ISSUERS, uri("http://a.example/ca.cer")),
        described(OCSP, uri("http://ocsp.a.example")),
        described("1.3.6.1.5.5.7.48.3", uri("http://time.a.example")),  # id-ad-timeStamping
        described(OCSP, directory(name(("2.5.4.3", "x")))),
        described(OCSP, uri("http://ocsp2.a.example")),
    )
    found = pointers_of(Raw(common_name("edge"), extensions=(extension,)).made())

    assert found == Pointers((), ("http://ocsp.a.example", "http://ocsp2.a.example"), ("http://a.example/ca.cer",))


HOSTILE: dict[str, tuple[Extension, ...]] = {
    "lists that are no sequence": (Extension(LISTS, b"\5\0"),),
    "lists that end early": (Extension(LISTS, b"\x30\x20\x30"),),
    "lists without a byte": (Extension(LISTS, b""),),
    "a list at a number": (Extension(LISTS, tlv(0x30, tlv(2, b"\1"))),),
    "a list at a name that is none": (Extension(LISTS, tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, tlv(0x8A, b"x")))))),),
    "a list whose issuer is none": (
        Extension(LISTS, tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, uri("http://a"))), tlv(0xA2, tlv(0x8A, b"x"))))),
    ),
    "a list in another order": (
        Extension(LISTS, tlv(0x30, tlv(0x30, tlv(0xA2, directory(name())), tlv(0xA0, tlv(0xA0, uri("http://a")))))),
    ),
    "a directory that is malformed": (
        Extension(LISTS, tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, tlv(0xA4, b"\x30\x7f")))))),
    ),
    "a broken access": (access(described(OCSP, b"")), Extension(LISTS, b"\5\0")),
    "an access of three": (access(tlv(0x30, oid(OCSP), uri("http://a"), uri("http://b"))),),
    "an access by no method": (access(tlv(0x30, tlv(2, b"\1"), uri("http://a"))),),
    "an access by an endless method": (access(tlv(0x30, tlv(6, b"\x2a" + b"\x80" * 500), uri("http://a"))),),
    "an access with a name that is none": (access(described(OCSP, tlv(0x8A, b"x"))),),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_cannot_be_read_points_nowhere_and_is_a_problem(what: str) -> None:
    der = Raw(common_name("edge"), extensions=HOSTILE[what]).made()

    assert pointers_of(der) == Pointers((), ())
    assert len(read_certificate(der).problems) == len(HOSTILE[what])


def listed(*urls: bytes) -> Extension:
    return Extension(LISTS, tlv(0x30, *(tlv(0x30, tlv(0xA0, tlv(0xA0, url))) for url in urls)))


def test_lists_that_are_there_twice_count_once() -> None:
    twice = (listed(uri("http://a")), listed(uri("http://b")))

    assert pointers_of(Raw(common_name("edge"), extensions=twice).made()).lists == ("http://a",)


def test_a_thousand_lists_are_read() -> None:
    many = [f"http://ca.example/{number}" for number in range(1000)]

    assert pointers_of(Raw(common_name("edge"), extensions=(listed(*map(uri, many)),)).made()).lists == tuple(many)


PIECES = st.recursive(
    st.one_of(
        st.binary(max_size=6),
        st.sampled_from([uri("http://a.example"), uri("\xff\0"), directory(name()), dns("x"), oid(OCSP), oid("1.2.3")]),
    ),
    lambda inner: st.builds(
        lambda tag, parts: tlv(tag, *parts),
        st.sampled_from([0x30, 0x30, 0xA0, 0xA0, 0xA1, 0x81, 0xA2, 0x31, 0x04, 0x86, 0xA4, 0x82]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=300)
@given(
    values=st.lists(st.tuples(st.sampled_from([*READERS, LISTS, ACCESS]), PIECES, st.booleans()), max_size=4),
    cut=st.one_of(st.none(), st.integers(0, 400)),
)
def test_where_status_can_be_had_is_asked_of_any_certificate(
    values: list[tuple[str, bytes, bool]], cut: int | None
) -> None:
    der = Raw(common_name("edge"), extensions=tuple(Extension(*value) for value in values)).made()
    found = pointers_of(der[:cut])

    assert all(isinstance(url, str) for url in (*found.lists, *found.responders, *found.issuers))
