"""In what two certificates differ: each part alone, as a person reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.certificates.change_verdict import dates_of, differences, usages_of
from harness.x509.certificate import CertificateFacts

OLD = CertificateFacts(
    "1",
    version=3,
    subject="CN=edge",
    issuer="CN=CA",
    common_names=("edge",),
    dns_names=("edge.example.com",),
    key="RSA 2048",
    signature_hash="sha256",
    not_before=datetime(2026, 1, 2, tzinfo=UTC),
    not_after=datetime(2026, 3, 4, tzinfo=UTC),
    extended_key_usage=("serverAuth", "clientAuth"),
    key_usage=("digitalSignature",),
    authority_key_identifier="aa",
)
CHANGES: list[tuple[dict[str, Any], list[tuple[str, str, str]]]] = [
    ({}, []),
    ({"sha256": "2", "serial": "9", "subject_key_identifier": "bb"}, []),
    ({"extended_key_usage": ("serverAuth",)}, [("extended key usage", "serverAuth, clientAuth", "serverAuth")]),
    (
        {"extended_key_usage": None},
        [("extended key usage", "serverAuth, clientAuth", "none named, so for everything")],
    ),
    ({"extended_key_usage": ()}, [("extended key usage", "serverAuth, clientAuth", "")]),
    ({"key_usage": None}, [("key usage", "digitalSignature", "no limit")]),
    ({"key_usage": ("keyAgreement",)}, [("key usage", "digitalSignature", "keyAgreement")]),
    ({"common_names": ()}, [("common name", "edge", "none")]),
    ({"dns_names": ()}, [("alternative names", "edge.example.com", "none")]),
    ({"uris": ("sip:x",)}, [("alternative names", "edge.example.com", "edge.example.com, sip:x")]),
    ({"ip_addresses": ("::1",)}, [("alternative names", "edge.example.com", "edge.example.com, ::1")]),
    ({"issuer": "CN=Other"}, [("issuer", "CN=CA", "CN=Other")]),
    ({"self_issued": True}, [("issuer", "CN=CA", "itself")]),
    ({"key": "ECDSA P-256"}, [("key", "RSA 2048", "ECDSA P-256")]),
    ({"signature_hash": ""}, [("signature", "SHA256", "no hash of its own")]),
    ({"crl_urls": ("http://a",)}, [("CRL", "no address", "http://a")]),
    ({"ocsp_urls": ("http://a", "http://b")}, [("OCSP responder", "no address", "http://a, http://b")]),
    ({"not_after": None}, [("in date", "2026-01-02 to 2026-03-04", "unreadable dates")]),
    ({"authority_key_identifier": "bb"}, [("key of its issuer", "aa", "bb")]),
    ({"authority_key_identifier": ""}, [("key of its issuer", "aa", "not named")]),
    ({"authority_key_identifier": "bb", "issuer": "CN=Other"}, [("issuer", "CN=CA", "CN=Other")]),
    ({"subject": "CN=edge,O=Org"}, [("subject", "CN=edge", "CN=edge,O=Org")]),
    ({"subject": ""}, [("subject", "CN=edge", "(empty)")]),
    ({"subject": "CN=x", "common_names": ("x",)}, [("common name", "edge", "x")]),
]


@pytest.mark.parametrize(("how", "told"), CHANGES)
def test_each_difference_is_told_in_words_and_nothing_else(
    how: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    new = replace(OLD, **how)

    assert list(differences(OLD, new)) == told
    assert list(differences(new, OLD)) == [(what, after, before) for what, before, after in told]


def test_dates_and_usages_that_are_not_there() -> None:
    assert dates_of(replace(OLD, not_before=None)) == dates_of(replace(OLD, not_after=None)) == "unreadable dates"
    assert dates_of(OLD) == "2026-01-02 to 2026-03-04"
    assert usages_of(OLD) == "serverAuth, clientAuth"
