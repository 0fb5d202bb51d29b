"""The PKI of the lab: it makes what is asked for once and keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from harness.document import hint_for
from harness.errors import Fault, ScenarioError
from harness.pki.anchors import LEAF, anchor_faults, named_by
from harness.pki.blueprint import Blueprint, LeafOrder, draw, path_of
from harness.pki.catalogue import PRESENTED_CHAINS, Catalogue
from harness.pki.issuing import Authority, found_authority, issue_leaf
from harness.pki.publications import CopiedAuthority, Kind, Publications, list_path, responder_path
from harness.pki.revocation import SOUND, Register
from harness.pki.status_responses import make_staple
from harness.pki.validity import issuing_time
from harness.x509.files.contents import private_key_pem


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a holder has: its certificate and key, what it presents, and who really issued it.

    `leaf` is DER, `private_key` unencrypted PKCS#8 in PEM. `sent` is the chain of its handshakes, leaf first
    and without root unless a fault says otherwise. `issuers` are all true issuers, nearest first, the root
    last; empty where the leaf signed itself.
    """

    leaf: bytes
    private_key: bytes = field(repr=False)
    sent: tuple[bytes, ...]
    issuers: tuple[bytes, ...]


class LabPki:
    """A test PKI at the time `now`: what is asked for is made once.

    Nothing is shared between two PKIs. Raises ScenarioError where `now` has no time zone or is outside
    the years 2000 to 2199. `publications` are what the CAs of adopted certificates publish.
    """

    def __init__(self, catalogue: Catalogue, now: datetime) -> None:
        self.catalogue = catalogue
        self.now = issuing_time(now).replace(microsecond=0)
        self._founded: dict[tuple[str, ...], Authority] = {}
        self._issued: dict[LeafOrder, Credentials] = {}
        self._status: dict[str, dict[int, bool]] = {}
        self._staples: dict[tuple[bytes, str], bytes] = {}
        self.publications = Publications()
        self._held: dict[str, Credentials] = {}
        self._adopted: dict[str, bytes] = {}

    def authority(self, name: str) -> Authority:
        """Return the CA of that name; ScenarioError where the catalogue has none."""
        return self._authority_at(self._path(name))

    def certificate_of(self, name: str) -> bytes:
        """Return the certificate (DER) of the CA of that name; ScenarioError where there is none."""
        return self._adopted[name] if name in self._adopted else self.authority(name).certificate

    def anchors_of(self, words: Iterable[str]) -> tuple[bytes, ...]:
        """Return the certificates (DER) that the words of a trust setting name, each once, in their order.

        A word is an authority, an adopted one too, `list:` with a trust list, or `leaf:` with a leaf profile;
        ScenarioError where one of them means nothing.
        """
        asked = tuple(words)
        own = [word for word in asked if word not in self._adopted]
        faults = [Fault("certificates", 0, 0, told, hint) for _, told, hint in anchor_faults(self.catalogue, own)]
        if faults:
            raise ScenarioError(faults)
        named = [each for word in asked for each in named_by(self.catalogue, word)]
        return tuple(dict.fromkeys(self._anchor(word) for word in named))

    def _anchor(self, word: str) -> bytes:
        if word.startswith(LEAF):
            return self.issue(LeafOrder(word.removeprefix(LEAF))).leaf
        return self.certificate_of(word)

    def chain_of(self, name: str) -> tuple[bytes, ...]:
        """Return the certificates (DER) of the CA of that name and of those above it, the root last."""
        return self._chain_at(self._path(name))

    def authorities(self) -> Mapping[str, bytes]:
        """Return every CA certificate (DER) by name: the catalogue's, and the grafts made so far."""
        paths = {self.catalogue.path_of(name) for name in self.catalogue.authorities} | self._founded.keys()
        made = [self._authority_at(path) for path in sorted(paths)]
        return {authority.name: authority.certificate for authority in made} | self._adopted

    def issue(self, order: LeafOrder) -> Credentials:
        """Return the credentials for `order`, the same ones each time.

        Raises ScenarioError where the order holds unknown words, contradictory faults or impossible names.
        """
        if order.profile in self._held:
            return self._held[order.profile]
        if order not in self._issued:
            self._issued[order] = self._make(draw(self.catalogue, order))
        return self._issued[order]

    def register_at(self, path: str) -> Register | None:
        """Return what the CA knows whose list or responder has that path on the validation host, None if none has."""
        self.authorities()  # each of them has a place there, also those whose certificates nobody holds yet
        for authority in self._founded.values():
            if path in {list_path(authority.name), responder_path(authority.name)}:
                return self._register(authority)
        return None

    def registers_at(self, kind: Kind, host: str, target: str) -> tuple[Register, ...]:
        """Return what the CAs from elsewhere know that publish something of that kind there."""
        return tuple(map(self._copied_register, self.publications.authorities_at(kind, host, target)))

    def _copied_register(self, authority: CopiedAuthority) -> Register:
        return Register(authority, frozenset(), self.publications.issued_by(authority), self.now)

    def staple_for(self, credentials: Credentials, state: str = SOUND) -> bytes:
        """Return the OCSP response (DER) about a leaf of this PKI, the same one each time; `state` of `RESPONSES`.

        Empty for a leaf that signed itself, and for one whose CA is not in this PKI.
        """
        key = (credentials.leaf, state)
        if key not in self._staples and (register := self._register_above(credentials)):
            self._staples[key] = make_staple(register, _serial_number(credentials.leaf), state)
        return self._staples.get(key, b"")

    def _register_above(self, credentials: Credentials) -> Register | None:
        above = credentials.issuers[:1]
        own = next((each for each in self._founded.values() if each.certificate in above), None)
        if own is not None:
            return self._register(own)
        copied = next((each for each in self.publications.authorities() if each.certificate in above), None)
        return self._copied_register(copied) if copied else None

    def _register(self, authority: Authority) -> Register:
        status = self._status.get(authority.name, {})
        revoked = frozenset(number for number, is_revoked in status.items() if is_revoked)
        return Register(authority, revoked, frozenset(status), self.now)

    def hold(self, profile: str, credentials: Credentials) -> None:
        """Take in credentials from elsewhere: orders for `profile` give them from now on, whatever else they ask."""
        self._held[profile] = credentials

    def adopt(self, name: str, certificate: bytes) -> None:
        """Take in a CA certificate (DER) from elsewhere under a name that the catalogue has not."""
        self._adopted[name] = certificate

    def _make(self, drawn: Blueprint) -> Credentials:
        path = path_of(self.catalogue, drawn)
        leaf, key = issue_leaf(drawn, self._authority_at(path) if path else None, self.now)
        if path:
            self._status.setdefault(self._name_at(path), {})[_serial_number(leaf)] = drawn.revoked
        issuers = self._chain_at(path)
        return Credentials(leaf, private_key_pem(key), PRESENTED_CHAINS[drawn.sends](leaf, issuers), issuers)

    def _path(self, name: str) -> tuple[str, ...]:
        known = self.catalogue.authorities
        if name not in known:
            raise ScenarioError(
                [Fault("certificates", 0, 0, f"unknown authority '{name}'", hint_for(name, sorted(known)))]
            )
        return self.catalogue.path_of(name)

    def _chain_at(self, path: tuple[str, ...]) -> tuple[bytes, ...]:
        return tuple(self._authority_at(path[:end]).certificate for end in range(len(path), 0, -1))

    def _authority_at(self, path: tuple[str, ...]) -> Authority:
        """Return the CA at the end of `path`, which names the CAs from the root down."""
        if path not in self._founded:
            issuer = self._authority_at(path[:-1]) if len(path) > 1 else None
            profile = self.catalogue.authorities[path[-1]]
            shared = self.authority(profile.same_key_as).key if profile.same_key_as else None
            self._founded[path] = found_authority(self._name_at(path), profile, issuer, self.now, shared)
        return self._founded[path]

    def _name_at(self, path: tuple[str, ...]) -> str:
        own_place = path == self.catalogue.path_of(path[-1])
        return path[-1] if own_place else " under ".join(reversed(path))


def _serial_number(certificate: bytes) -> int:
    return x509.load_der_x509_certificate(certificate).serial_number
