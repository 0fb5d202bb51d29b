from __future__ import annotations

from functools import cache

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from x509_forge import forge

from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.name_policy import carries_host, judge_names, opinions
from harness.x509.name_rules import CLOUD_NAMES, GENERATIONS, POLICIES, other_generation
from harness.x509.presented_names import IdentityKind, PresentedIdentity, ReferenceIdentity, wildcard_covers

CLOUD = "callservice.webex.com"


@cache
def named(common_name: str = "", *sans: str) -> CertificateFacts:
    return read_certificate(forge(common_name, sans=sans).der)


def accepting(certificate: CertificateFacts, *wanted: str, allow_wildcards: bool = False) -> set[str]:
    verdicts = opinions(certificate, wanted or (CLOUD,), allow_wildcards=allow_wildcards)
    return {verdict.policy for verdict in verdicts if verdict.accepted}


EVERY = set(POLICIES)

SCHOOLS: dict[str, tuple[CertificateFacts, set[str]]] = {
    "the name as a dNSName": (named("x", f"dns:{CLOUD}"), EVERY),
    "the name in other letters": (named("x", "dns:CALLSERVICE.Webex.com"), EVERY),
    "the name only in the common name, no SAN": (named(CLOUD), {"expressway", "rfc5922"}),
    "the name only in the common name beside a SAN": (named(CLOUD, "dns:other.webex.com"), {"expressway"}),
    "the name only in the common name beside an e-mail SAN": (
        named(CLOUD, "email:a@b.example"),
        {"expressway"},
    ),
    "the name as a sip: URI": (named("x", f"uri:sip:{CLOUD}"), {"rfc5922", "rfc9525"}),
    "the name as a sip: URI with port": (
        named("x", f"uri:sip:{CLOUD}:5062;transport=tls"),
        {"rfc5922", "rfc9525"},
    ),
    "the name as a sips: URI": (named("x", f"uri:sips:{CLOUD}"), {"rfc9525"}),
    "a person at that domain": (named("x", f"uri:sip:alice@{CLOUD}"), set()),
    "a web site of that name": (named("x", f"uri:https://{CLOUD}/"), set()),
    "the name as a SIP SRVName": (named("x", f"srv:_sips.{CLOUD}"), {"rfc9525"}),
    "the name as another SRVName": (named("x", f"srv:_ldap.{CLOUD}"), set()),
    "another sip: URI beside the dNSName": (
        named("x", f"dns:{CLOUD}", "uri:sip:other.example"),
        {"expressway", "san-only", "rfc9525"},
    ),
    "a trailing dot": (named("x", f"dns:{CLOUD}."), set()),
    "a name in an attacker's domain": (named("x", f"dns:{CLOUD}.evil.example"), set()),
    "a name that ends alike": (named("x", f"dns:x{CLOUD}"), set()),
    "a name below": (named("x", f"dns:a.{CLOUD}"), set()),
    "a wildcard": (named("x", "dns:*.webex.com"), set()),
    "no name at all": (named(), set()),
}


@pytest.mark.parametrize("story", SCHOOLS)
def test_each_school_reads_a_certificate_its_own_way(story: str) -> None:
    certificate, schools = SCHOOLS[story]

    assert accepting(certificate) == schools


def test_the_wildcard_knob_follows_rfc_9525_and_never_moves_rfc_5922() -> None:
    willing = EVERY - {"rfc5922"}

    assert accepting(named("x", "dns:*.webex.com"), allow_wildcards=True) == willing
    for refused in ("call*.webex.com", "*.com", "*", "*.*.com", "callservice.*.com", "*allservice.webex.com"):
        assert accepting(named("x", f"dns:{refused}"), allow_wildcards=True) == set()
    assert accepting(named("x", "dns:*.webex.com"), "a.b.webex.com", allow_wildcards=True) == set()
    assert accepting(named("x", "dns:*.com"), "webex.com", allow_wildcards=True) == set()


def test_sip_uris_count_for_an_expressway_by_a_knob_only() -> None:
    certificate = named("x", f"uri:sip:{CLOUD}", "uri:sips:sips.example", "uri:sip:alice@user.example")

    assert not judge_names(certificate, [CLOUD]).accepted
    assert judge_names(certificate, [CLOUD], accept_sip_uris=True).accepted
    assert not judge_names(certificate, ["sips.example", "user.example"], accept_sip_uris=True).accepted


def test_a_match_by_the_common_name_alone_is_a_warning() -> None:
    verdict = judge_names(named(CLOUD, "dns:host.wbx2.com"), [CLOUD])

    assert verdict.accepted
    assert verdict.matched == PresentedIdentity(IdentityKind.COMMON_NAME, CLOUD)
    assert "works here, fails in strict peers" in verdict.warnings[0]
    assert judge_names(named(CLOUD, f"dns:{CLOUD}"), [CLOUD]).warnings == ()


def test_every_candidate_has_its_reason() -> None:
    certificate = named("edge", f"dns:{CLOUD}", "dns:*.webex.com", "uri:sip:a@b.example", "ip:192.0.2.1")
    verdict = judge_names(certificate, [CLOUD])

    assert [(one.presented.kind.value, one.accepted) for one in verdict.candidates] == [
        ("common name", False),
        ("dNSName", True),
        ("dNSName", False),
        ("URI", False),
        ("iPAddress", False),
    ]
    assert verdict.matched_name == CLOUD
    assert "never matches wildcards" in verdict.candidates[2].reason
    assert all(one.reason for one in verdict.candidates)


NEAR_MISSES: list[tuple[CertificateFacts, str, str, int]] = [
    (
        named("x", "dns:calllservice.webex.com"),
        CLOUD,
        f'"calllservice.webex.com" is one letter off "{CLOUD}"',
        1,
    ),
    (
        named("x", "dns:callservise.webx.com"),
        CLOUD,
        f'"callservise.webx.com" is two letters off "{CLOUD}"',
        2,
    ),
    (
        named("x", "dns:callservice.ciscospark.com"),
        CLOUD,
        f'"callservice.ciscospark.com" is the name of the cloud\'s other generation, not "{CLOUD}"',
        10,
    ),
    (named("x", f"dns:{CLOUD}."), CLOUD, f'"{CLOUD}." has a trailing dot that "{CLOUD}" has not', 1),
    (named("x", f"dns:{CLOUD}"), f"{CLOUD}.", f'"{CLOUD}" lacks the trailing dot of "{CLOUD}."', 1),
    (
        named("x", f"dns:{CLOUD}.evil.example"),
        CLOUD,
        f'"{CLOUD}.evil.example" only begins with "{CLOUD}": it is a name in somebody else\'s domain',
        13,
    ),
    (
        named("x", f"dns:my-own-{CLOUD}"),
        CLOUD,
        f'"my-own-{CLOUD}" only ends with "{CLOUD}": it is another name',
        7,
    ),
    (named("x", f"dns:a.{CLOUD}"), CLOUD, f'"a.{CLOUD}" lies under "{CLOUD}", which is another name', 2),
    (
        named("x", "dns:*.webex.com"),
        CLOUD,
        f'the wildcard "*.webex.com" would cover "{CLOUD}", but SIP never matches wildcards',
        11,
    ),
]


@pytest.mark.parametrize(("certificate", "wanted", "sentence", "distance"), NEAR_MISSES)
def test_the_nearest_miss_says_what_is_wrong(
    certificate: CertificateFacts, wanted: str, sentence: str, distance: int
) -> None:
    miss = judge_names(certificate, ["unrelated.example.net", wanted]).nearest_miss

    assert miss is not None
    assert (miss.sentence, miss.distance, miss.wanted) == (sentence, distance, wanted)


def test_a_name_that_stands_only_in_the_common_name_is_the_nearest_miss_of_a_strict_school() -> None:
    miss = judge_names(named(CLOUD, "dns:callservicf.webex.com"), [CLOUD], policy="rfc9525").nearest_miss

    assert miss is not None
    assert miss.sentence.startswith(f'"{CLOUD}" stands only in the common name')


def test_unlike_names_are_no_near_miss() -> None:
    assert judge_names(named("x", "dns:sip.example.org"), [CLOUD]).nearest_miss is None
    assert judge_names(named("x", "dns:abc"), ["xyz"]).nearest_miss is None


def test_international_names_meet_as_a_labels_and_look_alikes_do_not() -> None:
    a_label = named("x", "dns:xn--bcher-kva.example")

    assert judge_names(a_label, ["bücher.example"]).accepted
    assert judge_names(a_label, ["XN--BCHER-KVA.example"]).accepted
    for forged in ("\uff43allservice.webex.com", "call\u017fervice.webex.com"):
        assert not judge_names(named(forged), [CLOUD]).accepted
    assert not judge_names(named("k.example"), ["\u212a.example"], policy="rfc9525").accepted


def test_the_profiles_of_the_cloud_differ_by_generation() -> None:
    certificates = {
        profile: named("l2sip", *(f"dns:{name}" for name in names)) for profile, names in CLOUD_NAMES.items()
    }
    accepted = {profile: judge_names(one, [CLOUD]).accepted for profile, one in certificates.items()}

    assert accepted == {"webex": True, "legacy": False, "dual": True, "sip-webex": False}
    assert judge_names(certificates["dual"], CLOUD_NAMES["legacy"]).accepted


def test_ip_addresses_count_for_rfc_9525_alone() -> None:
    assert accepting(named("x", "ip:192.0.2.1"), "192.0.2.1") == {"rfc9525"}


@pytest.mark.parametrize(
    ("san", "wanted", "policies"),
    [
        ("dns:192.0.2.1", "192.0.2.1", set()),
        ("ip:192.0.2.1", "192.0.2.1", {"rfc9525"}),
        ("ip:2001:db8::1", "2001:DB8:0:0::1", {"rfc9525"}),
        ("ip:2001:db8::1", "[2001:db8::1]", {"rfc9525"}),
        ("ip:192.0.2.1", "192.0.2.2", set()),
        ("uri:sip:192.0.2.1", "192.0.2.1", set()),
        ("ip:192.0.2.1", "192.0.2.1.", set()),
    ],
)
def test_an_address_matches_an_ip_address_alone(san: str, wanted: str, policies: set[str]) -> None:
    assert accepting(named("x", san), wanted) == policies


@pytest.mark.parametrize(
    ("san", "told"),
    [
        ("dns:192.0.2.1", '"192.0.2.1" is an address in a dNSName, and addresses are looked for in an iPAddress alone'),
        ("ip:192.0.2.1", '"192.0.2.1" stands in the certificate as an iPAddress, which does not count here'),
    ],
)
def test_an_address_in_a_place_that_does_not_count_is_the_nearest_miss(san: str, told: str) -> None:
    assert judge_names(named("x", san), ["192.0.2.1"]).reason == told


def test_an_unknown_policy_is_an_error() -> None:
    with pytest.raises(KeyError):
        judge_names(named(CLOUD), [CLOUD], policy="cisco")


LABELS = st.text("aAbB*1-", min_size=1, max_size=4)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
DOTTED = st.builds(str.__add__, NAMES, st.sampled_from(["", "", "."]))


def facts(common_names: list[str], dns_names: list[str], uris: list[str]) -> CertificateFacts:
    return CertificateFacts(
        sha256="",
        common_names=tuple(common_names),
        dns_names=tuple(dns_names),
        uris=tuple(uris),
        has_san_extension=bool(dns_names or uris),
    )


CERTIFICATES = st.builds(
    facts,
    st.lists(DOTTED, max_size=2),
    st.lists(DOTTED, max_size=3),
    st.lists(DOTTED.map("sip:{}".format) | DOTTED.map("sips:a@{}:5062".format), max_size=2),
)


@given(CERTIFICATES, st.lists(DOTTED, max_size=3), st.sampled_from(sorted(POLICIES)))
def test_without_wildcards_an_accepted_name_equals_a_wanted_one(
    certificate: CertificateFacts, wanted: list[str], policy: str
) -> None:
    verdict = judge_names(certificate, wanted, policy=policy)

    assert verdict.accepted == (verdict.matched is not None)
    if verdict.matched:
        assert verdict.matched.name == verdict.matched_name.lower()
        assert verdict.matched_name in wanted


@given(CERTIFICATES, st.lists(DOTTED, max_size=3), st.booleans())
def test_no_knob_makes_rfc_5922_match_a_wildcard(
    certificate: CertificateFacts, wanted: list[str], allow_wildcards: bool
) -> None:
    verdict = judge_names(certificate, wanted, policy="rfc5922", allow_wildcards=allow_wildcards)

    assert not any(one.accepted and "*" in one.presented.value for one in verdict.candidates)


@given(CERTIFICATES, st.lists(DOTTED, max_size=3), DOTTED, st.sampled_from(sorted(POLICIES)), st.booleans())
def test_wanting_more_or_allowing_more_never_loses_a_match(
    certificate: CertificateFacts, wanted: list[str], another: str, policy: str, allow_wildcards: bool
) -> None:
    narrow = judge_names(certificate, wanted, policy=policy)
    wide = judge_names(certificate, [*wanted, another], policy=policy, allow_wildcards=allow_wildcards)

    assert wide.accepted >= narrow.accepted


@given(st.binary(max_size=80), st.text(max_size=300))
def test_strange_names_never_raise(value: bytes, wanted: str) -> None:
    text = value.decode("latin-1")
    certificate = facts([text], [text], [f"sip:{text}", text])

    for verdict in opinions(certificate, [wanted, text]):
        assert verdict.reason


HOSTS = st.lists(st.text("abc", min_size=1, max_size=3), min_size=2, max_size=4).map(".".join)


@settings(max_examples=50)
@given(presented=st.lists(HOSTS | HOSTS.map("*.{}".format), min_size=1, max_size=3), wanted=HOSTS)
def test_service_identity_agrees_on_plain_dns_names(presented: list[str], wanted: str) -> None:
    oracle = pytest.importorskip("service_identity.cryptography")
    forged = forge("x", sans=[f"dns:{name}" for name in presented])

    verdict = judge_names(read_certificate(forged.der), [wanted], policy="rfc9525", allow_wildcards=True)

    assert verdict.accepted == _agrees(oracle, forged.certificate, wanted)


def _agrees(oracle: object, certificate: x509.Certificate, wanted: str) -> bool:
    from service_identity import CertificateError, VerificationError  # noqa: PLC0415 - absent where it is skipped
    from service_identity.cryptography import verify_certificate_hostname  # noqa: PLC0415

    assert oracle
    try:
        verify_certificate_hostname(certificate, wanted)
    except (VerificationError, CertificateError):
        return False
    return True


@pytest.mark.parametrize(
    ("san", "found"),
    [
        ("dns:edge.example.com", True),
        ("uri:sip:edge.example.com", False),
        ("uri:sips:edge.example.com", False),
        ("srv:_sips.edge.example.com", False),
        ("dns:*.example.com", False),
    ],
)
def test_a_client_of_https_finds_its_host_in_a_dns_name_alone(san: str, found: bool) -> None:
    assert carries_host(named("edge.example.com", san), ["edge.example.com"]) is found


def test_a_client_of_https_finds_an_address_in_an_ip_address_alone() -> None:
    assert carries_host(named("x", "ip:192.0.2.1"), ["192.0.2.1"])
    assert not carries_host(named("192.0.2.1", "dns:192.0.2.1"), ["192.0.2.1"])


# --- near misses and their limits ---


def miss_of(presented: str, wanted: str, policy: str = "expressway") -> str:
    miss = judge_names(named("x", f"dns:{presented}"), [wanted], policy=policy).nearest_miss
    return miss.sentence if miss else ""


@pytest.mark.parametrize(
    ("presented", "letters"),
    [
        ("callservica.webex.com", "one letter"),
        ("cllservice.webex.com", "one letter"),
        ("ccallservice.webex.com", "one letter"),
        ("calservice.webx.com", "two letters"),
        ("acllservice.webex.com", "two letters"),  # letters that changed places
        ("calsrvice.webx.com", "three letters"),
        ("calsrvice.wbx.com", ""),
        ("calsrvice.webx.cmm", ""),
    ],
)
def test_up_to_three_letters_are_a_near_miss(presented: str, letters: str) -> None:
    assert miss_of(presented, CLOUD) == (f'"{presented}" is {letters} off "{CLOUD}"' if letters else "")


@pytest.mark.parametrize(
    ("presented", "wanted", "near"), [("abcdez", "abcdef", True), ("abcxyz", "abcdef", False), ("abz", "abc", True)]
)
def test_letters_are_few_only_where_a_third_differs_at_most(presented: str, wanted: str, near: bool) -> None:
    assert bool(miss_of(presented, wanted)) is near


def test_a_short_name_is_not_near_where_every_letter_differs() -> None:
    assert [miss_of(*pair) for pair in (("az", "ab"), ("abyz", "abcd"))] == ["", ""]
    assert miss_of("abcdyz", "abcdef") == '"abcdyz" is two letters off "abcdef"'


@pytest.mark.parametrize(
    ("presented", "ends"),
    [("abcdwebex.com", True), ("abcwebex.com", False), ("x.webex.com", False), ("awebex.com", False)],
)
def test_a_name_ends_alike_where_more_than_three_letters_stand_before(presented: str, ends: bool) -> None:
    assert ("only ends with" in miss_of(presented, "webex.com")) is ends


@pytest.mark.parametrize(
    "presented",
    ["*.callservice.webex.com", "callservice.webex.com.*", "*callservice.webex.com", "c*llservice.webex.com"],
)
def test_an_asterisk_is_no_letter_of_a_near_miss(presented: str) -> None:
    assert miss_of(presented, CLOUD) == ""


def test_the_most_telling_miss_comes_first_and_of_equal_ones_the_nearest() -> None:
    certificate = named("x", "dns:abllservice.webex.com", "dns:cbllservice.webex.com", f"dns:{CLOUD}.")

    assert judge_names(certificate, [CLOUD]).reason == f'"{CLOUD}." has a trailing dot that "{CLOUD}" has not'
    without = named("x", "dns:abllservice.webex.com", "dns:cbllservice.webex.com")
    assert judge_names(without, [CLOUD]).reason.startswith('"cbllservice.webex.com" is one letter off')
    assert judge_names(named("x", "dns:sip.example.org"), [CLOUD]).reason == "no name in the certificate comes near"


def test_names_behind_the_256th_are_not_looked_at_for_a_near_miss() -> None:
    names = [f"unlike{number}.example" for number in range(255)]  # the common name is one too
    near = "callservica.webex.com"
    within, behind = facts(["x"], [*names[:254], near], []), facts(["x"], [*names, near], [])

    assert judge_names(within, [CLOUD]).nearest_miss is not None
    assert judge_names(behind, [CLOUD]).nearest_miss is None


def test_a_uri_in_a_place_that_does_not_count_is_told_by_its_kind() -> None:
    assert judge_names(named("x", f"uri:sip:{CLOUD}"), [CLOUD]).reason == (
        f'"sip:{CLOUD}" stands in the certificate as a URI, which does not count here'
    )
    assert judge_names(named("192.0.2.1"), ["192.0.2.1"], policy="rfc9525").reason == (
        '"192.0.2.1" is an address in a common name, and addresses are looked for in an iPAddress alone'
    )
    assert judge_names(named("x", "ip:2001:db8::1"), ["[2001:DB8::1]"]).reason.endswith("does not count here")
    assert judge_names(named("x", "dns:sip.example.org", "ip:172.31.255.254"), ["192.0.2.1"]).nearest_miss is None


# --- reasons of candidates ---


def reasons(certificate: CertificateFacts, *wanted: str, policy: str = "expressway", **knobs: bool) -> list[str]:
    return [one.reason for one in judge_names(certificate, wanted, policy=policy, **knobs).candidates]


def test_each_candidate_is_told_why_it_does_not_count() -> None:
    certificate = facts(["x"], ["a.example", "*.b.example"], ["sip:u@a.example", "sips:b.example", "https://c.example"])

    assert reasons(certificate, "192.0.2.1", "c.example") == [
        "equals none of the wanted names",
        "equals none of the wanted names",
        "not compared: a wildcard, and SIP never matches wildcards (RFC 5922 section 7.2)",
        *["not read: the policy expressway does not count a URI"] * 3,
    ]
    assert reasons(certificate, "c.example", accept_sip_uris=True)[3:] == [
        "not compared: a URI with a user names a person, not a domain (RFC 5922 section 7.1)",
        'not compared: its scheme is "sips"',
        'not compared: its scheme is "https"',
    ]
    assert reasons(certificate, "c.example", policy="rfc9525")[3:] == [
        "not compared: a URI with a user names a person, not a domain (RFC 5922 section 7.1)",
        "equals none of the wanted names",
        'not compared: its scheme is "https"',
    ]
    assert reasons(certificate, "c.example", policy="rfc5922")[0].startswith("not read: it counts only where there is")
    assert reasons(certificate, "c.example", policy="san-only")[0].endswith("never counts the common name")
    assert reasons(certificate, "x", "a.example")[:2] == ['equals "x"', 'equals "a.example"']
    assert reasons(certificate, "y.b.example", allow_wildcards=True)[2] == 'covers "y.b.example"'


def test_an_address_as_a_name_is_told_and_a_name_beside_an_address_is_not() -> None:
    as_name = "never matches an address: as a dNSName it is read as a name (RFC 5280 section 4.2.1.6)"

    assert reasons(facts([], ["192.0.2.1", "a.example"], []), "192.0.2.1", "b.example") == [
        as_name,
        "equals none of the wanted names",
    ]


def test_a_dns_name_counts_beside_a_uri_that_cannot_be_compared() -> None:
    """RFC 5922 section 7.1: a sip: URI hides them that is an identity, no person's and none of another scheme."""
    for other_uri in ("sip:u@other.example", "https://other.example", "sips:other.example", "sip:"):
        assert judge_names(facts([], [CLOUD], [other_uri]), [CLOUD], policy="rfc5922").accepted
    assert not judge_names(facts([], [CLOUD], ["sip:other.example"]), [CLOUD], policy="rfc5922").accepted


def test_a_name_with_an_at_sign_is_no_uri_with_a_user() -> None:
    assert reasons(facts(["a@b.example"], [], []), "b.example") == ["equals none of the wanted names"]


def test_the_strongest_match_wins() -> None:
    """A dNSName before a wildcard, a wildcard before the common name: what strict peers take too."""
    certificate = facts(["a.b.example"], ["*.b.example", "a.b.example"], [])

    exact = judge_names(certificate, ["a.b.example"], allow_wildcards=True)
    assert (exact.matched, exact.warnings) == (PresentedIdentity(IdentityKind.DNS, "a.b.example"), ())
    wild = judge_names(facts(["a.b.example"], ["*.b.example"], []), ["a.b.example"], allow_wildcards=True)
    assert wild.matched == PresentedIdentity(IdentityKind.DNS, "*.b.example")
    assert [warning.split(":")[0] for warning in wild.warnings] == ['matched only by the wildcard "*.b.example"']
    common = judge_names(facts(["*.b.example"], [], []), ["a.b.example"], allow_wildcards=True)
    assert len(common.warnings) == 2


@pytest.mark.parametrize("length", [253, 254])
def test_nothing_longer_than_a_dns_name_is_compared(length: int) -> None:
    """RFC 1035 section 2.3.4."""
    name = ("a" * 49 + ".") * 5 + "b" * (length - 250)
    certificate = facts([], [name], [])

    assert judge_names(certificate, [name]).accepted is (length == 253)
    assert (reasons(certificate, name) == ["not compared: no DNS name can be read in it"]) is (length == 254)


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("sip:a.example", "a.example"),
        ("SIPS:A.Example:5061;transport=tls", "a.example"),
        ("sip:a.example;lr", "a.example"),
        ("sip:a.example?x=y", "a.example"),
        ("sip:u:p@a.example/x", "a.example"),
        ("sip:[2001:db8::1]:5061", "[2001:db8::1]"),
        ("sip:", ""),
        ("https://a.example", ""),
        ("xsip:a.example", ""),
        ("sip:b\xfccher.example", ""),
    ],
)
def test_the_host_of_a_sip_uri_is_its_name(uri: str, host: str) -> None:
    """RFC 3261 section 19.1.1."""
    assert PresentedIdentity(IdentityKind.URI, uri).name == host


@pytest.mark.parametrize(
    ("wanted", "canonical"),
    [
        ("B\xdcCHER.example", "xn--bcher-kva.example"),
        ("\xdc" * 254, "\xfc" * 254),  # too long to be a name: left as it is
        ("\xdc..example", "\xfc..example"),
        ("A.Example.", "a.example."),
    ],
)
def test_a_wanted_name_is_spelled_in_a_labels(wanted: str, canonical: str) -> None:
    assert ReferenceIdentity(wanted).canonical == canonical


@pytest.mark.parametrize(
    ("pattern", "name", "covers"),
    [
        ("*.a.example", "x.a.example", True),
        ("*.a.example", ".a.example", False),
        ("*.a.example", "a.example", False),
        ("*.a.example", "x.y.a.example", False),
        ("*.example", "x.example", False),
        ("*", "x", False),
        ("*.", "x.", False),
        ("x.a.example", "x.a.example", False),
        ("*.*.example", "x.*.example", False),
        ("*..", "x..", True),
    ],
)
def test_an_asterisk_stands_for_one_whole_label(pattern: str, name: str, covers: bool) -> None:
    """RFC 9525 section 6.3."""
    assert wildcard_covers(pattern, name) is covers


@pytest.mark.parametrize(("legacy", "current"), GENERATIONS)
def test_names_of_both_generations_of_the_cloud_are_each_others_twins(legacy: str, current: str) -> None:
    assert (other_generation(legacy), other_generation(current.upper())) == (current, legacy)
    assert other_generation(f"acme.{legacy}") == f"acme.{current}"


def test_a_name_that_only_ends_like_one_of_the_cloud_has_no_twin() -> None:
    assert [other_generation(name) for name in ("xcall.ciscospark.com", "xcalls.webex.com", "example.com")] == [""] * 3
