"""The alert table."""

from __future__ import annotations

import pytest

from harness.tls.alerts import alert_name, alert_number


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


def test_a_number_without_a_name_still_reads_as_an_alert() -> None:
    assert alert_name(99) == "alert_99"
    with pytest.raises(KeyError):
        alert_number("alert_99")
