"""Offers and answers: which media a call ends up with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sip.sdp import SessionDescription, answer, make_offer


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
