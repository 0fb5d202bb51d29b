"""What is told of certificate files: what each link sees in one, and which rules it breaks."""

from harness.report.certificates.checking import check_as_json, check_text
from harness.report.certificates.sight import Sight
from harness.report.certificates.sight_json import sight_as_json
from harness.report.certificates.sight_text import sight_text

__all__ = ["Sight", "check_as_json", "check_text", "sight_as_json", "sight_text"]
