"""A test PKI: authorities, leaves by role and named faults, stated in certs/*.yaml and issued in memory."""

from harness.pki.blueprint import LeafOrder
from harness.pki.catalogue import AuthorityProfile, Catalogue, FaultProfile, LeafProfile
from harness.pki.issuing import Authority
from harness.pki.pem import certificates_pem, chain_pem, key_pem
from harness.pki.reading import read_catalogue
from harness.pki.workshop import Credentials, Workshop

__all__ = [
    "Authority",
    "AuthorityProfile",
    "Catalogue",
    "Credentials",
    "FaultProfile",
    "LeafOrder",
    "LeafProfile",
    "Workshop",
    "certificates_pem",
    "chain_pem",
    "key_pem",
    "read_catalogue",
]
