"""The certificate files that people have, read into values: what a holder presents, and what a peer trusts."""

from harness.x509.files.holding import Holding, TrustList, completed, read_holding, read_trust_list

__all__ = ["Holding", "TrustList", "completed", "read_holding", "read_trust_list"]
