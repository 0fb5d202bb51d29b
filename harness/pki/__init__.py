"""A test PKI stated in certs/*.yaml and issued in memory; and the certificates of others, read and copied."""

from harness.pki.blueprint import LeafOrder
from harness.pki.catalogue import AuthorityProfile, Catalogue, FaultProfile, LeafProfile
from harness.pki.issuing import Authority
from harness.pki.lab_pki import Credentials, LabPki
from harness.pki.look_alike import LookAlikeCredentials, LookAlikes
from harness.pki.pem import certificates_pem, chain_pem, key_pem
from harness.pki.publications import CopiedAuthority, Kind
from harness.pki.reading import read_catalogue
from harness.x509.files import Holding, TrustList, completed, read_holding, read_trust_list

__all__ = [
    "Authority",
    "AuthorityProfile",
    "Catalogue",
    "CopiedAuthority",
    "Credentials",
    "FaultProfile",
    "Holding",
    "Kind",
    "LabPki",
    "LeafOrder",
    "LeafProfile",
    "LookAlikeCredentials",
    "LookAlikes",
    "TrustList",
    "certificates_pem",
    "chain_pem",
    "completed",
    "key_pem",
    "read_catalogue",
    "read_holding",
    "read_trust_list",
]
