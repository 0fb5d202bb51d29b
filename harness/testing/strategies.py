"""Hypothesis strategies for tests of other people: names, labs, certificate chains, SIP messages, cut byte streams.

Needs the package hypothesis, which sip-mtls itself does not: `pip install hypothesis`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, get_args

from hypothesis import strategies as st
from pydantic import ValidationError

from harness.api.reading import library_of
from harness.errors import ScenarioError
from harness.lab.changes import changed, unknown_words
from harness.lab.setting_rows import setting_rows
from harness.lab.settings import Lab
from harness.pki import Credentials, LabPki, LeafOrder
from harness.sip.building import request, respond
from harness.sip.message import Request

_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
_ENDS = st.sampled_from(_LETTERS + _DIGITS)
_LABELS = st.builds("{}{}{}".format, _ENDS, st.text(_LETTERS + _DIGITS + "-", max_size=9), _ENDS) | _ENDS
_DAY = datetime(2026, 12, 1, tzinfo=UTC)
_METHODS = ("INVITE", "REGISTER", "OPTIONS", "BYE", "CANCEL", "MESSAGE", "SUBSCRIBE", "INFO")
_USERS = st.builds("{}{}".format, _ENDS, st.text(_LETTERS + _LETTERS.upper() + _DIGITS + "._-", max_size=11))
_STATUSES = st.integers(100, 699)


def host_names(domain: str = "") -> st.SearchStrategy[str]:
    """Draw host names of two to four labels (RFC 1123), or of one or two labels below `domain`."""
    labels = st.lists(_LABELS, min_size=1 if domain else 2, max_size=2 if domain else 4)
    return labels.map(lambda each: ".".join((*each, *filter(None, [domain]))))


def cut(data: bytes, most: int = 8) -> st.SearchStrategy[list[bytes]]:
    """Cut `data` into up to `most` pieces, as TCP may bring it; none of them is empty unless `data` is."""
    places = st.lists(st.integers(1, max(1, len(data) - 1)), max_size=max(0, most - 1), unique=True)
    return places.map(lambda found: _pieces(data, sorted(found)))


def _pieces(data: bytes, places: Sequence[int]) -> list[bytes]:
    ends = (*places, len(data))
    return [piece for begin, end in zip((0, *places), ends, strict=True) if (piece := data[begin:end])] or [data]


def _addresses() -> st.SearchStrategy[str]:
    return st.builds("sip:{}@{}".format, _USERS, host_names())


@st.composite
def sip_messages(draw: st.DrawFn) -> bytes:
    """Draw SIP requests and responses that RFC 3261 allows, with and without a body, as bytes for the wire."""
    method, called, caller = draw(st.sampled_from(_METHODS)), draw(_addresses()), draw(_addresses())
    headers = [
        ("Via", f"SIP/2.0/TLS {draw(host_names())};branch=z9hG4bK{draw(_USERS)}"),
        ("From", f"<{caller}>;tag={draw(_USERS)}"),
        ("To", f"<{called}>"),
        ("Call-ID", f"{draw(_USERS)}@{draw(host_names())}"),
        ("CSeq", f"{draw(st.integers(0, 2**31 - 1))} {method}"),
    ]
    body = draw(st.binary(max_size=60))
    content = [("Content-Type", "application/octet-stream")] if body else []
    asked = request(method, called, headers=[*headers, *content], body=body)
    return asked.to_bytes() if draw(st.booleans()) else _answered(asked, draw(_STATUSES))


def _answered(asked: Request, status: int) -> bytes:
    return respond(asked, status).to_bytes()


@st.composite
def labs(draw: st.DrawFn) -> Lab:
    """Draw the healthy lab with up to four of its switches set otherwise, as a `change` of a scenario can."""
    library = library_of()
    rows = draw(st.lists(st.sampled_from(_choices()), max_size=4, unique_by=lambda row: row[0]))
    change = {path: draw(st.sampled_from(values)) for path, values in rows}
    try:
        lab = changed(library.healthy, change)
    except ValidationError:  # two settings that exclude each other
        return library.healthy
    return library.healthy if any(unknown_words(lab, library.catalogue)) else lab


@lru_cache(maxsize=1)
def _choices() -> list[tuple[str, tuple[Any, ...]]]:
    """Return every setting that has a few values, with them."""
    found: list[tuple[str, tuple[Any, ...]]] = []
    for row in setting_rows():
        if isinstance(row.default, bool):
            found.append((row.path, (True, False)))
        elif row.path == "release":
            found.append((row.path, get_args(Lab.model_fields["release"].annotation)))
    return found


@st.composite
def certificate_chains(draw: st.DrawFn) -> Credentials:
    """Draw TEST ONLY credentials of a role of the lab, sound or with one fault, as of the first of December 2026.

    `leaf` and `issuers` are DER, `private_key` is PEM, `sent` is what a handshake shows.
    """
    lab_pki = _lab_pki()
    profile = draw(st.sampled_from(sorted(lab_pki.catalogue.leaves)))
    fault = draw(st.sampled_from(["", *sorted(lab_pki.catalogue.faults)]))
    try:
        return lab_pki.issue(LeafOrder(profile, faults=(fault,) if fault else ()))
    except ScenarioError:  # a fault that these names cannot have
        return lab_pki.issue(LeafOrder(profile))


@lru_cache(maxsize=1)
def _lab_pki() -> LabPki:
    return LabPki(library_of().catalogue, _DAY)
