"""Rules about the chain: what is sent with the certificate, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator

from harness.certificates.rules.examination import OPEN_ENDS, Examination
from harness.certificates.rules.row import CertificateRule, Severity
from harness.lab.certificate_roles import ALL_ROLES, BOXES, OTHERS
from harness.x509.chain import Link, build_chain, continuation, is_root, links_of
from harness.x509.findings import FindingKind

_BROKEN = (
    FindingKind.NOT_A_CA,
    FindingKind.PATH_LENGTH,
    FindingKind.NAME_CONSTRAINTS,
    FindingKind.BAD_SIGNATURE,
    FindingKind.UNREADABLE,
)


def _leaf(case: Examination) -> Link:
    return links_of(case.certificates[:1])[0]


def _self_signed(case: Examination) -> Iterator[str]:
    if is_root(_leaf(case)) and case.certificates[0] not in (case.trust or ()):
        yield f"{_leaf(case).called} signed itself"


def _not_completed(case: Examination) -> Iterator[str]:
    """Yield how far an Expressway gets: leaf, and what its Trusted CA list can add (trap X11, measured)."""
    leaf = _leaf(case)
    if case.trust is None or is_root(leaf):
        return
    chain = build_chain((leaf,), links_of(case.trust), case.at)
    if not is_root(chain.top):
        lost = continuation(chain.top, links_of((*case.certificates, *case.trust)))
        what = lost[0].called if lost else f'"{chain.top.facts.issuer}"'
        yield f"the Trusted CA list lacks {what}, so what is sent ends at {chain.top.called}"


def _not_trusted(case: Examination) -> Iterator[str]:
    if case.trust is not None and not is_root(_leaf(case)):
        yield from (finding.sentence for finding in case.found(*OPEN_ENDS))


def _alone(case: Examination) -> Iterator[str]:
    if case.trust is None and not is_root(_leaf(case)) and not continuation(_leaf(case), links_of(case.certificates)):
        yield f'the file has no CA above {_leaf(case).called}; "{case.leaf.issuer}" issued it'


def _broken(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(*_BROKEN))


def _disordered(case: Examination) -> Iterator[str]:
    if case.was_sorted:
        yield "the CAs do not follow each other, leaf first"


def _with_root(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(FindingKind.ROOT_SENT))


def _authority(case: Examination) -> Iterator[str]:
    if case.leaf.is_ca:
        yield f'"{case.leaf.label}" is the certificate of a CA'


def _unreadable(case: Examination) -> Iterator[str]:
    yield from case.leaf.problems


CHAIN_RULES = (
    CertificateRule(
        key="self-signed",
        title="It signed itself",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_self_signed,
        remedy="Have a CA issue it; a box from the factory has such a one. Or trust it by itself, peer by peer.",
        source="I09, 5.1",
    ),
    CertificateRule(
        key="chain-not-completed",
        title="The Expressway cannot complete its chain",
        severity=Severity.ERROR,
        roles=BOXES,
        fires=_not_completed,
        remedy="Append the missing CA to the Trusted CA list: an Expressway completes the chain it sends from there "
        "(Maintenance > Security > Trusted CA certificate).",
        source="C1, X11, I05",
    ),
    CertificateRule(
        key="chain-not-trusted",
        title="The Expressway does not trust it",
        severity=Severity.ERROR,
        roles=OTHERS,
        fires=_not_trusted,
        remedy="Let the holder send its intermediates, and append the root to the Trusted CA list "
        "(Maintenance > Security > Trusted CA certificate).",
        source="I02, B27, T-01",
    ),
    CertificateRule(
        key="issuer-not-in-file",
        title="It comes alone",
        severity=Severity.WARNING,
        roles=OTHERS,
        fires=_alone,
        remedy="Send the intermediates along, or give the Expressway's list with --trust to see whether it has them.",
        source="B27",
    ),
    CertificateRule(
        key="chain-broken",
        title="The chain does not hold",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_broken,
        remedy="Have it issued by a CA that may issue it.",
        source="T-08, T-09, T-10",
    ),
    CertificateRule(
        key="out-of-order",
        title="The chain is out of order",
        severity=Severity.WARNING,
        roles=ALL_ROLES,
        fires=_disordered,
        peers="TLS 1.2 peers that follow RFC 5246 to the letter; OpenSSL sorts it out",
        remedy="Put the leaf first, then each CA behind the one that it issued.",
        source="RFC 5246 section 7.4.2",
    ),
    CertificateRule(
        key="root-sent",
        title="The root is sent too",
        severity=Severity.INFO,
        roles=OTHERS,
        fires=_with_root,
        remedy="Leave it out: who does not trust it logs a self-signed certificate in the chain, which misleads.",
        source="X6, I02",
    ),
    CertificateRule(
        key="authority-as-leaf",
        title="It is the certificate of a CA",
        severity=Severity.WARNING,
        roles=ALL_ROLES,
        fires=_authority,
        remedy="Check that this is the right file: a box presents a certificate that is no CA.",
        source="RFC 5280 section 4.2.1.9",
        beyond_plays=True,
    ),
    CertificateRule(
        key="unreadable-part",
        title="A part of it cannot be read",
        severity=Severity.WARNING,
        roles=ALL_ROLES,
        fires=_unreadable,
        peers="peers that read it more strictly; those rules that need the part do not fire",
        remedy="Have it issued anew.",
        source="5.1",
        beyond_plays=True,
    ),
)
"""Rules about chains."""
