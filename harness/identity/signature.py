"""Whether one certificate was signed by another's key, also where that signature is a weak one."""

from __future__ import annotations

import warnings
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from harness.identity.encoded import encoded


@lru_cache(maxsize=4096)
def is_signed_by(certificate: bytes, issuer: bytes) -> bool:
    """Return whether the key of `issuer` signed `certificate` (both DER); names are not compared.

    False for bytes that are no certificates, for algorithms that nobody here knows, and where the algorithm inside
    what is signed is not the one beside the signature (RFC 5280 section 4.1.1.2; OpenSSL: X509_V_ERR 7).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # read_certificate tells of oddities; here only the answer counts
        try:
            if not encoded(certificate).algorithms_agree:
                return False
            _check(x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(issuer))
        except Exception:  # InvalidSignature, or whatever a stranger's bytes bring about
            return False
    return True


def _check(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    """Raise where the signature does not fit.

    Not verify_directly_issued_by: it refuses SHA-1 and MD5 (measured; architecture.md, "Certificates"), and an
    explainer has to tell a weak signature from a wrong one.
    """
    key, algorithm = issuer.public_key(), certificate.signature_hash_algorithm
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    match key:
        case rsa.RSAPublicKey() if algorithm:
            padded = certificate.signature_algorithm_parameters
            scheme = padded if isinstance(padded, padding.PSS) else padding.PKCS1v15()
            key.verify(signature, signed, scheme, algorithm)
        case ec.EllipticCurvePublicKey() if algorithm:
            key.verify(signature, signed, ec.ECDSA(algorithm))
        case _:
            certificate.verify_directly_issued_by(issuer)
