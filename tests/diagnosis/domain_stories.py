"""Which cause each finding of the walk through DNS has, and each refusal of Control Hub and of the cloud."""

from __future__ import annotations

ASKED_IN_VAIN = {
    "no-records": "dns-no-records",
    "service-absent": "dns-service-absent",
    "no-address": "dns-no-address",
    "no-answer": "dns-no-answer",
    "server-failure": "dns-server-failure",
    "refused": "dns-refused",
    "bad-answer": "dns-bad-answer",
    "too-long": "dns-too-long",
    "loop": "dns-loop",
    "no-usable-transport": "no-usable-transport",
}
UNPROVEN = (
    ("ownership", "wrong-token", "domain-token-wrong"),
    ("ownership", "prefix-missing", "domain-token-bare"),
    ("ownership", "no-record", "domain-token-missing"),
    ("ownership", "alias-hides-it", "domain-token-missing"),
    ("ownership", "no-name", "domain-not-public"),
    ("ownership", "refused", "domain-not-public"),
    ("ownership", "no-answer", "domain-check-unanswered"),
    ("ownership", "server-failure", "domain-check-unanswered"),
    ("ownership", "bad-answer", "domain-check-unanswered"),
    ("ownership", "too-long", "domain-check-unanswered"),
    ("ownership", "loop", "domain-check-unanswered"),
    ("activation", "", "domain-not-proven"),
    ("calling", "", "organisation-not-activated"),
)
TRANSLATED = "mra-translated-to-mutual-port"

DOMAIN_CAUSES = {*ASKED_IN_VAIN.values(), *(cause for *_, cause in UNPROVEN), TRANSLATED}
"""The causes that test_diagnosis_domains.py tells a story of."""
