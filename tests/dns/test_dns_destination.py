"""Destinations as people write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.dns.destination import MAX_NAME, Destination, read_destination


@pytest.mark.parametrize(
    ("written", "host", "port", "transport", "secure"),
    [
        ("sips:user1@example.com", "example.com", None, "", True),
        ("sip:user1@example.com", "example.com", None, "", False),
        ("sip:example.com:5061;transport=tls", "example.com", 5061, "tls", False),
        ("SIP:a;b?c@Example.COM.;Transport=TCP?subject=x", "example.com", None, "tcp", False),
        ("sips:example.com;transport=tcp", "example.com", None, "tls", True),
        ("user1@example.com", "example.com", None, "", True),
        ("example.com", "example.com", None, "", True),
        ("us-expe1.example.com:5062", "us-expe1.example.com", 5062, "", True),
        (" localhost ", "localhost", None, "", True),
    ],
)
def test_a_name_is_read_with_what_is_said_of_port_and_transport(
    written: str, host: str, port: int | None, transport: str, secure: bool
) -> None:
    assert read_destination(written) == Destination(host, port, transport, secure, False, written.strip())


@pytest.mark.parametrize(
    ("written", "address", "port"),
    [
        ("192.0.2.10", "192.0.2.10", None),
        ("192.0.2.10:5062", "192.0.2.10", 5062),
        ("2001:DB8::1", "2001:db8::1", None),
        ("[2001:db8::1]", "2001:db8::1", None),
        ("[2001:db8:0::1]:5062", "2001:db8::1", 5062),
        ("sips:user@[2001:db8::1]:5061", "2001:db8::1", 5061),
    ],
)
def test_an_address_is_known_as_one(written: str, address: str, port: int | None) -> None:
    assert read_destination(written) == Destination(address, port, "", True, True, written)


@pytest.mark.parametrize(
    ("label", "transport", "secure"),
    [("_sips._tcp", "tls", True), ("_sip._tcp", "tcp", False), ("_sip._udp", "udp", False)],
)
def test_the_full_label_and_the_domain_are_both_understood(label: str, transport: str, secure: bool) -> None:
    written = f"{label}.mtls.example.com"

    assert read_destination(written) == Destination("mtls.example.com", None, transport, secure, False, written, label)
    assert read_destination("mtls.example.com").host == "mtls.example.com"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "one line of text"),
        ("example.com\r\nVia: x", "one line of text"),
        ("x" * 2000, "one line of text"),
        ("sip:user@example.com;maddr=192.0.2.1", "maddr is not followed"),
        ("sips:example.com;transport=udp", "contradicts"),
        ("sip:example.com;transport=carrier-pigeon", "is not spoken here"),
        ("example.com;transport=tcp", "begin it with sip: or sips:"),
        ("_sips._tcp.example.com:5062", "says the port itself"),
        ("_sip._tls.example.com", "the label for SIP over TLS is _sips._tcp"),
        ("example.com:", "is no port"),
        ("example.com:0", "is no port"),
        ("example.com:65536", "is no port"),
        ("example.com:\u0665\u0660\u0666\u0661", "is no port"),
        ("[192.0.2.1]:5062", "is no IPv6 address"),
        ("[fe80::1%eth0]", "is no IPv6 address"),
        ("999.1.1.1", "looks like an address"),
        ("bücher.example", "write the xn-- form"),
        ("@example.com", "nobody before the @"),
        ("sip:", "a host is missing"),
        ("a..example.com", "is no host name"),
        (f"{'a' * 64}.example.com", "1 to 63"),
        (".".join(["a" * 60] * 5), f"longer than {MAX_NAME}"),
        ("https://example.com", "is no port"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_destination(written)


@given(st.one_of(st.text(max_size=80), st.text("sip:@.[]_-;=?0123456789abt", max_size=80)))
def test_any_text_is_a_destination_or_refused(text: str) -> None:
    destination = None
    with suppress(ValueError):
        destination = read_destination(text)

    if destination is not None:
        assert destination.host == destination.host.lower()
        assert destination.port is None or 0 < destination.port < 65536
        assert read_destination(destination.written) == destination
