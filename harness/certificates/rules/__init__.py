"""Rules for a certificate on paper: will it do in this role, on this release, and for which peers."""

from harness.certificates.rules.every_rule import CERTIFICATE_RULES, examine, unjudged
from harness.certificates.rules.examination import Examination
from harness.certificates.rules.row import CertificateRule, RuleFinding, Severity

__all__ = [
    "CERTIFICATE_RULES",
    "CertificateRule",
    "Examination",
    "RuleFinding",
    "Severity",
    "examine",
    "unjudged",
]
