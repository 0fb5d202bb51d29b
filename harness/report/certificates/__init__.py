"""What is told of certificate files: what each link sees in one, and which rules it breaks."""

from harness.report.certificates.change import Candidate, CertificateChange
from harness.report.certificates.change_json import change_as_json
from harness.report.certificates.change_text import change_text
from harness.report.certificates.checking import check_as_json, check_text
from harness.report.certificates.checking_sarif import check_as_sarif
from harness.report.certificates.eku_matrix import MatrixRow, matrix_as_json, matrix_text
from harness.report.certificates.plan import ChangePlan, plan_as_json, plan_text
from harness.report.certificates.sight import Sight
from harness.report.certificates.sight_json import sight_as_json
from harness.report.certificates.sight_text import sight_text

__all__ = [
    "Candidate",
    "CertificateChange",
    "ChangePlan",
    "MatrixRow",
    "Sight",
    "change_as_json",
    "change_text",
    "check_as_json",
    "check_as_sarif",
    "check_text",
    "matrix_as_json",
    "matrix_text",
    "plan_as_json",
    "plan_text",
    "sight_as_json",
    "sight_text",
]
