"""The lab's PKI as files: certificates, chains and keys by role, trust lists, and a page that says what is what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from harness.lab.settings import Lab
from harness.pki import Credentials, LabPki, LeafOrder, certificates_pem, chain_pem, key_pem
from harness.pki.anchors import LIST
from harness.run.folders import NewFile

TITLE = "TEST ONLY certificates, made by sip-mtls certs make"
"""The first line of README.txt, by which such a folder is known again."""

PAGE = "README.txt"


@dataclass(frozen=True, slots=True)
class FolderOrder:
    """Which roles of certs/leaves.yaml are wanted, and which faults each of their certificates gets.

    `renewals` tells one certificate of a role from the next: each has a key and a serial number of its own.
    """

    profiles: tuple[str, ...]
    faults: tuple[str, ...] = ()
    renewals: int = 0


def certificate_files(lab: Lab, lab_pki: LabPki, order: FolderOrder) -> dict[str, NewFile]:
    """Return the files by their path in the folder; keys are private.

    Raises ScenarioError where a role or fault is unknown, or a fault cannot be had by a role.
    """
    issued = {
        profile: lab_pki.issue(LeafOrder(profile, order.faults, renewals=order.renewals)) for profile in order.profiles
    }
    trust = _trust_lists(lab, lab_pki)
    sound = [name for name, profile in lab_pki.catalogue.authorities.items() if not profile.flaw]
    files = {
        PAGE: _text(_page(lab_pki, order, issued, trust)),
        ".gitignore": _text(["*"]),
        **{f"trust/{actor}.pem": NewFile(certificates_pem(held).encode()) for actor, held in trust.items()},
        **{
            f"authorities/{name}.pem": NewFile(certificates_pem([lab_pki.certificate_of(name)]).encode())
            for name in sound
        },
    }
    for profile, credentials in issued.items():
        files |= _of_role(profile, credentials)
    return files


def _of_role(profile: str, credentials: Credentials) -> dict[str, NewFile]:
    leaf, *above = credentials.sent
    files = {
        f"{profile}/certificate.pem": NewFile(certificates_pem([leaf]).encode()),
        f"{profile}/chain.pem": NewFile(chain_pem(credentials).encode()),
        f"keys/{profile}.pem": NewFile(key_pem(credentials).encode(), private=True),
    }
    return files | ({f"{profile}/above.pem": NewFile(certificates_pem(above).encode())} if above else {})


def _trust_lists(lab: Lab, lab_pki: LabPki) -> dict[str, tuple[bytes, ...]]:
    """Return the certificates (DER) that each actor of the lab trusts, and those of each named list."""
    cloud = lab.webex_cloud
    words = {
        "expressway-e": lab.expressway_e.trusted_ca,
        "expressway-c": lab.expressway_c.trusted_ca,
        "webex-cloud": cloud.uploaded_trust or cloud.default_trust,
        "jabber": lab.jabber.trusted_ca,
        "b2b-peer": lab.b2b_peer.trusted_ca,
    }
    words |= {name: (f"{LIST}{name}",) for name in lab_pki.catalogue.trust_lists}
    return {name: lab_pki.anchors_of(trusted) for name, trusted in words.items() if trusted}


def _text(lines: Sequence[str]) -> NewFile:
    return NewFile("".join(f"{line}\n" for line in lines).encode())


def _page(
    lab_pki: LabPki, order: FolderOrder, issued: Mapping[str, Credentials], trust: Mapping[str, object]
) -> list[str]:
    profile, credentials = next(iter(issued.items()))
    commands = _commands(lab_pki, profile, sends_more=len(credentials.sent) > 1)
    return [*_intro(lab_pki, order), *_contents(lab_pki, issued, trust), *commands]


def _intro(lab_pki: LabPki, order: FolderOrder) -> Iterator[str]:
    yield TITLE
    yield ""
    yield "Nobody trusts these certificates, and nobody should: their keys lie beside them."
    yield f"They were issued as of {_shown(lab_pki.now)}."
    titles = (f"{name} ({lab_pki.catalogue.faults[name].title})" for name in order.faults)
    yield f"Faults on purpose: {'; '.join(titles) or 'none'}."
    yield ""


def _contents(lab_pki: LabPki, issued: Mapping[str, Credentials], trust: Mapping[str, object]) -> Iterator[str]:
    yield "In the folder of each role:"
    yield "  certificate.pem  the certificate alone"
    yield "  above.pem        what is sent with it, if anything is"
    yield "  chain.pem        what it presents: the one, then the other"
    yield "Its private key, unencrypted PKCS#8, lies in keys/ under its name. The roles:"
    yield from (f"  {profile:<22} {lab_pki.catalogue.leaves[profile].title}" for profile in issued)
    yield ""
    yield f"trust/        what each actor trusts in the healthy lab, and named lists: {', '.join(trust)}"
    yield "authorities/  each CA of the lab in a file of its own"
    yield ""


def _commands(lab_pki: LabPki, profile: str, *, sends_more: bool) -> Iterator[str]:
    root = f"authorities/{lab_pki.catalogue.path_of(lab_pki.catalogue.leaves[profile].issuer)[0]}.pem"
    own, chain, key = f"{profile}/certificate.pem", f"{profile}/chain.pem", f"keys/{profile}.pem"
    worn = f"-cert {own} -key {key}" + (f" -cert_chain {profile}/above.pem" if sends_more else "")
    yield "To try, in this folder (the first answers OK where no fault forbids it):"
    yield f"  openssl verify -attime {lab_pki.now.timestamp():.0f} -CAfile {root} -untrusted {chain} {own}"
    yield f"  openssl x509 -in {own} -noout -text"
    yield f"  openssl s_server -accept 127.0.0.1:5062 {worn} -CAfile trust/expressway-e.pem -Verify 4"
    yield f"  openssl s_client -connect 127.0.0.1:5062 {worn} -CAfile {root}"
    yield f"  openssl pkcs12 -export -in {chain} -inkey {key} -out {profile}.p12"
    yield f"  sip-mtls certs show {chain} --trust trust/expressway-e.pem"


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
