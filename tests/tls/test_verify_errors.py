"""The table of verify errors, against the OpenSSL that runs here."""

from __future__ import annotations

import pytest
from OpenSSL._util import ffi, lib

from harness.tls import verify_errors
from harness.tls.verify_errors import TEXTS, text_of


@pytest.mark.parametrize("code", range(100))
def test_a_verify_error_that_is_named_has_the_words_of_openssl(code: int) -> None:
    """OpenSSL 4.0 adds to 9 that the clock may be wrong; 3.0, which most people read, does not."""
    theirs = ffi.string(lib.X509_verify_cert_error_string(code)).decode().lower()
    assert theirs.startswith(text_of(code).lower()) or text_of(code) == f"certificate verify error {code}"


def test_every_verify_error_that_a_peer_is_refused_for_is_named() -> None:
    """domain.md 5.1, and those about revocation."""
    assert set(TEXTS) == {
        *(2, 3, 7, 8, 9, 10, 11, 12, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 32, 33, 34, 35),
        *(47, 48, 62, 66, 67, 68, 74, 75, 79, 85),
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("HOSTNAME_MISMATCH", "hostname mismatch"),
        ("INVALID_PURPOSE", "unsuitable certificate purpose"),
        ("NOT_YET_VALID", "certificate is not yet valid"),
        ("EXPIRED", "certificate has expired"),
        ("NO_CRL", "unable to get certificate CRL"),
        ("CRL_NOT_YET_VALID", "CRL is not yet valid"),
        ("CRL_EXPIRED", "CRL has expired"),
        ("REVOKED", "certificate revoked"),
        ("OCSP_VERIFY_FAILED", "OCSP verification failed"),
        ("OCSP_UNKNOWN_CERTIFICATE", "OCSP unknown cert"),
    ],
)
def test_a_verify_error_is_called_by_its_name(name: str, words: str) -> None:
    assert text_of(getattr(verify_errors, name)) == words
