"""The file format: blocks that hold together, whatever is in them, and the secrets before all packets."""

from __future__ import annotations

import struct

from capture_bench import INTERFACE, PACKET, SECRETS, SECTION, blocks
from hypothesis import given
from hypothesis import strategies as st

from harness.capture.pcapng import Interface, Packet, Section, pcapng_file

TEXT = st.text(st.characters(codec=None), max_size=40)
LAB = Interface("mra/m01 TLS 1.3", "a play")


def test_the_secrets_come_before_the_packets_that_they_open() -> None:
    secrets = b"CLIENT_RANDOM 00 11\n"
    written = blocks(pcapng_file(Section("", "sip-mtls"), [LAB], [Packet(1, 0, b"\x45")], secrets))
    assert [block.kind for block in written] == [SECTION, SECRETS, INTERFACE, PACKET]
    assert written[1].body[8:28] == secrets
    assert struct.unpack_from("<II", written[1].body) == (0x544C534B, len(secrets))


def test_without_secrets_there_is_no_block_for_them() -> None:
    assert SECRETS not in {block.kind for block in blocks(pcapng_file(Section("", ""), [LAB], [], b""))}


def test_a_comment_longer_than_an_option_is_cut_between_two_characters() -> None:
    body = blocks(pcapng_file(Section("é" * 40_000, ""), [], [], b""))[0].body
    code, length = struct.unpack_from("<HH", body, 16)
    assert code == 1
    assert set(body[20 : 20 + length].decode("utf-8")) == {"é"}
    assert 65_000 < length < 65_536


@given(TEXT, TEXT, st.binary(max_size=40), st.integers(-(2**70), 2**70), st.binary(max_size=40))
def test_any_words_and_times_make_a_file_whose_blocks_hold_together(
    comment: str, name: str, data: bytes, at: int, secrets: bytes
) -> None:
    packet = Packet(at, 0, data, comment)
    written = blocks(pcapng_file(Section(comment, name), [Interface(name, comment)], [packet], secrets))
    interface, high, low, captured, original = struct.unpack_from("<IIIII", written[-1].body)
    assert (interface, captured, original) == (0, len(data), len(data))
    assert high << 32 | low == min(max(at, 0), 2**64 - 1)
    assert written[-1].body[20 : 20 + len(data)] == data
