"""Just enough DER to take a certificate's extensions apart, so that one bad extension spoils only itself."""

from __future__ import annotations

from collections.abc import Iterator

_SEQUENCE = 0x30
_EXTENSIONS = 0xA3  # [3] EXPLICIT, the last field of TBSCertificate (RFC 5280 section 4.1)


def elements(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (tag, contents, whole element) for the DER elements that `data` is made of.

    Low tag numbers only, which is all that a certificate's frame uses. ValueError where the bytes end early.
    """
    at = 0
    while at < len(data):
        start, (length, at) = at, _length(data, at + 1)
        if at + length > len(data):
            raise ValueError("a DER element is longer than its frame")
        yield data[start], data[at : at + length], data[start : at + length]
        at += length


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise ValueError("a DER element ends before its length")
    first, at = data[at], at + 1
    if first < 0x80:
        return first, at
    end = at + (first & 0x7F)
    if first == 0x80 or end - at > 4 or end > len(data):
        raise ValueError("a DER length is out of bounds")
    return int.from_bytes(data[at:end]), end


def wrap(tag: int, contents: bytes) -> bytes:
    """Return `contents` as one DER element with `tag`."""
    size = len(contents)
    if size < 0x80:
        return bytes([tag, size]) + contents
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + contents


def one_extension_each(certificate: bytes) -> Iterator[bytes]:
    """Yield, for each extension, the certificate with that extension alone (its signature no longer fits).

    ValueError where the certificate's frame itself cannot be taken apart.
    """
    frame = list(elements(next(elements(certificate))[1]))
    fields = list(elements(frame[0][1]))
    before = b"".join(whole for tag, _, whole in fields if tag != _EXTENSIONS)
    after = b"".join(whole for _, _, whole in frame[1:])
    for held in (contents for tag, contents, _ in fields if tag == _EXTENSIONS):
        for _, _, extension in elements(next(elements(held))[1]):
            body = before + wrap(_EXTENSIONS, wrap(_SEQUENCE, extension))
            yield wrap(_SEQUENCE, wrap(_SEQUENCE, body) + after)
