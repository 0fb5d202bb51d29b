"""A comparison is no all-clear where no story looks at the certificate; every role has one that does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from public_chains import Pointers, root
from shipped_library import LIBRARY

from harness.certificates.shell.change import Outcomes, Question, Story, outcomes, prepare, stories
from harness.certificates.shell.change import _is_looked_at as is_looked_at
from harness.certificates.shell.trial_lab import TrialLab
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.pki import LeafOrder
from harness.x509.files import Holding, TrustList

NOW = datetime.now(UTC)
PROFILES = {
    **{role: role.rpartition("-")[0] for role in CERTIFICATE_ROLES},
    "webex-cloud": "webex-cloud-dual",
    "b2b-peer": "b2b-peer",
    "unified-cm": "unified-cm",
    "mra-phone": "mra-phone",
}
"""By role: what the lab's own CA issues for it."""


def prepared(role: str, *names: str) -> tuple[TrialLab, list[Story]]:
    """A role's certificate beside itself, and the stories of these names, all of them without."""
    issued = LIBRARY.lab_pki.issue(LeafOrder(PROFILES[role]))
    held = Holding((issued.leaf, *issued.issuers))
    bench = prepare(LIBRARY, Question(role, held, held, TrustList(()), ("x15.5",), ("1.3",), NOW))
    return bench, stories(bench, LIBRARY.scenarios(names), ("x15.5",), ("1.3",))


def compared(role: str, *names: str) -> Outcomes:
    bench, told = prepared(role, *names)
    return outcomes(bench, told, lambda _: None)


@pytest.mark.parametrize("role", CERTIFICATE_ROLES)
def test_every_role_has_a_story_that_looks_at_its_certificate(role: str) -> None:
    assert is_looked_at(*prepared(role))


def test_where_no_story_looks_that_is_said() -> None:
    blind, seeing = compared("b2b-peer", "M01"), compared("b2b-peer", "b2b/outbound-to-a-verified-partner")

    assert (blind.worked, blind.flips, blind.looked_at) == (1, (), False)
    assert (seeing.worked, seeing.flips, seeing.looked_at) == (1, (), True)


def test_a_story_that_cuts_the_way_to_crls_by_itself_is_set_aside() -> None:
    story = "trust/stapled-response-needs-no-fetch"
    above = root("Some Root", "Some CA", points=Pointers(("http://crl.ca.example/r.crl",)))
    held = Holding((above.issue("expc1.example.com", "example.com"), *above.chain))
    question = Question("expressway-c-client", held, held, TrustList(()), ("x15.5",), ("1.3",), NOW)
    bench = prepare(LIBRARY, question)
    told = stories(bench, LIBRARY.scenarios((story, "O01")), ("x15.5",), ("1.3",))

    found = outcomes(bench, told, lambda _: None)

    assert found.aside == (story,)
    assert (found.not_compared, found.dead, found.worked) == ((), (), 1)
