from __future__ import annotations

from functools import cache

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_forge import forge

from harness.identity.certificate import CertificateFacts, read_certificate
from harness.identity.cloud_names import CLOUD_NAMES
from harness.identity.name_rules import POLICIES
from harness.identity.policy import carries_host, judge_names, opinions
from harness.identity.presented import IdentityKind, PresentedIdentity

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
