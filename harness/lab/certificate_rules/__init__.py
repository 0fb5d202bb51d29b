"""Rules for a certificate on paper: will it do in this role, on this release, and for which peers."""

from harness.lab.certificate_rules.examination import Examination
from harness.lab.certificate_rules.roles import CERTIFICATE_ROLES, CertificateRole
from harness.lab.certificate_rules.row import CertificateRule, RuleFinding, Severity
from harness.lab.certificate_rules.table import CERTIFICATE_RULES, examine, unjudged

__all__ = [
    "CERTIFICATE_ROLES",
    "CERTIFICATE_RULES",
    "CertificateRole",
    "CertificateRule",
    "Examination",
    "RuleFinding",
    "Severity",
    "examine",
    "unjudged",
]
