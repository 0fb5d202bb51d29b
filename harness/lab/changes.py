"""A changed lab: the healthy one with some settings replaced, and the words in it that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from harness.errors import ScenarioError
from harness.lab.actors import ACTORS
from harness.lab.pattern import fault_with_domains
from harness.lab.settings import Certificate, Lab
from harness.pki.anchors import anchor_faults, named_by
from harness.pki.blueprint import LeafOrder, draw
from harness.pki.catalogue import Catalogue

WEAK_KEYS: Final = frozenset({"rsa-1024"})
"""Key types that OpenSSL does not load at its default security level, 2 (measured; domain.md T-11)."""

_OLD_VERSIONS: Final = {"1.0", "1.1"}


def cannot_load(lab: Lab, actor: str, key_type: str) -> tuple[str, str] | None:
    """Return (what is wrong, hint) where `actor` of this lab cannot load such a key, else None."""
    if key_type not in WEAK_KEYS:
        return None
    spoken = ACTORS[actor].old_versions if actor in ACTORS else None
    if spoken and _OLD_VERSIONS & set(spoken(lab)):
        return None
    older = ", or make old gear of this box: let it speak TLS 1.0 too" if spoken else ""
    problem = f"an {key_type} key is too weak to be loaded: OpenSSL's security level 2 wants 2048 bits of RSA"
    return problem, f"choose rsa-2048 or ecdsa-p256{older}"


Place = tuple[str | int, ...]
_TRUST_LISTS = {
    "trusted_ca",
    "default_trust",
    "uploaded_trust",
    "announced_cas",
    "activation_code_ca",
    "proxy_trusted_ca",
    "tomcat_trust",
}
_EXPRESSWAYS = tuple(name for name, actor in ACTORS.items() if actor.is_expressway)

MOST_TRUSTED = 1000
"""CA certificates that the Trusted CA list of an Expressway holds (domain.md 3.1, C2)."""


def changed(healthy: Lab, change: Mapping[str, Any]) -> Lab:
    """Return the lab with the settings of `change` (dotted name to value) replaced.

    Raises pydantic's ValidationError where a value does not fit; its places start at the actor.
    """
    if not change:
        return healthy
    data = healthy.model_dump(by_alias=True, mode="json")
    for path, value in change.items():
        _put(data, path.split("."), value)
    return Lab.model_validate(data)


def _put(data: dict[str, Any], keys: list[str], value: Any) -> None:
    *groups, last = keys
    for key in groups:
        inner = data.get(key)
        if not isinstance(inner, dict):
            inner = data[key] = {}
        data = inner
    data[last] = value


def names_at(lab: Lab, path: str) -> tuple[str, ...]:
    """Return the list of names behind a dotted setting, such as a trust list."""
    value: Any = lab
    for key in path.split("."):
        value = getattr(value, key.replace("-", "_"))
    return tuple(value)


def leaf_order(certificate: Certificate) -> LeafOrder:
    """Return the order for the lab's PKI behind a certificate setting."""
    return LeafOrder(
        profile=certificate.profile,
        faults=certificate.faults,
        issuer=certificate.issuer,
        common_name=certificate.common_name,
        dns_names=certificate.dns_names,
        uris=certificate.uris,
        key_type=certificate.key,
        revocation=certificate.revocation,
        renewals=certificate.renewals,
    )


def unknown_words(lab: Lab, catalogue: Catalogue) -> Iterator[tuple[Place, str, str]]:
    """Yield (place, what is wrong, hint) for each certificate or authority that cannot be made or loaded."""
    for name, value, here in _settings(lab, ()):
        if isinstance(value, Certificate):
            yield from _misordered(lab, value, here, catalogue)
        elif name in _TRUST_LISTS:
            yield from _anchors(value, here, catalogue)
    for box in _EXPRESSWAYS:
        settings = ACTORS[box].settings_in(lab)
        for number, rule in enumerate(settings.search_rules):
            if fault := fault_with_domains(rule.pattern, settings.sip_domains):
                yield (box, "search-rules", number, "pattern"), fault, f"its SIP domains are in {box}.sip-domains"


def _settings(group: BaseModel, place: Place) -> Iterator[tuple[str, Any, Place]]:
    """Yield (name, value, place) of each setting and each certificate; groups are gone through."""
    for name, field in type(group).model_fields.items():
        value, here = getattr(group, name), (*place, field.alias or name)
        if isinstance(value, BaseModel) and not isinstance(value, Certificate):
            yield from _settings(value, here)
        else:
            yield name, value, here


def _misordered(lab: Lab, value: Certificate, here: Place, catalogue: Catalogue) -> Iterator[tuple[Place, str, str]]:
    try:
        drawn = draw(catalogue, leaf_order(value))
    except ScenarioError as error:
        for fault in error.faults:
            yield here, fault.message, fault.hint
    else:
        if problem := cannot_load(lab, str(here[0]), drawn.key_type):
            yield here, *problem


def _anchors(words: tuple[str, ...], here: Place, catalogue: Catalogue) -> Iterator[tuple[Place, str, str]]:
    strangers = list(anchor_faults(catalogue, words))
    yield from (((*here, number), message, hint) for number, message, hint in strangers)
    if here[0] in _EXPRESSWAYS and not strangers:
        count = sum(len(named_by(catalogue, word)) for word in words)
        if count > MOST_TRUSTED:
            yield here, f"{count} certificates are too many", f"a Trusted CA list holds {MOST_TRUSTED} (C2)"
