"""The alert table."""

from __future__ import annotations

import pytest
from OpenSSL import SSL
from OpenSSL._util import ffi, lib
from tls_registry import registered

from harness.tls.alerts import alert_in_openssl_words, alert_name, alert_names, alert_number, openssl_reason_digits


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0, "close_notify"),
        (40, "handshake_failure"),
        (42, "bad_certificate"),
        (43, "unsupported_certificate"),
        (44, "certificate_revoked"),
        (45, "certificate_expired"),
        (46, "certificate_unknown"),
        (48, "unknown_ca"),
        (51, "decrypt_error"),
        (70, "protocol_version"),
        (80, "internal_error"),
        (112, "unrecognized_name"),
        (116, "certificate_required"),
        (120, "no_application_protocol"),
    ],
)
def test_an_alert_has_one_number_and_one_name(number: int, name: str) -> None:
    assert alert_name(number) == name
    assert alert_number(name) == number


def test_every_number_is_called_as_the_registry_calls_it() -> None:
    names = registered("alerts")
    assert [alert_name(number) for number in range(256)] == [names.get(n, f"alert_{n}") for n in range(256)]
    assert {alert_number(name): name for name in alert_names()} == names


def test_a_number_without_a_name_still_reads_as_an_alert() -> None:
    assert alert_name(99) == "alert_99"
    with pytest.raises(KeyError):
        alert_number("alert_99")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (40, "sslv3 alert handshake failure"),
        (46, "sslv3 alert certificate unknown"),
        (48, "tlsv1 alert unknown ca"),
        (90, "tlsv1 alert user cancelled"),
        (109, "tlsv13 alert missing extension"),
        (112, "tlsv1 unrecognized name"),
        (116, "tlsv13 alert certificate required"),
    ],
)
def test_an_alert_is_logged_in_the_words_of_openssl_where_it_is_received(number: int, words: str) -> None:
    assert alert_in_openssl_words(number) == words


def test_every_alert_has_the_words_of_the_openssl_that_runs_here() -> None:
    """OpenSSL 4.0 says `tls` where 3.0, which Expressway and nearly everybody else has, says `sslv3`."""
    SSL.Context(SSL.TLS_METHOD)  # loads the texts
    theirs = {
        number: ffi.string(text).decode().replace("tls alert", "sslv3 alert")
        for number in range(256)
        if (text := lib.ERR_reason_error_string(20 << 23 | 1000 + number))  # ERR_PACK(ERR_LIB_SSL, 0, reason)
    }
    assert len(theirs) > 30
    assert {number: alert_in_openssl_words(number) for number in theirs} == theirs
    assert set(theirs) | {0} == set(registered("alerts"))


@pytest.mark.parametrize(("number", "digits"), [(40, "410"), (46, "416"), (48, "418"), (116, "45c")])
def test_the_last_three_digits_of_an_openssl_error_name_the_alert(number: int, digits: str) -> None:
    assert openssl_reason_digits(number) == digits
