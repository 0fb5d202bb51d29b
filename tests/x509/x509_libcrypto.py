"""The oracle for keys and signature algorithms: what the system's libcrypto (3.0 or later) makes of them."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_NAME = ctypes.util.find_library("crypto")
_LIBRARY = ctypes.CDLL(_NAME) if _NAME else None
PRESENT = hasattr(_LIBRARY, "EVP_PKEY_get_security_bits")

_POINTERS = (
    "d2i_PUBKEY",
    "d2i_X509",
    "d2i_X509_NAME",
    "EC_GROUP_new_by_curve_name",
    "EC_KEY_new_by_curve_name",
    "OBJ_nid2obj",
)
_TEXTS = ("EC_curve_nid2nist", "OBJ_nid2sn")
_PRIME_FIELD, _LAST_NID = 406, 1400


@dataclass(frozen=True)
class Curve:
    """A named curve: its identifier, NIST's name or else its own, and two keys on it as SubjectPublicKeyInfo.

    The second key spells out the parameters.
    """

    identifier: str
    name: str
    named_key: bytes
    explicit_key: bytes


@dataclass(frozen=True)
class SignatureAlgorithm:
    """A signature algorithm and the key that makes it, both by identifier."""

    identifier: str
    key: str


class _Builtin(ctypes.Structure):
    _fields_ = (("nid", ctypes.c_int), ("comment", ctypes.c_char_p))


def _library() -> ctypes.CDLL:
    assert _LIBRARY is not None
    for function in _POINTERS:
        getattr(_LIBRARY, function).restype = ctypes.c_void_p
    for function in _TEXTS:
        getattr(_LIBRARY, function).restype = ctypes.c_char_p
    return _LIBRARY


def curves() -> Iterator[Curve]:
    """Yield every curve over a prime field."""
    library = _library()
    count = library.EC_get_builtin_curves(None, ctypes.c_size_t(0))
    listed = (_Builtin * count)()
    library.EC_get_builtin_curves(listed, ctypes.c_size_t(count))
    for nid in (each.nid for each in listed):
        group = ctypes.c_void_p(library.EC_GROUP_new_by_curve_name(nid))
        if library.EC_GROUP_get_field_type(group) == _PRIME_FIELD:
            name: bytes = library.EC_curve_nid2nist(nid) or library.OBJ_nid2sn(nid)
            yield Curve(_dotted(nid), name.decode(), _key_on(nid, explicit=False), _key_on(nid, explicit=True))
        library.EC_GROUP_free(group)


def _key_on(nid: int, *, explicit: bool) -> bytes:
    library = _library()
    key = ctypes.c_void_p(library.EC_KEY_new_by_curve_name(nid))
    assert library.EC_KEY_generate_key(key) == 1
    library.EC_KEY_set_asn1_flag(key, 0 if explicit else 1)
    room = ctypes.create_string_buffer(library.i2d_EC_PUBKEY(key, None))
    library.i2d_EC_PUBKEY(key, ctypes.byref(ctypes.c_void_p(ctypes.addressof(room))))
    library.EC_KEY_free(key)
    return room.raw


def _dotted(nid: int) -> str:
    library, room = _library(), ctypes.create_string_buffer(80)
    library.OBJ_obj2txt(room, len(room), ctypes.c_void_p(library.OBJ_nid2obj(nid)), 1)
    return room.value.decode()


def security_bits(public_key: bytes) -> int:
    """Return the bits of security of a SubjectPublicKeyInfo, 0 where it cannot be read."""
    library = _library()
    key = _decoded(library.d2i_PUBKEY, public_key)
    if not key:
        return 0
    bits = library.EVP_PKEY_get_security_bits(key)
    library.EVP_PKEY_free(key)
    return int(bits)


def signature_algorithms() -> Iterator[SignatureAlgorithm]:
    """Yield every algorithm that libcrypto lists, also those that it cannot weigh."""
    library = _library()
    for nid in range(1, _LAST_NID):
        hashed, key = ctypes.c_int(), ctypes.c_int()
        if library.OBJ_find_sigid_algs(nid, ctypes.byref(hashed), ctypes.byref(key)):
            yield SignatureAlgorithm(_dotted(nid), _dotted(key.value))


def signature_bits(certificate: bytes) -> int:
    """Return the bits of security of the algorithm that signed a certificate (DER), 0 where libcrypto knows none."""
    library = _library()
    held = _decoded(library.d2i_X509, certificate)
    assert held, "no certificate"
    told = [ctypes.c_int() for _ in range(4)]
    known = library.X509_get_signature_info(held, *map(ctypes.byref, told))
    library.X509_free(held)
    return told[2].value if known else 0


def _decoded(decode: Callable[..., int | None], data: bytes) -> ctypes.c_void_p:
    room = ctypes.create_string_buffer(data, len(data))
    start = ctypes.c_void_p(ctypes.addressof(room))
    return ctypes.c_void_p(decode(None, ctypes.byref(start), ctypes.c_long(len(data))))


def names_agree(one: bytes, other: bytes) -> bool | None:
    """Whether two Names (DER) are the same one to OpenSSL; None where it cannot read one of them."""
    library = _library()
    names = [_decoded(library.d2i_X509_NAME, each) for each in (one, other)]
    same = None if not all(names) else library.X509_NAME_cmp(*names) == 0
    for name in names:
        library.X509_NAME_free(name)
    return same
