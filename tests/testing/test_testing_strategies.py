"""The strategies for tests of other people give what they say."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from harness.lab.settings import Lab
from harness.pki import Credentials
from harness.sip.message import Request, Response, findings, parse_message
from harness.testing.strategies import certificate_chains, cut, host_names, labs, sip_messages
from harness.x509.certificate import read_certificate


@given(host_names(), host_names("example.org"))
def test_a_host_name_is_one(anywhere: str, inside: str) -> None:
    for name in (anywhere, inside):
        assert re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+", name)
    assert inside.endswith(".example.org")


@given(st.binary(max_size=200), st.data())
def test_pieces_make_up_the_whole(data: bytes, draw: st.DataObject) -> None:
    pieces = draw.draw(cut(data, most=5))

    assert b"".join(pieces) == data
    assert len(pieces) <= 5
    assert all(pieces) or not data


@given(sip_messages())
def test_a_sip_message_is_a_sound_one(data: bytes) -> None:
    message = parse_message(data)

    assert isinstance(message, Request | Response)
    assert findings(message) == ()
    assert message.to_bytes() == data


@given(labs())
def test_a_lab_can_be_written_and_read(lab: Lab) -> None:
    assert Lab.model_validate(lab.model_dump(by_alias=True, mode="json")) == lab


@given(certificate_chains())
def test_a_chain_leads_from_its_leaf(made: Credentials) -> None:
    facts = [read_certificate(each) for each in (made.leaf, *made.issuers)]

    assert all(below.issuer == above.subject for below, above in pairwise(facts))
    assert b"PRIVATE KEY" in made.private_key
