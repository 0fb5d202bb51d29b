"""Credentials that look like somebody's certificate, for a lab that has not its private key."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise, takewhile

from harness.pki.certificate_names import MARK, marked_authority, marked_self_signed
from harness.pki.copying import Copy, Copying, Identity, copied, made_up_root
from harness.pki.lab_pki import Credentials
from harness.pki.publications import CopiedAuthority, copied_authority
from harness.pki.twin_keys import TwinKey, key_like, key_that_signs_like
from harness.pki.validity import issuing_time
from harness.x509.files import Holding
from harness.x509.files.contents import private_key_pem
from harness.x509.found_certificate import FoundCertificate, read_found
from harness.x509.lineage import Lineage, is_self_signed


@dataclass(frozen=True, slots=True)
class LookAlikeCredentials:
    """What the lab plays a holding with.

    `root` (DER) is what a peer has to trust, empty where a real chain ends before its root. `notes` say in
    what the copies differ from their models.
    """

    credentials: Credentials
    root: bytes
    notes: tuple[str, ...] = ()


class LookAlikes:
    """Copies of certificates under copies of their CAs: one real key has one fresh key, however often it is met.

    `known` are certificates (DER) at hand besides those of the holdings, above all trust lists: in them the CAs
    are looked for that a holding leaves out. `now` is an aware time; only roots that have to be made up depend
    on it. ScenarioError where no certificates can be issued at that time.
    """

    def __init__(self, now: datetime, known: Iterable[bytes] = ()) -> None:
        self._now = issuing_time(now)
        self._known = Lineage(read_found(der) for der in known)
        self._keys: dict[Hashable, TwinKey] = {}
        self._copies: dict[bytes, Copy] = {}
        self._roots: dict[Hashable, bytes] = {}
        self._issued: dict[bytes, CopiedAuthority] = {}
        self._played: dict[Holding, LookAlikeCredentials] = {}

    def credentials(self, holding: Holding) -> LookAlikeCredentials:
        """Return the credentials to play `holding` with, the same ones each time.

        With a private key they are the real ones, unchanged. Without, the leaf and the chain that it is given
        with are copied, and the CAs above as far as they are known; above the last one stands a root, made up
        if need be. Subject and alternative names of the leaf stay byte for byte, except that a leaf which signs
        itself is marked in its subject too. Raises ScenarioError where a key cannot be made anew.
        """
        if holding not in self._played:
            self._played[holding] = self._play(holding)
        return self._played[holding]

    def copy_of(self, certificate: bytes) -> bytes | None:
        """Return the look-alike (DER) of a certificate, None where no holding so far led to its key.

        That is how a trust list comes into the lab: a member without a look-alike is the anchor of nobody there.
        """
        model = read_found(certificate)
        if model.der not in self._copies and model.key_bytes in self._keys:
            self._copied((model, *self._above((model,))), is_leaf=False)
        copy = self._copies.get(model.der)
        return copy.certificate if copy else None

    @property
    def issued(self) -> Mapping[bytes, CopiedAuthority]:
        """Return by whom each look-alike (DER) made so far was issued; of those that sign themselves by themselves."""
        return self._issued

    def _play(self, holding: Holding) -> LookAlikeCredentials:
        leaf, *others = (read_found(der) for der in holding.certificates)
        self._known.include((leaf, *others))
        sent = Lineage(others).path_above(leaf)
        path = (leaf, *sent, *self._above((leaf, *sent)))
        if holding.private_key is not None:
            return _real(holding, holding.private_key, path)
        copies, root = self._copied(path)
        copied_leaf, *issuers = (each.certificate for each in copies)
        key = private_key_pem(self._key_of(leaf))
        sending = (copied_leaf, *issuers[: len(sent)])
        above = tuple(issuers) if is_self_signed(path[-1]) else (*issuers, root)
        notes = (*(note for each in copies for note in each.notes), *_shape_notes(path, len(others) - len(sent)))
        return LookAlikeCredentials(Credentials(copied_leaf, key, sending, above), root, notes)

    def _above(self, path: Sequence[FoundCertificate]) -> tuple[FoundCertificate, ...]:
        """Return the known issuers of the last of `path` that are not in it yet."""
        met = {each.der for each in path}
        return tuple(takewhile(lambda each: each.der not in met, self._known.path_above(path[-1])))

    def _copied(self, path: Sequence[FoundCertificate], *, is_leaf: bool = True) -> tuple[tuple[Copy, ...], bytes]:
        """Return a copy for each certificate of a path, leaf first, and the root of the copies."""
        top = path[-1]
        self._recognise(path)
        issuers = (*path[1:], top if is_self_signed(top) else None)
        for model, true_issuer in zip(path, issuers, strict=True):
            if model.der not in self._copies:
                self._copies[model.der] = self._copy(model, true_issuer, is_leaf=is_leaf and model is path[0])
        copies = tuple(self._copies[model.der] for model in path)
        root = copies[-1].certificate if is_self_signed(top) else self._made_up_above(top)
        above = (*(each.certificate for each in copies[1:]), root)
        for model, true_issuer, copy, issuer in zip(path, issuers, copies, above, strict=True):
            identity = self._issuer_of(model, true_issuer)
            self._issued[copy.certificate] = copied_authority(identity.name, issuer, identity.key)
        return copies, root

    def _recognise(self, path: Sequence[FoundCertificate]) -> None:
        """Give a CA the key that was made up for it when only what it had issued was at hand."""
        for child, issuer in pairwise(path):
            made_up = self._keys.get(_unknown_above(child))
            if made_up:
                self._keys.setdefault(issuer.key_bytes, made_up)

    def _copy(self, model: FoundCertificate, true_issuer: FoundCertificate | None, *, is_leaf: bool) -> Copy:
        subject = Identity(marked_authority(model.anatomy.subject), self._key_of(model))
        if is_leaf:
            mark = marked_self_signed if model is true_issuer else bytes
            subject = replace(subject, name=mark(model.anatomy.subject))
        issuer = subject if model is true_issuer else self._issuer_of(model, true_issuer)
        return copied(Copying(model, subject, issuer, true_issuer, is_leaf))

    def _issuer_of(self, model: FoundCertificate, true_issuer: FoundCertificate | None) -> Identity:
        if true_issuer:
            return Identity(marked_authority(true_issuer.anatomy.subject), self._key_of(true_issuer))
        unknown = _unknown_above(model)
        if unknown not in self._keys:
            self._keys[unknown] = key_that_signs_like(model)
        return Identity(marked_authority(model.anatomy.issuer), self._keys[unknown])

    def _key_of(self, model: FoundCertificate) -> TwinKey:
        if model.key_bytes not in self._keys:
            self._keys[model.key_bytes] = key_like(model)
        return self._keys[model.key_bytes]

    def _made_up_above(self, model: FoundCertificate) -> bytes:
        unknown = _unknown_above(model)
        if unknown not in self._roots:
            self._roots[unknown] = made_up_root(self._issuer_of(model, None), self._now)
        return self._roots[unknown]


def _unknown_above(child: FoundCertificate) -> Hashable:
    """Return what is known of the CA that issued `child` where it is not at hand itself."""
    return child.issuer, child.authority_key_identifier


def _real(holding: Holding, private_key: bytes, path: Sequence[FoundCertificate]) -> LookAlikeCredentials:
    leaf, *above = (each.der for each in path)
    credentials = Credentials(leaf, private_key, holding.certificates, tuple(above))
    if is_self_signed(path[-1]):
        return LookAlikeCredentials(credentials, path[-1].der)
    return LookAlikeCredentials(credentials, b"", (f"the CA above '{path[-1].label}' is not at hand",))


def _shape_notes(path: Sequence[FoundCertificate], strangers: int) -> Iterator[str]:
    leaf, top = path[0], path[-1]
    if is_self_signed(leaf):
        yield f"'{leaf.label}' signs itself, so that its subject had to be marked {MARK}"
    if not is_self_signed(top):
        yield f"made up a root above '{top.label}', since the CA that issued it is not at hand"
    if strangers:
        yield f"left out {strangers} of the certificates, which did not issue the leaf"
