"""Walks from a destination to targets: what is asked, in which order, and what is found."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from harness.dns.destination import read_destination
from harness.dns.locate import FINDINGS, NOTES, Behaviour, Located, Policy, Target, locate, run_walk
from harness.dns.records import Answer, Host, Naptr, Outcome, Question, Record, Srv

RFC, EXPRESSWAY = Behaviour.RFC3263, Behaviour.EXPRESSWAY
EVERY = ("tls", "tcp", "udp")
Said = tuple[Record, ...] | Outcome | Answer
EDGES: tuple[Record, ...] = (Srv(10, 10, 5062, "us-expe1.example.com"), Srv(20, 10, 5062, "us-expe2.example.com"))
SEEDS: dict[str, Said] = {
    "SRV _sips._tcp.example.com": EDGES,
    "A us-expe1.example.com": (Host("192.0.2.10"),),
    "A us-expe2.example.com": (Host("192.0.2.11"),),
    "A example.com": (Host("192.0.2.80"),),
}
PLAIN: dict[str, Said] = {
    "SRV _sip._tcp.example.com": (Srv(10, 10, 5060, "old.example.com"),),
    "A old.example.com": (Host("192.0.2.60"),),
}


class Zone:
    """Answers from a table, a denial for everything else, and remembers what it was asked."""

    def __init__(self, said: Mapping[str, Said]) -> None:
        self._said = said
        self.asked: list[str] = []

    def __call__(self, question: Question) -> Answer:
        self.asked.append(str(question))
        said = self._said.get(str(question), Outcome.NO_NAME)
        match said:
            case Answer():
                return said
            case Outcome():
                return Answer(question, said)
            case records:
                return Answer(question, Outcome.FOUND, records)


def _walk(destination: str, policy: Policy, zone: Zone) -> Located:
    return run_walk(locate(read_destination(destination), policy, lambda _: 0), zone)


def _dialled(located: Located) -> list[str]:
    return [f"{target.transport} {target.address}:{target.port}" for target in located.targets]


def _noted(located: Located) -> list[str]:
    return [note.kind for note in located.notes]


def _found(located: Located) -> str:
    return located.finding.kind if located.finding else "targets"


# --- without a question ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", Behaviour)
@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("192.0.2.10:5062", "tls 192.0.2.10:5062"),
        ("sips:192.0.2.10", "tls 192.0.2.10:5061"),
        ("sip:192.0.2.10", "udp 192.0.2.10:5060"),
        ("sip:192.0.2.10;transport=tcp", "tcp 192.0.2.10:5060"),
    ],
)
def test_an_address_is_dialled_without_asking_anybody(behaviour: Behaviour, written: str, dialled: str) -> None:
    zone = Zone(SEEDS)

    located = _walk(written, Policy(behaviour, EVERY, override_domain="callservice.webex.com"), zone)

    assert (_dialled(located), zone.asked, _noted(located)) == ([dialled], [], ["address-literal"])


# --- what is asked --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", Behaviour)
def test_the_documents_record_leads_to_both_edges_in_order(behaviour: Behaviour) -> None:
    zone = Zone(SEEDS)

    located = _walk("sips:user1@example.com", Policy(behaviour), zone)

    assert located.targets == (
        Target("tls", "192.0.2.10", 5062, "us-expe1.example.com", 10, 10, "srv"),
        Target("tls", "192.0.2.11", 5062, "us-expe2.example.com", 20, 10, "srv"),
    )
    assert zone.asked == [
        "NAPTR example.com", "SRV _sips._tcp.example.com", "A us-expe1.example.com", "A us-expe2.example.com",
    ]  # fmt: skip
    assert _noted(located) == ["naptr-none", "srv-order"]


def test_the_domain_and_the_full_label_ask_the_same_record() -> None:
    by_domain, by_label = Zone(SEEDS), Zone(SEEDS)

    one = _walk("example.com", Policy(RFC), by_domain)
    other = _walk("_sips._tcp.example.com", Policy(RFC), by_label)

    assert one.targets == other.targets
    assert by_domain.asked[1:] == by_label.asked
    assert by_label.asked[0] == "SRV _sips._tcp.example.com"


@pytest.mark.parametrize("behaviour", Behaviour)
def test_a_port_in_the_destination_leaves_the_srv_records_unasked(behaviour: Behaviour) -> None:
    zone = Zone(SEEDS)

    located = _walk("sips:example.com:5061", Policy(behaviour), zone)

    assert (_dialled(located), zone.asked) == (["tls 192.0.2.80:5061"], ["A example.com"])
    assert _noted(located) == ["explicit-port"]


@pytest.mark.parametrize("behaviour", Behaviour)
@pytest.mark.parametrize(("transport", "label"), [("tls", "_sips._tcp"), ("tcp", "_sip._tcp"), ("udp", "_sip._udp")])
def test_a_stated_transport_asks_for_its_own_label_alone(behaviour: Behaviour, transport: str, label: str) -> None:
    zone = Zone({})

    _walk(f"sip:example.com;transport={transport}", Policy(behaviour, EVERY), zone)

    assert [asked for asked in zone.asked if not asked.startswith("A ")] == [f"SRV {label}.example.com"]


def test_a_strict_caller_never_finds_the_tls_record_of_a_sip_uri_and_expressway_does() -> None:
    strict, lenient = Zone(SEEDS | PLAIN), Zone(SEEDS | PLAIN)

    by_rfc = _walk("sip:user1@example.com", Policy(RFC, EVERY), strict)
    by_expressway = _walk("sip:user1@example.com", Policy(EXPRESSWAY, EVERY), lenient)

    assert _dialled(by_rfc) == ["tcp 192.0.2.60:5060"]
    assert "SRV _sips._tcp.example.com" not in strict.asked
    assert _dialled(by_expressway) == ["tls 192.0.2.10:5062", "tls 192.0.2.11:5062"]
    assert "SRV _sip._tcp.example.com" not in lenient.asked


def test_expressway_tries_tls_then_tcp_then_udp_and_says_what_it_leaves_out() -> None:
    whole, partial = Zone({}), Zone({})

    _walk("sip:example.com", Policy(EXPRESSWAY, EVERY), whole)
    located = _walk("sip:example.com", Policy(EXPRESSWAY, ("tls",)), partial)

    labels = [f"SRV {label}.example.com" for label in ("_sips._tcp", "_sip._tcp", "_sip._udp")]
    assert whole.asked == ["NAPTR example.com", *labels]
    assert partial.asked == ["NAPTR example.com", labels[0]]
    assert _noted(located) == ["naptr-none", "srv-none", "transport-unusable", "transport-unusable"]


def test_modify_dns_request_looks_another_domain_up() -> None:
    zone = Zone(SEEDS)

    located = _walk("sip:user@acme.calls.webex.com", Policy(EXPRESSWAY, override_domain="Example.com."), zone)

    assert _dialled(located)[0] == "tls 192.0.2.10:5062"
    assert not [asked for asked in zone.asked if "webex" in asked]
    assert dict(located.notes[0].facts) == {"name": "example.com", "instead_of": "acme.calls.webex.com"}


def test_an_address_that_came_along_is_not_asked_for() -> None:
    label = Question("_sips._tcp.example.com", "SRV")
    along = {"us-expe1.example.com": ("192.0.2.110", "2001:db8::1", "nonsense")}
    zone = Zone(SEEDS | {str(label): Answer(label, Outcome.FOUND, EDGES, addresses=along)})

    located = _walk("example.com", Policy(RFC), zone)

    assert _dialled(located) == ["tls 192.0.2.110:5062", "tls 192.0.2.11:5062"]
    assert "A us-expe1.example.com" not in zone.asked


def test_both_address_families_are_asked_for_where_both_are_used() -> None:
    zone = Zone(SEEDS | {"AAAA example.com": (Host("2001:db8::80"), Host("192.0.2.99"))})

    located = _walk("example.com:5062", Policy(RFC, families=("AAAA", "A")), zone)

    assert _dialled(located) == ["tls 2001:db8::80:5062", "tls 192.0.2.80:5062"]


def test_several_addresses_of_a_host_are_tried_in_the_order_of_the_answer() -> None:
    zone = Zone(SEEDS | {"A us-expe1.example.com": (Host("192.0.2.99"), Host("192.0.2.10"))})

    assert [target.address for target in _walk("example.com", Policy(RFC), zone).targets] == [
        "192.0.2.99", "192.0.2.10", "192.0.2.11",
    ]  # fmt: skip


# --- NAPTR ----------------------------------------------------------------------------------------------------

WEBEX: dict[str, Said] = {
    "NAPTR example.com": (
        Naptr(30, 0, "s", "SIPSM+D2T", "", "_sips._tcp.mtls.example.com"),
        Naptr(50, 0, "S", "SIPS+D2T", "", "_sips._tcp.example.com"),
        Naptr(60, 0, "s", "SIP+D2U", "", "_sip._udp.example.com"),
    ),
    "SRV _sips._tcp.mtls.example.com": (Srv(1, 1, 5062, "mtls.example.com"),),
    "SRV _sips._tcp.example.com": (Srv(1, 1, 5061, "b2b.example.com"),),
    "A mtls.example.com": (Host("192.0.2.62"),),
    "A b2b.example.com": (Host("192.0.2.61"),),
}


@pytest.mark.parametrize("behaviour", Behaviour)
@pytest.mark.parametrize("written", ["sip:example.com", "sips:example.com"])
def test_a_box_that_knows_webex_goes_to_5062_and_all_others_to_5061(behaviour: Behaviour, written: str) -> None:
    aware = _walk(written, Policy(behaviour, EVERY, mutual=True), Zone(WEBEX))
    other = _walk(written, Policy(behaviour, EVERY), Zone(WEBEX))

    assert _dialled(aware) == ["tls 192.0.2.62:5062"]
    assert _dialled(other) == ["tls 192.0.2.61:5061"]
    assert "naptr-skipped" in _noted(other)
    assert other.targets[0].by == "naptr"


def test_a_sips_uri_has_no_use_for_plain_services() -> None:
    zone = Zone(PLAIN | {"NAPTR example.com": (Naptr(1, 1, "s", "SIP+D2T", "", "_sip._tcp.example.com"),)})

    located = _walk("sips:example.com", Policy(EXPRESSWAY, EVERY), zone)

    assert _found(located) == "no-records"
    assert "SRV _sip._tcp.example.com" not in zone.asked


def test_the_chosen_service_stays_chosen_where_its_srv_record_is_missing() -> None:
    naptr: dict[str, Said] = {
        "NAPTR example.com": (Naptr(1, 1, "s", "SIPS+D2T", "", "_sips._tcp.nowhere.example.com"),)
    }
    zone = Zone(SEEDS | PLAIN | naptr)

    located = _walk("sip:example.com", Policy(RFC, EVERY), zone)

    assert _dialled(located) == ["tls 192.0.2.80:5061"]
    assert zone.asked == ["NAPTR example.com", "SRV _sips._tcp.nowhere.example.com", "A example.com"]


def test_a_second_preference_counts_and_a_second_order_does_not() -> None:
    def zone(order: int) -> Zone:
        first = Naptr(1, 1, "s", "SIPS+D2T", "", "_sips._tcp.nowhere.example.com")
        return Zone(
            PLAIN | {"NAPTR example.com": (first, Naptr(order, 2, "s", "SIP+D2T", "", "_sip._tcp.example.com"))}
        )

    assert _dialled(_walk("sip:example.com", Policy(RFC, EVERY), zone(1))) == ["tcp 192.0.2.60:5060"]
    assert _found(_walk("sip:example.com", Policy(RFC, EVERY), zone(2))) == "no-records"


# --- addresses without SRV ------------------------------------------------------------------------------------


def test_only_who_includes_address_records_falls_back_to_them() -> None:
    host_alone: dict[str, Said] = {"A example.com": (Host("192.0.2.80"),)}

    strict = _walk("example.com", Policy(RFC), Zone(host_alone))
    default = _walk("example.com", Policy(EXPRESSWAY), Zone(host_alone))
    included = _walk("example.com", Policy(EXPRESSWAY, include_address_record=True), Zone(host_alone))

    assert _dialled(strict) == _dialled(included) == ["tls 192.0.2.80:5061"]
    assert strict.targets[0].by == "address-record"
    assert _found(default) == "no-records"


@pytest.mark.parametrize(
    ("written", "include"),
    [("sip:bob@example.com:5061", False), ("sip:bob@example.com", True), ("sip:192.0.2.1", False)],
)
def test_with_udp_as_fallback_nothing_leaves_and_with_tls_the_call_does(written: str, include: bool) -> None:
    zone: dict[str, Said] = {"A example.com": (Host("192.0.2.80"),)}
    refused = _walk(written, Policy(EXPRESSWAY, include_address_record=include), Zone(zone))
    called = _walk(written, Policy(EXPRESSWAY, fallback_transport="tls", include_address_record=include), Zone(zone))

    assert _found(refused) == "no-usable-transport"
    assert "the fallback transport UDP is meant, and only TLS can be used" in str(refused.finding)
    assert _dialled(called)[0].startswith("tls ")


def test_a_strict_caller_with_tls_alone_cannot_call_a_sip_uri_that_says_no_more() -> None:
    located = _walk("sip:example.com", Policy(RFC), Zone(SEEDS))

    assert _found(located) == "no-usable-transport"


@pytest.mark.parametrize("written", ["example.com", "example.com:5062", "_sips._tcp.example.com", "192.0.2.1"])
def test_who_cannot_use_tls_reaches_no_secure_destination(written: str) -> None:
    zone = Zone(SEEDS)

    assert _found(_walk(written, Policy(RFC, ("tcp",)), zone)) == "no-usable-transport"
    assert zone.asked == []


# --- what DNS can do wrong ------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", Behaviour)
def test_an_empty_zone_is_told_with_everything_that_was_asked(behaviour: Behaviour) -> None:
    located = _walk(
        "nowhere.example", Policy(behaviour), Zone({"SRV _sip._tls.nowhere.example": (Srv(1, 1, 5061, "x"),)})
    )

    assert located.finding is not None
    assert located.finding.kind == "no-records"
    assert located.finding.question == Question("_sips._tcp.nowhere.example", "SRV")
    assert "asked: NAPTR nowhere.example, SRV _sips._tcp.nowhere.example" in located.finding.text


@pytest.mark.parametrize("behaviour", Behaviour)
@pytest.mark.parametrize("written", ["example.com", "_sips._tcp.example.com"])
def test_a_service_that_is_absent_on_purpose_has_no_address_to_fall_back_to(behaviour: Behaviour, written: str) -> None:
    zone = Zone(SEEDS | {"SRV _sips._tcp.example.com": (Srv(0, 0, 0, "."),)})

    located = _walk(written, Policy(behaviour, include_address_record=True), zone)

    assert _found(located) == "service-absent"
    assert "A example.com" not in zone.asked


@pytest.mark.parametrize("behaviour", Behaviour)
@pytest.mark.parametrize("outcome", [each for each in Outcome if each.value in FINDINGS])
@pytest.mark.parametrize("question", ["NAPTR example.com", "SRV _sips._tcp.example.com"])
def test_a_question_without_an_answer_ends_the_walk_as_what_it_is(
    behaviour: Behaviour, outcome: Outcome, question: str
) -> None:
    zone = Zone(SEEDS | {question: outcome})

    located = _walk("example.com", Policy(behaviour), zone)

    assert located.finding is not None
    assert (located.finding.kind, located.finding.outcome) == (outcome.value, outcome)
    assert str(located.finding.question) == question == zone.asked[-1]


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.FOUND])
def test_a_target_whose_address_is_not_known_costs_this_target_alone(outcome: Outcome) -> None:
    located = _walk("example.com", Policy(RFC), Zone(SEEDS | {"A us-expe1.example.com": outcome}))

    assert _dialled(located) == ["tls 192.0.2.11:5062"]
    assert _noted(located)[-1] == ("address-failed" if outcome.value in FINDINGS else "no-address")


def test_no_address_and_no_answer_for_all_targets_are_told_apart() -> None:
    denied = _walk("example.com", Policy(RFC), Zone({"SRV _sips._tcp.example.com": EDGES}))
    silent = _walk("example.com", Policy(RFC), Zone(SEEDS | {
        "A us-expe1.example.com": Outcome.NO_NAME, "A us-expe2.example.com": Outcome.NO_ANSWER,
    }))  # fmt: skip

    assert _found(denied) == "no-address"
    assert "us-expe1.example.com, us-expe2.example.com" in str(denied.finding)
    assert _found(silent) == "no-answer"


def test_a_target_that_is_an_alias_is_followed_with_a_warning() -> None:
    host = Question("us-expe1.example.com", "A")
    aliased = Answer(host, Outcome.FOUND, (Host("192.0.2.33"),), aliases=("emea-expe1.example.com",))

    located = _walk("example.com", Policy(RFC), Zone(SEEDS | {str(host): aliased}))

    assert _dialled(located)[0] == "tls 192.0.2.33:5062"
    assert located.notes[-1].kind == "srv-target-alias"
    assert located.notes[-1].text == "the SRV target us-expe1.example.com is an alias of emea-expe1.example.com"


def test_a_host_that_is_an_alias_is_nothing_to_warn_of() -> None:
    host = Question("example.com", "A")
    aliased = Answer(host, Outcome.FOUND, (Host("192.0.2.33"),), aliases=("cdn.example",))

    assert _noted(_walk("example.com:5062", Policy(RFC), Zone({str(host): aliased}))) == ["explicit-port", "alias"]


@pytest.mark.parametrize("target", ["192.0.2.10", "a b.example.com", "-.example.com", "x" * 64, "b\u00fccher.example"])
def test_a_target_that_is_no_name_is_never_asked_for(target: str) -> None:
    zone = Zone(
        SEEDS | {"SRV _sips._tcp.example.com": (Srv(1, 1, 5062, target), Srv(2, 1, 5062, "us-expe2.example.com"))}
    )

    located = _walk("example.com", Policy(RFC), zone)

    assert _dialled(located) == ["tls 192.0.2.11:5062"]
    assert f"A {target}" not in zone.asked


def test_an_srv_record_without_a_port_leads_nowhere() -> None:
    located = _walk("example.com", Policy(RFC), Zone(SEEDS | {
        "SRV _sips._tcp.example.com": (Srv(1, 1, 0, "us-expe1.example.com"), Srv(2, 1, 5062, "us-expe2.example.com")),
    }))  # fmt: skip

    assert _dialled(located) == ["tls 192.0.2.11:5062"]
    assert "srv-unusable" in _noted(located)


def test_a_name_that_its_label_makes_too_long_is_not_asked_for() -> None:
    long_name = ".".join(["a" * 60] * 4)
    zone = Zone({})

    located = _walk(long_name, Policy(EXPRESSWAY), zone)

    assert zone.asked == [f"NAPTR {long_name}"]
    assert _found(located) == "no-records"


def test_every_word_has_a_meaning_and_a_source() -> None:
    assert all(word.text and word.source for word in [*NOTES.values(), *FINDINGS.values()])
