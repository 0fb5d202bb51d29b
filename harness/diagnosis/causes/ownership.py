"""Causes that lie in the proof of a domain: the token in DNS, and what an unproven domain may not do."""

from __future__ import annotations

from collections.abc import Callable

from harness.diagnosis.causes.row import ANYBODY, Cause, do
from harness.diagnosis.decisive import ACTIVATION, CALLING, OWNERSHIP
from harness.diagnosis.evidence import Evidence
from harness.lab.screens import DOMAINS, END_USER, HYBRID_CALL, PUBLIC_DNS

_PREFIX = "cisco-ci-domain-verification="


def _stopped(topic: str, *kinds: str) -> Callable[[Evidence], bool]:
    def applies(evidence: Evidence) -> bool:
        refusal = evidence.obstacle
        if refusal is None or refusal.topic != topic:
            return False
        return not kinds or refusal.facts.get("kind") in kinds

    return applies


_VERIFY_AGAIN = do("Then verify the domain again.", DOMAINS)

OWNERSHIP_CAUSES = (
    Cause(
        key="domain-token-bare",
        title="The token stands in DNS without its prefix",
        applies=_stopped(OWNERSHIP, "prefix-missing"),
        diagnosis=("The token of {organisation} is published at {domain}, written as old documents show it. {finding}"),
        remedies={
            ANYBODY: (do("Publish the whole value, " + _PREFIX + "token, as a TXT record.", PUBLIC_DNS), _VERIFY_AGAIN)
        },
        looks_like=("domain-token-wrong",),
        told_apart_by="The characters after the prefix: here they are the token's.",
        source="V-03, X20",
    ),
    Cause(
        key="domain-token-missing",
        title="No token is found at the domain",
        applies=_stopped(OWNERSHIP, "no-record", "alias-hides-it"),
        diagnosis=(
            "Control Hub finds no token at {domain}. {finding} A name that is an alias (CNAME) shows no TXT record "
            'of its own, and a "no" is remembered for the negative TTL of the zone: a record that was added since is '
            "not seen yet."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Publish the token as a TXT record of the domain itself, for the world to see.",
                    PUBLIC_DNS,
                ),
                do("Wait for the negative TTL, the last number of the zone's SOA record; then verify again.", DOMAINS),
            )
        },
        looks_like=("domain-not-public", "domain-token-wrong"),
        told_apart_by="The name exists, and no TXT record that begins like a token comes back.",
        source="V-04, V-06",
    ),
    Cause(
        key="domain-not-public",
        title="The domain is not in public DNS",
        applies=_stopped(OWNERSHIP, "no-name", "refused"),
        diagnosis=(
            "Public DNS does not know {domain}. {finding} A domain that lives inside the company alone can be proven "
            "to nobody."
        ),
        remedies={
            ANYBODY: (
                do("Use a domain that is registered and delegated in public DNS.", PUBLIC_DNS),
                do("Give users a directory URI in that domain.", END_USER),
            )
        },
        looks_like=("domain-token-missing",),
        told_apart_by="The answer's code: NXDOMAIN, or REFUSED for the domain itself, not an empty answer.",
        source="V-10",
    ),
    Cause(
        key="domain-check-unanswered",
        title="DNS did not answer the check of the domain",
        applies=_stopped(OWNERSHIP, "no-answer", "server-failure", "bad-answer", "too-long", "loop"),
        diagnosis="Control Hub could not read the TXT records of {domain}. {finding} The token may well be right.",
        remedies={ANYBODY: (do("Repair the name servers of the domain, then verify again.", PUBLIC_DNS),)},
        looks_like=("domain-token-missing",),
        told_apart_by="Whether an answer came at all: no answer proves and disproves nothing.",
        source="D13, V-04",
    ),
    Cause(
        key="domain-token-wrong",
        title="The token in DNS is another one",
        applies=_stopped(OWNERSHIP, "wrong-token"),
        diagnosis="{domain} does not carry the token that Control Hub gave to {organisation}. {finding}",
        remedies={
            ANYBODY: (
                do("Compare the whole value of the TXT record with the token, letter by letter.", PUBLIC_DNS),
                _VERIFY_AGAIN,
            )
        },
        looks_like=("domain-token-bare", "domain-token-missing"),
        told_apart_by="The TXT record beside the token: a value of another organisation, or of an earlier attempt.",
        source="V-02",
    ),
    Cause(
        key="domain-not-proven",
        title="A domain that is used was never proven",
        applies=_stopped(ACTIVATION),
        diagnosis=(
            "Control Hub does not activate {organisation}: not proven is {unproven}. All three kinds of domain must be "
            "proven: those of e-mail, of Expressway-E and of the directory URIs. Otherwise anybody could claim another "
            "company's addresses."
        ),
        remedies={
            ANYBODY: (
                do("Verify every domain that the organisation uses.", DOMAINS),
                do("Look for directory URIs of other domains.", END_USER),
            )
        },
        looks_like=("organisation-not-activated",),
        told_apart_by="Who said no, and when: Control Hub at the activation, the cloud at the call.",
        source="V-07, V-08",
    ),
    Cause(
        key="organisation-not-activated",
        title="The organisation has no hybrid calling yet",
        applies=_stopped(CALLING),
        diagnosis="The cloud sets up no call for {organisation}. {finding}",
        remedies={
            ANYBODY: (
                do("Verify the organisation's domains.", DOMAINS),
                do("Then activate hybrid calling.", HYBRID_CALL),
            )
        },
        looks_like=("domain-not-proven", "connect-timed-out"),
        told_apart_by="Nothing is dialled, and no question goes to DNS.",
        source="V-07",
    ),
)
