"""Offers and answers: which media a call ends up with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sip.sdp import SessionDescription, answer, at_host, make_offer


def names(description: SessionDescription) -> list[list[str]]:
    return [list(media.codec_names.values()) for media in description.media]


def test_an_offer_is_read_back_as_it_was_written() -> None:
    offer = make_offer("192.0.2.1", 16384, ("G722", "PCMU", "H264"))
    assert SessionDescription.parse(offer.to_bytes()) == offer
    assert [(media.medium, media.port) for media in offer.media] == [("audio", 16384), ("video", 16386)]
    assert b"c=IN IP4 192.0.2.1\r\n" in offer.to_bytes()
    assert not offer.is_rejected


def test_the_answer_keeps_what_both_speak_in_the_order_of_the_offerer() -> None:
    agreed = answer(make_offer("192.0.2.1", 16384, ("G722", "PCMA", "PCMU")), "192.0.2.2", 20000, ("PCMU", "G722"))
    assert names(agreed) == [["G722", "PCMU"]]
    assert agreed.media[0].port == 20000


def test_a_caller_who_speaks_only_g729_is_answered_with_port_0() -> None:
    agreed = answer(make_offer("192.0.2.1", 16384, ("G729",)), "192.0.2.2", 20000)
    assert agreed.is_rejected
    assert b"m=audio 0 RTP/AVP 18\r\n" in agreed.to_bytes()


def test_video_that_one_end_lacks_is_rejected_in_its_place() -> None:
    agreed = answer(make_offer("192.0.2.1", 16384, ("PCMU", "H264")), "192.0.2.2", 20000, ("PCMU",))
    assert [(media.medium, media.port) for media in agreed.media] == [("audio", 20000), ("video", 0)]
    assert not agreed.is_rejected


def test_encrypted_media_stay_encrypted_and_payload_numbers_are_the_offerers() -> None:
    offered = SessionDescription.parse(
        b"v=0\nm=audio 5004/2 RTP/SAVP 96 101\na=rtpmap:96 g722/8000\na=rtpmap:101 telephone-event/8000\n"
    )
    agreed = answer(offered, "2001:db8::2", 20000, media_lines=("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",))
    assert (agreed.media[0].protocol, agreed.media[0].formats) == ("RTP/SAVP", ("96",))
    assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x" in agreed.media[0].lines
    assert "c=IN IP6 2001:db8::2" in agreed.lines


def test_a_codec_of_another_medium_is_no_codec_for_this_one() -> None:
    offered = SessionDescription.parse(
        b"m=audio 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\nm=video 5006 RTP/AVP 0\nm=video 5008 RTP/AVP 99\n"
        b"a=rtpmap:99 H264/90000\n"
    )
    agreed = answer(offered, "192.0.2.2", 20000, ("PCMU", "H264"))
    assert [(media.medium, media.port) for media in agreed.media] == [("audio", 0), ("video", 0), ("video", 20002)]


def test_numbers_that_rfc_3551_gives_need_no_name_and_others_have_none_without_it() -> None:
    offered = SessionDescription.parse(b"m=audio 5004 RTP/AVP 0 8 9 18 96 97\nm=video 5006 RTP/AVP 96 97\n")
    assert [media.codec_names for media in offered.media] == [
        {"0": "PCMU", "8": "PCMA", "9": "G722", "18": "G729"},
        {},
    ]


def test_every_codec_is_offered_with_its_clock_rate() -> None:
    """RFC 3551 table 4: G722 says 8000 although it samples at 16000; RFC 6184 8.2.1 for H264."""
    sound, picture = make_offer("192.0.2.1", 16384, ("PCMU", "PCMA", "G722", "G729", "H264")).media
    assert sound.lines[:4] == (
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:18 G729/8000",
    )
    (number,) = picture.formats
    assert 96 <= int(number) <= 127  # dynamic, whichever
    assert picture.lines[0] == f"a=rtpmap:{number} H264/90000"


def test_a_description_counts_its_versions() -> None:
    """RFC 8866 5.2: o=<username> <sess-id> <sess-version>…"""
    first, second = make_offer("192.0.2.1", 4000), make_offer("192.0.2.1", 4000, session=7, version=2)
    assert [made.lines[1] for made in (first, second)] == ["o=- 1 1 IN IP4 192.0.2.1", "o=- 7 2 IN IP4 192.0.2.1"]
    replied = answer(first, "192.0.2.2", 4000, session=9, version=3)
    assert [made.lines[1] for made in (answer(first, "192.0.2.2", 4000), replied)] == [
        "o=- 1 1 IN IP4 192.0.2.2",
        "o=- 9 3 IN IP4 192.0.2.2",
    ]


@pytest.mark.parametrize(("port", "read"), [("65535", 65535), ("65536", 0), ("none", 0), ("5004/2", 5004), ("", 0)])
def test_a_port_that_is_none_is_one_that_nobody_can_send_to(port: str, read: int) -> None:
    (media,) = SessionDescription.parse(f"m=audio {port} RTP/AVP 0\n".encode()).media
    assert media.port == (read if port else 0)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("sendonly", "recvonly"), ("recvonly", "sendonly"), ("inactive", "inactive"), ("sendrecv", "sendrecv")],
)
def test_a_direction_is_answered_with_its_mirror(theirs: str, ours: str) -> None:
    held = SessionDescription.parse(f"v=0\r\na={theirs}\r\nm=audio 5004 RTP/AVP 0\r\n".encode())
    assert held.direction_of(held.media[0]) == theirs
    agreed = answer(held, "192.0.2.2", 20000)
    assert agreed.direction_of(agreed.media[0]) == ours


def test_media_that_are_no_rtp_a_second_audio_and_what_was_off_already_are_rejected() -> None:
    offered = SessionDescription.parse(
        b"m=application 5070 UDP/BFCP *\nm=audio 5004 RTP/AVP 0\nm=audio 5006 RTP/AVP 0\n"
        b"m=video 0 RTP/AVP 97\na=rtpmap:97 H264/90000\nm=\n"
    )
    agreed = answer(offered, "192.0.2.2", 20000, ("PCMU", "H264"))
    assert [media.port for media in agreed.media] == [0, 20000, 0, 0, 0]


LINES = st.sampled_from([b"m=audio 5004 RTP/AVP 0 8", b"m=video", b"a=rtpmap:0", b"a=rtpmap:96 H264/90000", b"\xff"])


@given(body=st.binary(max_size=60) | st.lists(LINES, max_size=6).map(b"\r\n".join))
def test_any_body_can_be_answered_section_for_section(body: bytes) -> None:
    offered = SessionDescription.parse(body)
    agreed = answer(offered, "192.0.2.2", 20000, ("PCMU", "H264"))
    assert [media.medium for media in agreed.media] == [media.medium for media in offered.media]
    agreed.to_bytes()


def test_media_of_an_agent_with_an_ipv6_address_go_there_too() -> None:
    moved = at_host(b"v=0\r\no=a 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\n", "2001:db8::1")
    assert moved == b"v=0\r\no=a 1 2 IN IP6 2001:db8::1\r\nc=IN IP6 2001:db8::1\r\n"


def test_a_number_whose_name_is_empty_has_none() -> None:
    (media,) = SessionDescription.parse(b"m=audio 5004 RTP/AVP 96 0\na=rtpmap:96 \n").media
    assert media.codec_names == {"0": "PCMU"}


def test_a_direction_of_a_medium_counts_before_that_of_the_session() -> None:
    """RFC 8866 6.7."""
    read = SessionDescription.parse(b"v=0\na=sendonly\nm=audio 1 RTP/AVP 0\na=inactive\nm=video 1 RTP/AVP 97\n")
    assert [read.direction_of(media) for media in read.media] == ["inactive", "sendonly"]
    plain = SessionDescription.parse(b"v=0\nm=audio 1 RTP/AVP 0\nb=sendonly\n")
    assert plain.direction_of(plain.media[0]) == "sendrecv"
