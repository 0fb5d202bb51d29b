"""A registrar: who can be reached where, and until when (RFC 3261 10.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import compress
from typing import TypeAlias
from urllib.parse import unquote

from harness.sip.address import NameAddress, sip_uri_of
from harness.sip.building import respond
from harness.sip.headers import whole_number
from harness.sip.message import Request, Response, cseq_number
from harness.sip.uri import SipUri
from harness.sip.validation import Refusal, callee_refusal

_SUPPORTED = ("path",)
_LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Binding:
    """One way to reach an address-of-record: the Contact and the moment (seconds) at which it ends.

    `place` is the URI of the contact, as text where it is of another scheme.
    """

    contact: NameAddress
    place: SipUri | str
    expires_at: float
    call_id: str
    sequence: int

    def same_place(self, other: Binding) -> bool:
        """Whether `other` names the same contact (RFC 3261 19.1.4, other schemes letter by letter)."""
        if isinstance(self.place, SipUri) and isinstance(other.place, SipUri):
            return self.place.is_equivalent_to(other.place)
        return self.place == other.place

    def is_newer_than(self, other: Binding) -> bool:
        """Whether `other` comes out of order: of the same Call-ID, with a CSeq that does not go up."""
        return self.call_id == other.call_id and self.sequence >= other.sequence


_Bindings: TypeAlias = tuple[Binding, ...]


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    headers: tuple[tuple[str, str], ...] = ()


class Registrar:
    """Holds the bindings of a domain. `handle` answers a REGISTER; who may send one is decided before.

    Intervals are in seconds. A REGISTER that names or would hold more than `most_bindings` contacts for one address,
    or a new address beyond `most_addresses`, is refused with 403 and 503: a listener survives its callers. A URI is
    compared with each contact that is held, so the number of contacts is looked at before any of them is read.
    """

    def __init__(
        self,
        *,
        default_expires: int = 3600,
        min_expires: int = 60,
        max_expires: int = 7200,
        most_bindings: int = 16,
        most_addresses: int = 100_000,
    ) -> None:
        self._default_expires = default_expires
        self._min_expires = min_expires
        self._max_expires = max_expires
        self._most_bindings = most_bindings
        self._most_addresses = most_addresses
        self._bindings: dict[str, _Bindings] = {}
        self._looked_through_at = 0.0

    def __len__(self) -> int:
        return len(self._bindings)

    def bindings(self, address_of_record: str, now: float) -> _Bindings:
        """Return what is bound to a SIP URI at that moment; nothing for a URI that cannot be read."""
        try:
            key = _key(SipUri.parse(address_of_record))
        except ValueError:
            return ()
        return self._current(key, now)

    def handle(self, request: Request, now: float) -> Response:
        """Answer a REGISTER: 200 with all bindings, or the refusal with nothing changed (RFC 3261 10.3)."""
        if refusal := objection(request):
            return refusal.response(request)
        uri = sip_uri_of(request.headers.get("to") or "")
        assert uri is not None  # noqa: S101  # that is what `objection` looks for
        outcome = self._updated(request, self._current(_key(uri), now), now)
        if isinstance(outcome, _Refusal):
            return respond(request, outcome.status, headers=outcome.headers)
        self._forget_the_expired(now)
        if _key(uri) not in self._bindings and len(self._bindings) >= self._most_addresses:
            return respond(request, 503)
        self._keep(_key(uri), outcome)
        # RFC 3327 5.3: whoever registered learns which proxies stand in the way to it.
        path = [("Path", value) for value in request.headers.get_all("path")]
        return respond(request, 200, headers=[*(("Contact", _listed(bound, now)) for bound in outcome), *path])

    def _current(self, key: str, now: float) -> _Bindings:
        return tuple(bound for bound in self._bindings.get(key, ()) if bound.expires_at > now)

    def _forget_the_expired(self, now: float) -> None:
        """Look through all addresses, where that is due: now and then, and when there is no room."""
        if now >= self._looked_through_at + _LOOK_SECONDS or len(self._bindings) >= self._most_addresses:
            self._bindings = {key: live for key in self._bindings if (live := self._current(key, now))}
            self._looked_through_at = now

    def _keep(self, key: str, bindings: _Bindings) -> None:
        if bindings:
            self._bindings[key] = bindings
        else:
            self._bindings.pop(key, None)

    def _updated(self, request: Request, old: _Bindings, now: float) -> _Bindings | _Refusal:
        contacts = request.headers.get_list("contact")
        if len(contacts) > self._most_bindings:
            return _Refusal(403)
        if "*" in contacts:
            everything = len(contacts) == 1 and request.headers.get("expires") == "0"
            return () if everything else _Refusal(400)
        bindings = old
        for value in contacts:
            changed = self._with_contact(request, value, bindings, now)
            if isinstance(changed, _Refusal):
                return changed
            bindings = changed
        return bindings if len(bindings) <= self._most_bindings else _Refusal(403)

    def _with_contact(self, request: Request, value: str, old: _Bindings, now: float) -> _Bindings | _Refusal:
        try:
            contact = NameAddress.parse(value)
        except ValueError:
            return _Refusal(400)
        seconds = self._granted(contact, request)
        if 0 < seconds < self._min_expires:
            return _Refusal(423, (("Min-Expires", str(self._min_expires)),))
        place, call_id = contact.sip_uri or contact.uri, request.headers.get("call-id") or ""
        new = Binding(contact, place, now + seconds, call_id, cseq_number(request.headers))
        same = [bound.same_place(new) for bound in old]
        if any(bound.is_newer_than(new) for bound in compress(old, same)):
            return _Refusal(500)
        others = tuple(bound for bound, is_same in zip(old, same, strict=True) if not is_same)
        return (*others, new) if seconds else others

    def _granted(self, contact: NameAddress, request: Request) -> int:
        asked = contact.parameters.get("expires") or request.headers.get("expires")
        seconds = whole_number(asked, 2**32 - 1)
        # An unreadable interval counts as none at all (RFC 3261 20.10 and 20.19).
        return self._default_expires if seconds is None else min(seconds, self._max_expires)


def objection(request: Request) -> Refusal | None:
    """Return why a REGISTER is of no use, whoever sends it (RFC 3261 10.3 steps 2 and 5); ask before credentials."""
    if refusal := callee_refusal(request, _SUPPORTED):
        return refusal
    uri = sip_uri_of(request.headers.get("to") or "")
    return None if uri else Refusal(400, "To: a REGISTER is for a SIP URI (RFC 3261 10.2)")


def _key(uri: SipUri) -> str:
    # RFC 3261 10.3 step 5: without parameters, in canonical form; sip and sips are the same address here.
    return f"{unquote(uri.user or '')}@{uri.host.lower()}"


def _listed(bound: Binding, now: float) -> str:
    return str(bound.contact.with_parameter("expires", str(math.ceil(bound.expires_at - now))))
