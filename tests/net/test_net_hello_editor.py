"""A ClientHello loses TLS 1.3 and nothing else; every other flight passes as it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.net.hello_editor import without_tls_1_3
from harness.tls.engine import TlsEngine
from harness.tls.inspector import inspect
from harness.tls.inspector.items import ClientHello
from harness.tls.profile import TlsProfile
from harness.transcript import Chunk, Direction


def hello(*versions: str, name: str = "us-expe1.example.com") -> bytes:
    engine = TlsEngine(TlsProfile(versions=(versions[0], versions[-1])), listens=False, server_name=name)
    engine.handshake()
    return engine.outgoing()


def read(flight: bytes) -> ClientHello:
    found = inspect([Chunk(0.0, Direction.SENT, flight)], (), listens=False).client_hello
    assert found is not None
    return found


def test_a_hello_that_offered_both_versions_offers_the_old_one() -> None:
    sent = hello("1.2", "1.3")
    arrived = without_tls_1_3(sent)

    assert (read(sent).versions, read(arrived).versions) == (("1.3", "1.2"), ("1.2",))
    assert len(sent) - len(arrived) == 2
    assert (read(arrived).random, read(arrived).server_name) == (read(sent).random, read(sent).server_name)
    assert read(arrived).cipher_suites == read(sent).cipher_suites


def test_a_hello_that_never_offered_it_passes_as_it_is() -> None:
    sent = hello("1.2")

    assert without_tls_1_3(sent) == sent


@given(st.binary(max_size=300))
def test_bytes_that_are_no_hello_pass_as_they_are(flight: bytes) -> None:
    assert without_tls_1_3(b"\x17" + flight) == b"\x17" + flight


@given(st.data())
def test_a_hello_that_is_cut_or_spoilt_is_never_a_failure(data: st.DataObject) -> None:
    sent = bytearray(hello("1.2", "1.3"))
    place = data.draw(st.integers(0, len(sent) - 1))
    sent[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(sent)))

    assert len(without_tls_1_3(bytes(sent[:cut]))) <= cut
