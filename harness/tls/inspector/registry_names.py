"""The names of the numbers on the wire, as the IANA registry "TLS Parameters" has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.tls.inspector.suites import SUITE_NAMES

VERSION_NAMES = {0x0300: "ssl3", 0x0301: "1.0", 0x0302: "1.1", 0x0303: "1.2", 0x0304: "1.3"}

GROUP_NAMES = {
    0x0013: "secp192r1",
    0x0015: "secp224r1",
    0x0016: "secp256k1",
    0x0017: "secp256r1",
    0x0018: "secp384r1",
    0x0019: "secp521r1",
    0x001A: "brainpoolP256r1",
    0x001B: "brainpoolP384r1",
    0x001C: "brainpoolP512r1",
    0x001D: "x25519",
    0x001E: "x448",
    0x001F: "brainpoolP256r1tls13",
    0x0020: "brainpoolP384r1tls13",
    0x0021: "brainpoolP512r1tls13",
    0x0100: "ffdhe2048",
    0x0101: "ffdhe3072",
    0x0102: "ffdhe4096",
    0x0103: "ffdhe6144",
    0x0104: "ffdhe8192",
    0x0200: "MLKEM512",
    0x0201: "MLKEM768",
    0x0202: "MLKEM1024",
    0x11EB: "SecP256r1MLKEM768",
    0x11EC: "X25519MLKEM768",
    0x11ED: "SecP384r1MLKEM1024",
}

SIGNATURE_SCHEME_NAMES = {
    0x0101: "rsa_pkcs1_md5",
    0x0201: "rsa_pkcs1_sha1",
    0x0202: "dsa_sha1",
    0x0203: "ecdsa_sha1",
    0x0301: "rsa_pkcs1_sha224",
    0x0302: "dsa_sha224",
    0x0303: "ecdsa_sha224",
    0x0401: "rsa_pkcs1_sha256",
    0x0402: "dsa_sha256",
    0x0403: "ecdsa_secp256r1_sha256",
    0x0501: "rsa_pkcs1_sha384",
    0x0502: "dsa_sha384",
    0x0503: "ecdsa_secp384r1_sha384",
    0x0601: "rsa_pkcs1_sha512",
    0x0602: "dsa_sha512",
    0x0603: "ecdsa_secp521r1_sha512",
    0x0804: "rsa_pss_rsae_sha256",
    0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512",
    0x0807: "ed25519",
    0x0808: "ed448",
    0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384",
    0x080B: "rsa_pss_pss_sha512",
    0x081A: "ecdsa_brainpoolP256r1tls13_sha256",
    0x081B: "ecdsa_brainpoolP384r1tls13_sha384",
    0x081C: "ecdsa_brainpoolP512r1tls13_sha512",
    0x0904: "mldsa44",
    0x0905: "mldsa65",
    0x0906: "mldsa87",
}

# RFC 5246 section 7.4.4 and RFC 8422 section 5.5.
CERTIFICATE_TYPE_NAMES = {
    1: "rsa_sign",
    2: "dss_sign",
    3: "rsa_fixed_dh",
    4: "dss_fixed_dh",
    64: "ecdsa_sign",
    65: "rsa_fixed_ecdh",
    66: "ecdsa_fixed_ecdh",
}

# RFC 8446 section 4 and its predecessors.
HANDSHAKE_NAMES = {
    0: "hello_request",
    1: "client_hello",
    2: "server_hello",
    4: "new_session_ticket",
    5: "end_of_early_data",
    8: "encrypted_extensions",
    11: "certificate",
    12: "server_key_exchange",
    13: "certificate_request",
    14: "server_hello_done",
    15: "certificate_verify",
    16: "client_key_exchange",
    20: "finished",
    21: "certificate_url",
    22: "certificate_status",
    23: "supplemental_data",
    24: "key_update",
    25: "compressed_certificate",
    67: "next_proto",
}

# RFC 8879 section 7.3.
COMPRESSION_NAMES = {1: "zlib", 2: "brotli", 3: "zstd"}


def version_name(number: int) -> str:
    """Return a protocol version as this project writes it ("1.2"), `GREASE` or hex."""
    return _name(VERSION_NAMES, number)


def suite_name(number: int) -> str:
    """Return a cipher suite's IANA name, `GREASE` or hex."""
    return _name(SUITE_NAMES, number)


def group_name(number: int) -> str:
    """Return a named group's IANA name (RFC 8446 section 4.2.7), `GREASE` or hex."""
    return _name(GROUP_NAMES, number)


def scheme_name(number: int) -> str:
    """Return a signature scheme's name (RFC 8446 section 4.2.3), `GREASE` or hex."""
    return _name(SIGNATURE_SCHEME_NAMES, number)


def scheme_names(numbers: Iterable[int]) -> tuple[str, ...]:
    """Return the names of several signature schemes."""
    return tuple(scheme_name(number) for number in numbers)


def _name(table: Mapping[int, str], number: int) -> str:
    return table.get(number) or ("GREASE" if _is_grease(number) else f"0x{number:04x}")


def _is_grease(number: int) -> bool:
    """RFC 8701 section 2: both bytes equal and ending in A."""
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF
