"""What is wrong with the extensions and the curve of a link, each as a finding with OpenSSL's number."""

from __future__ import annotations

from collections.abc import Iterator

from harness.x509.extension_rules import DECODED, PROXY, RESOURCES, called, not_understood, repeated
from harness.x509.findings import FindingKind, PathFinding, Position
from harness.x509.keys import has_explicit_curve

_NOT_UNDERSTOOD, _PROXY, _RESOURCES, _EXPLICIT_CURVE = 34, 40, 46, 94


def repeated_extensions(here: Position) -> Iterator[PathFinding]:
    """Yield the extensions that are there twice and that OpenSSL 4.0 does not decode: later versions refuse them."""
    for identifier in (each for each in repeated(here.encoded) if each not in DECODED):
        sentence = (
            f"has the extension {called(identifier)} twice, which RFC 5280 section 4.2 forbids; OpenSSL takes it up to "
            "4.0 and refuses it from 4.1 on"
        )
        yield here.finding(FindingKind.REPEATED_EXTENSION, sentence, 0)


def critical_extensions(here: Position) -> Iterator[PathFinding]:
    """Yield the critical extensions that no TLS peer understands (RFC 5280 section 4.2 has it refused)."""
    for identifier in not_understood(here.encoded):
        sentence = f"has the critical extension {called(identifier)}, which OpenSSL does not understand and so refuses"
        yield here.finding(FindingKind.CRITICAL_EXTENSION, sentence, _NOT_UNDERSTOOD)


def special_certificates(here: Position) -> Iterator[PathFinding]:
    """Yield proxy certificates (RFC 3820), which TLS refuses, and number resources, which nobody here compares."""
    if here.encoded.extension(PROXY):
        yield here.finding(
            FindingKind.PROXY_CERTIFICATE, "is a proxy certificate (RFC 3820), which TLS refuses", _PROXY
        )
    for identifier in RESOURCES:
        if here.depth == 0 and here.encoded.extension(identifier):
            sentence = (
                f"is about Internet number resources ({called(identifier)}, RFC 3779): whether its CAs hold them is "
                "undecided here; `openssl verify` tells"
            )
            yield here.finding(FindingKind.UNDECIDED, sentence, _RESOURCES)


def explicit_curve(here: Position) -> Iterator[PathFinding]:
    """Yield a curve that is spelled out; OpenSSL takes that in no chain of two and more."""
    if len(here.chain.links) > 1 and has_explicit_curve(here.encoded):
        sentence = "spells out the parameters of its curve and does not name it, which RFC 5480 section 2.1.1 forbids"
        yield here.finding(FindingKind.EXPLICIT_CURVE, sentence, _EXPLICIT_CURVE)
