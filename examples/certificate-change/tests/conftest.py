"""The two certificates under test.

In your own repository these are files: certificates hold no secret, so the one in production and the renewed one can
lie in git beside the tests. Here TEST ONLY ones are made for the run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.testing import SipMtls


@pytest.fixture
def in_production(sip_mtls: SipMtls) -> Path:
    """Return the chain that Expressway-E presents today."""
    return sip_mtls.certificates("expressway-e") / "expressway-e" / "chain.pem"


@pytest.fixture
def renewed(sip_mtls: SipMtls) -> Path:
    """Return what the CA sent: the same names, a new key."""
    return sip_mtls.certificates("expressway-e", renewals=1) / "expressway-e" / "chain.pem"


@pytest.fixture
def server_only(sip_mtls: SipMtls) -> Path:
    """Return what a public CA issues since it gave up the usage clientAuth."""
    return sip_mtls.certificates("expressway-e", faults=["server-auth-only"]) / "expressway-e" / "chain.pem"
