"""What the pytest fixture `sip_mtls` gives: plays, certificate changes, certificates, and a lab kept open."""

from harness.api.certificate_values import Change, Check
from harness.api.played import Play
from harness.testing.fixture import SipMtls
from harness.testing.open_lab import KeptOpenLab

__all__ = ["Change", "Check", "KeptOpenLab", "Play", "SipMtls"]
