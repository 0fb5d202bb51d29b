"""The renewed certificate of Expressway-E, before it reaches production."""

from __future__ import annotations

from pathlib import Path

from harness.testing import SipMtls

OUR_CALLS = ("B01", "I01", "O01", "M01")


def test_the_renewed_certificate_changes_nothing(sip_mtls: SipMtls, in_production: Path, renewed: Path) -> None:
    change = sip_mtls.certificate_change(in_production, renewed, role="expressway-e-server", releases=["x15.4"])
    assert change.is_safe, change.text


def test_one_without_client_auth_ends_calls_to_the_cloud_on_our_release(
    sip_mtls: SipMtls, in_production: Path, server_only: Path
) -> None:
    change = sip_mtls.certificate_change(
        in_production, server_only, role="expressway-e-server", releases=["x15.4"], scenarios=OUR_CALLS
    )
    assert change.broken == ("cloud-outbound/o01-call-to-the-cloud",), change.text
    assert change.causes == ("eku-no-client-auth",)


def test_after_the_upgrade_it_will_do(sip_mtls: SipMtls, in_production: Path, server_only: Path) -> None:
    change = sip_mtls.certificate_change(
        in_production, server_only, role="expressway-e-server", releases=["x15.5"], scenarios=OUR_CALLS
    )
    assert change.is_safe, change.text


def test_the_rules_know_it_too(sip_mtls: SipMtls, server_only: Path) -> None:
    check = sip_mtls.certificate_check(server_only, role="expressway-e-server", release="x15.4")
    assert "one-store" in check.rules, check.text
