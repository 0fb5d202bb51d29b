"""From an order to a blueprint: the role's profile, what the order overrides, and what its faults change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from harness.document import hint_for
from harness.errors import Fault, ScenarioError
from harness.pki.catalogue import Catalogue, LeafProfile
from harness.pki.certificate_names import NAME_CHANGES, Names, impossibilities
from harness.pki.keys import KEY_TYPES
from harness.pki.publications import SOURCES
from harness.pki.validity import Validity


@dataclass(frozen=True, slots=True)
class LeafOrder:
    """What somebody wants: a role's certificate, with these faults and these names instead of the usual ones.

    Empty and None mean what the profile says; an empty tuple means none at all. Faults act last: `rsa-1024`
    beats `key_type`, `unknown-root` beats `issuer`. `revocation` are the sources that the certificate names for its
    own status, words of `harness.pki.publications.SOURCES`. `renewals` tells one certificate of the same
    words from the next: each renewal has a key and a serial number of its own.
    """

    profile: str
    faults: tuple[str, ...] = ()
    issuer: str = ""
    common_name: str | None = None
    dns_names: tuple[str, ...] | None = None
    uris: tuple[str, ...] | None = None
    ip_addresses: tuple[str, ...] | None = None
    key_type: str = ""
    revocation: tuple[str, ...] = ()
    renewals: int = 0


@dataclass(frozen=True, slots=True)
class Blueprint:
    """All that a leaf and its chain will be; `CertificateChange` and `ChainChange` name its fields."""

    names: Names
    key_type: str
    key_usage: tuple[str, ...]
    extended_key_usage: tuple[str, ...]
    validity: Validity
    issuer: str
    intermediate: str = "none"
    sends: str = "leaf-and-intermediates"
    signature: str = "sha256"
    revocation: tuple[str, ...] = ()
    revoked: bool = False


def draw(catalogue: Catalogue, order: LeafOrder) -> Blueprint:
    """Return the blueprint of `order`.

    Raises ScenarioError with every unknown word in it, or where two faults change the same thing, or where
    a name cannot stand in a certificate.
    """
    _refuse(order, _unknown_words(catalogue, order))
    _refuse(order, _contradictions(catalogue, order.faults))
    drawn = _ordered(catalogue.leaves[order.profile], order)
    for fault in order.faults:
        drawn = _spoilt(drawn, order, catalogue.faults[fault].changes)
    _refuse(order, impossibilities(drawn.names))
    return drawn


def path_of(catalogue: Catalogue, drawn: Blueprint) -> tuple[str, ...]:
    """Return the names of the CAs above the leaf, root first; empty for a self-signed leaf.

    A flawed intermediate is grafted beneath the root of the leaf's own CA, or beneath that CA itself where
    the catalogue has it beneath an issuing CA.
    """
    if drawn.issuer == "self":
        return ()
    own = catalogue.path_of(drawn.issuer)
    if drawn.intermediate == "none":
        return own
    graft = catalogue.path_of(drawn.intermediate)
    flawed = tuple(name for name in graft if catalogue.authorities[name].flaw)
    stem = len(graft) - len(flawed)
    return own[:stem] + flawed


_LISTED = {"fault": "`sip-mtls list --faults` shows them all", "issuer": "certs/authorities.yaml has them all"}
"""Where the words stand of which there are too many for a hint."""


def _unknown_words(catalogue: Catalogue, order: LeafOrder) -> list[tuple[str, str]]:
    asked: list[tuple[str, str, Iterable[str]]] = [("leaf profile", order.profile, catalogue.leaves)]
    asked += [("fault", name, catalogue.faults) for name in order.faults]
    asked += [("issuer", order.issuer, catalogue.authorities)] if order.issuer else []
    asked += [("key type", order.key_type, KEY_TYPES)] if order.key_type else []
    asked += [("source of revocation", word, SOURCES) for word in order.revocation]
    return [
        (f"unknown {what} '{word}'", hint_for(word, sorted(known)) or _LISTED.get(what, ""))
        for what, word, known in asked
        if word not in known
    ]


def _contradictions(catalogue: Catalogue, names: tuple[str, ...]) -> list[tuple[str, str]]:
    faults: list[tuple[str, str]] = []
    changed_by: dict[str, str] = {}
    for name in names:
        for part in catalogue.faults[name].changes:
            if part in changed_by:
                both = f"the faults '{changed_by[part]}' and '{name}' both change the {part.replace('_', ' ')}"
                faults.append((both, "keep one of them"))
            changed_by[part] = name
    return faults


def _ordered(profile: LeafProfile, order: LeafOrder) -> Blueprint:
    wanted = {field.name: getattr(order, field.name) for field in fields(Names)}
    usual = {field.name: getattr(profile, field.name) for field in fields(Names)}
    names = {name: usual[name] if value is None else value for name, value in wanted.items()}
    return Blueprint(
        names=Names(**names),
        key_type=order.key_type or profile.key_type,
        key_usage=profile.key_usage,
        extended_key_usage=profile.extended_key_usage,
        validity=profile.validity,
        issuer=order.issuer or profile.issuer,
        revocation=order.revocation,
    )


def _spoilt(drawn: Blueprint, order: LeafOrder, changes: dict[str, Any]) -> Blueprint:
    word = changes.get("names")
    if word is None:
        return replace(drawn, **changes)
    try:
        return replace(drawn, **changes | {"names": NAME_CHANGES[word](drawn.names)})
    except ValueError as error:
        raise ScenarioError([Fault(f"leaf {order.profile}", 0, 0, str(error))]) from None


def _refuse(order: LeafOrder, found: list[tuple[str, str]]) -> None:
    if found:
        raise ScenarioError([Fault(f"leaf {order.profile}", 0, 0, message, hint) for message, hint in found])
