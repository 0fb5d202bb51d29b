"""The CA certificates that this machine trusts, where the user names none."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from harness.errors import ScenarioError
from harness.x509.files import read_trust_list

_USUAL = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/pki/tls/certs/ca-bundle.crt",  # Red Hat and its kin
    "/etc/ssl/cert.pem",  # macOS, Alpine
)


def machine_trust() -> tuple[tuple[bytes, ...], str]:
    """Return the anchors (DER) of the first bundle that can be read, and its path; empty where there is none.

    SSL_CERT_FILE comes first, then the bundle of the OpenSSL that Python was built with, then the usual places.
    """
    paths = ssl.get_default_verify_paths()
    for path in (os.environ.get("SSL_CERT_FILE"), paths.cafile, paths.openssl_cafile, *_USUAL):
        if path and Path(path).is_file():
            try:
                return read_trust_list(Path(path).read_bytes(), path).certificates, path
            except (OSError, ScenarioError):
                continue
    return (), ""
