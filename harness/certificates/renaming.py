"""A lab in somebody's own names: the healthy lab's host and domain replaced wherever they stand.

A certificate that people have names their own hosts. So that the lab's actors dial and look for those, the
names of the healthy lab are exchanged in its settings, its zones and its rules, and in what a scenario
changes and plays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from harness.dns.destination import name_fault
from harness.x509.certificate import CertificateFacts

_LONGEST = 200
"""Room for what the lab puts before a host's domain, such as `_collab-edge._tls.`, within 253 characters."""

_NAME_BEFORE, _NAME_AFTER = r"(?<![A-Za-z0-9-])", r"(?![A-Za-z0-9-])"
T = TypeVar("T")


@dataclass(frozen=True)
class Renaming:
    """The names of the healthy lab and what stands for each; longer ones go first. Empty: nothing is renamed."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, host: str, domain: str, new_host: str, new_domain: str) -> Renaming:
        """Return the renaming of a host and its domain; the host's own label is renamed too, as zones write it."""
        label, new_label = host.removesuffix(f".{domain}"), new_host.removesuffix(f".{new_domain}")
        names = {host: new_host, domain: new_domain, label: new_label if new_label != new_host else f"{new_host}."}
        return cls({old: new for old, new in names.items() if old and old != new})

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        written = [form for name in sorted(self.names, key=len, reverse=True) for form in {name, re.escape(name)}]
        return re.compile(_NAME_BEFORE + "(" + "|".join(map(re.escape, written)) + ")" + _NAME_AFTER)

    def text(self, text: str) -> str:
        """Return a text with every name replaced, those in regular expressions too."""
        return self._pattern.sub(self._replacement, text) if self.names else text

    def _replacement(self, match: re.Match[str]) -> str:
        found = match[1]
        return self.names[found] if found in self.names else re.escape(self.names[found.replace("\\", "")])

    def data(self, value: T) -> T:
        """Return plain data with every text in it renamed; keys stay."""
        return self._data(value)  # type: ignore[no-any-return]

    def _data(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {key: self._data(inner) for key, inner in value.items()}
            case list() | tuple():
                return type(value)(map(self._data, value))
            case _:
                return value


def host_in(certificate: CertificateFacts) -> str:
    """Return the first name in a certificate that a host of the lab can have, in lower case; empty where none can.

    The common name goes first. An address, a wildcard, a name in Unicode, one label alone or one over 200 characters
    is none.
    """
    named = (name.lower().removesuffix(".") for name in (*certificate.common_names, *certificate.dns_names))
    return next((name for name in named if "." in name and len(name) <= _LONGEST and not name_fault(name)), "")
