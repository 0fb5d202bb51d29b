"""What the pytest fixture `sip_mtls` gives: plays, certificate changes, certificates, and a lab kept open."""

from harness.testing.certificates import Change, Check
from harness.testing.fixture import SipMtls
from harness.testing.open_lab import KeptOpenLab
from harness.testing.played import Play

__all__ = ["Change", "Check", "KeptOpenLab", "Play", "SipMtls"]
