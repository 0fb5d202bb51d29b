"""Header fields and the values in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sipmessage import URI, Address, MediaType
from sipmessage import CSeq as OtherCSeq
from sipmessage import Via as OtherVia

from harness.errors import LocalProtocolError
from harness.sip.address import NameAddress
from harness.sip.headers import CSeq, HeaderField, Headers, whole_number
from harness.sip.multipart import media_type
from harness.sip.parameters import Parameters
from harness.sip.splitting import quote, split_outside_quotes, unquote
from harness.sip.via import Via

THREE_HOPS = Headers.of(
    [
        ("v", "SIP/2.0/TLS a.example;branch=z9hG4bK1, SIP/2.0/TLS b.example;branch=z9hG4bK2"),
        ("To", "<sip:bob@b.example>"),
        ("Via", "SIP/2.0/TLS c.example;branch=z9hG4bK3"),
    ]
)


def hosts(headers: Headers) -> list[str]:
    return [Via.parse(value).host for value in headers.get_list("via")]


def test_a_compact_name_and_a_long_one_are_the_same_header() -> None:
    assert hosts(THREE_HOPS) == ["a.example", "b.example", "c.example"]
    assert "VIA" in THREE_HOPS
    assert THREE_HOPS.get("t") == "<sip:bob@b.example>"


def test_taking_the_top_hop_off_a_comma_list_leaves_the_others() -> None:
    assert hosts(THREE_HOPS.without_first("Via")) == ["b.example", "c.example"]
    assert hosts(THREE_HOPS.without_first("Via").without_first("Via").without_first("Via")) == []


def test_a_new_hop_goes_above_the_old_ones_and_touches_no_other_field() -> None:
    more = THREE_HOPS.with_prepended("Via", "SIP/2.0/TLS new.example;branch=z9hG4bK0")
    assert hosts(more) == ["new.example", "a.example", "b.example", "c.example"]
    assert more.fields[1:] == THREE_HOPS.fields
    below = Headers.of([("To", "<sip:bob@b.example>"), ("Via", "SIP/2.0/TLS a.example")])
    assert [field.name for field in below.with_prepended("v", "SIP/2.0/TLS b.example")] == ["To", "v", "Via"]
    assert below.with_prepended("Record-Route", "<sip:p>").fields[0].name == "Record-Route"


def test_a_replaced_header_keeps_its_place() -> None:
    changed = THREE_HOPS.with_replaced("Via", "SIP/2.0/TLS only.example")
    assert [field.name for field in changed] == ["Via", "To"]
    assert [field.name for field in THREE_HOPS.with_replaced("Expires", "60")][-1] == "Expires"


@pytest.mark.parametrize(
    ("name", "value"),
    [("Subject", "x\r\nEvil: yes"), ("Subject", "x\n"), ("Subject", "x\ry"), ("Sub\nject", "x"), ("Sub\rject", "x")],
)
def test_a_line_end_in_a_header_that_we_write_is_our_bug(name: str, value: str) -> None:
    with pytest.raises(LocalProtocolError, match="line end"):
        Headers().with_added(name, value)


def test_a_header_is_shown_once() -> None:
    """Its bytes and its canonical name would only repeat what stands there."""
    assert repr(HeaderField.of("Call-ID", "a@b.example")) == "HeaderField(name='Call-ID', value='a@b.example')"


def test_commas_in_quotes_and_brackets_do_not_part_a_list() -> None:
    value = '"Smith, J." <sip:a,b@c.example>;x="1,2", <sip:d@e.example>'
    assert split_outside_quotes(value, ",") == (
        '"Smith, J." <sip:a,b@c.example>;x="1,2"',
        "<sip:d@e.example>",
    )
    assert split_outside_quotes("<sip:a,b@c.example>, <sip:d@e.example>", ",") == (
        "<sip:a,b@c.example>",
        "<sip:d@e.example>",
    )
    assert split_outside_quotes('"a, b", c', ",") == ('"a, b"', "c")


@given(st.text())
def test_quoting_and_unquoting_is_the_way_there_and_back(text: str) -> None:
    assert unquote(quote(text)) == text
    assert split_outside_quotes(f"{quote(text)},x", ",") == (quote(text), "x")


def test_a_parameter_is_found_whatever_the_case_and_kept_as_written() -> None:
    parameters = Parameters.parse(';Branch=z9hG4bKx;lr;q="0;5"')
    assert (parameters.get("branch"), parameters.get("LR"), parameters.get("q")) == ("z9hG4bKx", "", "0;5")
    assert str(parameters.with_value("LR", None).without("Branch")) == ';lr;q="0;5"'


def test_an_address_may_lack_its_brackets_and_then_the_parameters_are_the_headers() -> None:
    bare = NameAddress.parse("sip:bob@b.example;tag=1")
    assert (bare.uri, bare.tag, bare.display) == ("sip:bob@b.example", "1", "")
    inside = NameAddress.parse("<sip:bob@b.example;tag=1>")
    assert (inside.uri, inside.tag) == ("sip:bob@b.example;tag=1", "")


@pytest.mark.parametrize("text", ["", "<>", "<sip:a@b.example>x", "<sip:a@b.example", "bob", "<sip:a b@c.example>"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        NameAddress.parse(text)


@given(st.text(max_size=80) | st.text(alphabet='<>";,:@ sip=\\', max_size=80))
def test_any_text_is_an_address_and_a_hop_or_a_value_error(text: str) -> None:
    for read in (NameAddress.parse, Via.parse):
        try:
            value = read(text)
        except ValueError:
            continue
        assert str(value)


NAMES = st.from_regex(r"[a-z]{1,8}(\.[a-z]{2,5}){1,2}", fullmatch=True)
PORTS = st.none() | st.integers(1, 65535)


@given(host=NAMES, port=PORTS, branch=st.from_regex(r"z9hG4bK[a-z0-9]{1,9}", fullmatch=True))
def test_a_hop_reads_as_in_sipmessage(host: str, port: int | None, branch: str) -> None:
    mine = Via.of("TLS", host, port, branch).with_parameter("rport", None)
    other = OtherVia.parse(str(mine))
    assert Via.parse(str(mine)) == mine
    assert (other.transport, other.host, other.port) == ("TLS", host, port)
    assert (other.parameters["branch"], other.parameters["rport"]) == (branch, None)


@given(
    user=st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True),
    host=NAMES,
    port=PORTS,
    display=st.sampled_from(["", "Al B", "C"]),
)
def test_an_address_reads_as_in_sipmessage(user: str, host: str, port: int | None, display: str) -> None:
    place = host if port is None else f"{host}:{port}"
    mine = NameAddress(f"sip:{user}@{place}", display, Parameters((("tag", "1"),)))
    other = Address.parse(str(mine))
    assert other.uri == URI(scheme="sip", user=user, host=host, port=port)
    assert (other.name, other.parameters["tag"]) == (display, "1")
    assert NameAddress.parse(str(other)) == mine


# --- CSeq and media types ---

METHODS = st.from_regex(r"[A-Za-z0-9.!%*_+`'~-]{1,12}", fullmatch=True)


@given(
    number=st.integers(0, 2**31 - 1), zeros=st.integers(0, 30), method=METHODS, blanks=st.sampled_from([" ", " \t "])
)
def test_a_cseq_reads_as_in_sipmessage(number: int, zeros: int, method: str, blanks: str) -> None:
    text = f"{'0' * zeros}{number}{blanks}{method}"
    other = OtherCSeq.parse(text)
    assert CSeq.parse(text) == CSeq(number, method) == CSeq(other.sequence, other.method)


@pytest.mark.parametrize(
    "text",
    ["", "1", "INVITE", "1INVITE", "-1 INVITE", "+1 INVITE", "1.0 INVITE", "1 IN VITE", "1 INVITE;x", "1 (INVITE)",
     "٣ INVITE", "² INVITE", "1 ÏNVITE", "2147483648 INVITE", "9" * 5000 + " INVITE"],
)  # fmt: skip
def test_what_is_no_cseq_is_refused(text: str) -> None:
    """RFC 3261 8.1.1.5 and 20.16; sipmessage takes digits of any script."""
    with pytest.raises(ValueError, match="not a"):
        CSeq.parse(text)


WORDS = st.from_regex(r"[A-Za-z0-9.!%*_+`'~-]{1,8}", fullmatch=True)
QUOTED = st.text(alphabet="ab ,=/<é", max_size=8).map(lambda text: f'"{text}"')
MEDIA_PARAMETERS = st.lists(st.tuples(WORDS, st.none() | WORDS | QUOTED), max_size=3, unique_by=lambda pair: pair[0])


@given(kind=WORDS, subtype=WORDS, parameters=MEDIA_PARAMETERS, semicolon=st.sampled_from([";", " ; "]))
def test_a_media_type_reads_as_in_sipmessage(
    kind: str, subtype: str, parameters: list[tuple[str, str | None]], semicolon: str
) -> None:
    written = (name if value is None else f"{name}={value}" for name, value in parameters)
    text = semicolon.join((f"{kind}/{subtype}", *written))
    assert media_type(text) == MediaType.parse(text).mime_type.lower()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Application / SDP", "application/sdp"),
        ('multipart/mixed;boundary="a;\\"b"', "multipart/mixed"),
        ("text/plain ; charset = UTF-8", "text/plain"),
        ("text/plain;base=[2001:db8::1]", "text/plain"),
        ("sdp", None),
        ("", None),
        ("application/", None),
        ("application/sdp,text/plain", None),
        ("application/sdp text", None),
        ("application/sdp;", None),
        ("application/sdp;=x", None),
        ("application/sdp;a=", None),
        ('application/sdp;a="x', None),
        ('application/sdp;a="x\\"', None),
        ("application/\u0455dp", None),
    ],
)
def test_a_media_type_is_two_tokens_and_its_parameters(text: str, kind: str | None) -> None:
    """RFC 3261 25.1; in sipmessage no blank is around the slash, and an escaped quote ends a quoted value."""
    if kind is None:
        with pytest.raises(ValueError, match="not a media type"):
            media_type(text)
    else:
        assert media_type(text) == kind


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("255", 255),
        ("256", None),
        ("0000000255", 255),
        ("00000000255", None),
        ("", None),
        ("+1", None),
        (None, None),
    ],
)
def test_a_number_has_plain_digits_ten_at_most_and_a_bound(text: str | None, number: int | None) -> None:
    assert whole_number(text, 255) == number


@pytest.mark.parametrize(
    ("text", "meant"), [('"', '"'), ('""', ""), ('"a', '"a'), ('a"', 'a"'), ('"a"', "a"), ("", ""), ('"a\\"b"', 'a"b')]
)
def test_only_what_is_quoted_at_both_ends_is_unquoted(text: str, meant: str) -> None:
    assert unquote(text) == meant


def test_a_hop_waits_for_its_answer_at_the_port_of_its_transport() -> None:
    """RFC 3261 18.2.2."""
    hops = ("SIP/2.0/TLS A.example", "SIP/2.0/TCP a.example", "SIP/2.0/UDP a.example:7", "SIP/2.0/TLS a.example:5070")
    assert [Via.parse(text).sent_by for text in hops] == [
        ("a.example", 5061),
        ("a.example", 5060),
        ("a.example", 7),
        ("a.example", 5070),
    ]
