"""What Wireshark must be told of ports: only what it does not know, and nothing false."""

from __future__ import annotations

import shlex
from dataclasses import replace

from capture_bench import end, play

from harness.capture.decode_as import decode_as, tshark_command
from harness.transcript import Address, Direction, DnsSeen, Transcript

HELLO = (0.0, Direction.SENT, b"\x16\x03\x01")


def on_port(port: int, *, tls: bool = True, protocol: str = "sip") -> Transcript:
    told = play(ends=(end("b2b-peer", HELLO, tls=tls), end("expressway-e")))
    connection = replace(told.connections[0], target=Address("127.0.0.10", port), protocol=protocol)
    return replace(told, connections=(connection,))


def test_the_mutual_port_is_tls_with_sip_in_it() -> None:
    assert decode_as([on_port(5062)]) == ("tcp.port==5062,tls", "tls.port==5062,sip")


def test_the_port_that_wireshark_knows_needs_no_word() -> None:
    assert decode_as([on_port(5061)]) == ()


def test_sign_in_is_tls_with_http_in_it() -> None:
    assert decode_as([on_port(8443, protocol="https")]) == ("tcp.port==8443,tls", "tls.port==8443,http")


def test_a_port_on_which_somebody_spoke_in_clear_is_not_called_tls() -> None:
    assert decode_as([on_port(5065), on_port(5065, tls=False)]) == ("tcp.port==5065,sip",)


def test_a_port_that_nobody_spoke_on_needs_no_word() -> None:
    assert decode_as([play()]) == ()


def test_the_labs_name_server_has_a_port_of_its_own() -> None:
    asked = DnsSeen(0.0, "b2b-peer", Address("127.0.0.53", 5300), "udp", Direction.SENT, b"\x00\x01")
    assert decode_as([play(asked)]) == ("udp.port==5300,dns",)


def test_the_command_survives_a_shell_whatever_the_file_is_called() -> None:
    rules = decode_as([on_port(port) for port in range(6000, 6010)])
    command = tshark_command("my run; rm -rf $HOME.pcapng", rules)
    words = shlex.split(command.replace("\\\n", ""))  # as a shell joins lines
    assert words[:3] == ["tshark", "-r", "my run; rm -rf $HOME.pcapng"]
    assert words[3:] == [word for rule in rules for word in ("-d", rule)]
    assert max(map(len, command.splitlines())) <= 80
