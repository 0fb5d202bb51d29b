"""SIP URIs: read, compared by RFC 3261 19.1.4, and printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sip.uri import SipUri


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
        ("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
         "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"),
        ("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
         "sip:alice@atlanta.com?priority=urgent&subject=project%20x"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_resource_are_equivalent(one: str, other: str) -> None:
    assert SipUri.parse(one).is_equivalent_to(SipUri.parse(other))
    assert SipUri.parse(other).is_equivalent_to(SipUri.parse(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SIP:ALICE@AtLanTa.CoM", "sip:alice@AtLanTa.CoM"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=tls"),
        ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
    ],
)
def test_what_can_mean_something_else_is_not_equivalent(one: str, other: str) -> None:
    assert not SipUri.parse(one).is_equivalent_to(SipUri.parse(other))
    assert not SipUri.parse(other).is_equivalent_to(SipUri.parse(one))


def test_equivalence_is_not_transitive() -> None:
    plain, on, off = (SipUri.parse(f"sip:carol@chicago.com{more}") for more in ("", ";security=on", ";security=off"))
    assert plain.is_equivalent_to(on)
    assert plain.is_equivalent_to(off)
    assert not on.is_equivalent_to(off)


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("sip:a@host1", 5060),
        ("sips:a@host1", 5061),
        ("sip:a@host1;transport=TLS", 5061),
        ("sip:l2sip@192.0.2.1:5062;transport=tls;lr", 5062),
        ("sip:[2001:db8::1]", 5060),
        ("sip:[2001:db8::1]:5075;lr", 5075),
    ],
)
def test_a_uri_prints_as_it_was_written_and_knows_its_port(text: str, port: int) -> None:
    uri = SipUri.parse(text)
    assert str(uri) == text
    assert uri.effective_port == port
    assert uri.is_loose_router == text.endswith(";lr")


def test_the_first_at_ends_the_user_part_whatever_it_holds() -> None:
    odd = SipUri.parse("sip:user;par=u%40example.net?@example.com;lr?to=x@example.org")
    assert (odd.user, odd.host, odd.headers) == (
        "user;par=u%40example.net?",
        "example.com",
        "to=x@example.org",
    )


@pytest.mark.parametrize("text", ["tel:+15551234", "sip:", "sip:a@", "sip:a@h:70000", "alice", "sip:a b@c d"])
def test_what_is_no_sip_uri_is_refused_with_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        SipUri.parse(text)


@given(st.text(max_size=60) | st.from_regex(r"sips?:[a-z@;:?&=\[\]%<>,]{0,40}"))
def test_any_text_is_a_uri_that_prints_and_reads_the_same_or_a_value_error(text: str) -> None:
    try:
        uri = SipUri.parse(text)
    except ValueError:
        return
    assert SipUri.parse(str(uri)) == uri
    assert uri.is_equivalent_to(uri)


def test_the_largest_port_is_one_and_the_next_number_is_none() -> None:
    assert SipUri.parse("sip:a@h:65535").port == 65535
    with pytest.raises(ValueError, match="not a host"):
        SipUri.parse("sip:a@h:65536")


def test_an_empty_header_of_a_uri_is_none() -> None:
    """RFC 3261 19.1.1: headers are hname=hvalue pairs."""
    plain, doubled = (SipUri.parse(f"sip:a@h?{headers}") for headers in ("to=b&subject=c", "&to=b&&subject=c&"))
    assert plain.is_equivalent_to(doubled)


def test_a_bare_parameter_and_a_missing_one_are_told_apart_where_it_decides() -> None:
    bare, without = SipUri.parse("sip:a@h;user;lr"), SipUri.parse("sip:a@h")
    assert bare.is_equivalent_to(bare)
    assert not bare.is_equivalent_to(without)
    assert SipUri.parse("sip:a@h;lr").is_equivalent_to(without)
