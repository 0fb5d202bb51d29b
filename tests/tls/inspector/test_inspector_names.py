"""The name tables agree with the registry, and with programs that nobody here wrote."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping

import pytest
from tls_registry import registered

from harness.tls.inspector.ciphers import record_cipher
from harness.tls.inspector.registry_names import (
    CERTIFICATE_TYPE_NAMES,
    COMPRESSION_NAMES,
    GROUP_NAMES,
    HANDSHAKE_NAMES,
    SIGNATURE_SCHEME_NAMES,
    group_name,
    scheme_name,
    suite_name,
    version_name,
)
from harness.tls.inspector.suites import SUITE_NAMES


@pytest.mark.parametrize(
    ("table", "ours"),
    [
        ("suites", SUITE_NAMES),
        ("groups", GROUP_NAMES),
        ("signature_schemes", SIGNATURE_SCHEME_NAMES),
        ("client_certificate_types", CERTIFICATE_TYPE_NAMES),
        ("handshake_types", HANDSHAKE_NAMES),
        ("compressions", COMPRESSION_NAMES),
    ],
)
def test_every_number_is_called_as_the_registry_calls_it(table: str, ours: Mapping[int, str]) -> None:
    assert ours == registered(table)


def test_grease_is_what_rfc_8701_reserves_and_nothing_else() -> None:
    reserved = {
        *(0x0A0A, 0x1A1A, 0x2A2A, 0x3A3A, 0x4A4A, 0x5A5A, 0x6A6A, 0x7A7A),
        *(0x8A8A, 0x9A9A, 0xAAAA, 0xBABA, 0xCACA, 0xDADA, 0xEAEA, 0xFAFA),
    }
    for named in (group_name, scheme_name, suite_name, version_name):
        assert {number for number in range(0x10000) if named(number) == "GREASE"} == reserved


@pytest.mark.parametrize(
    ("number", "version"), [(0x300, "ssl3"), (0x301, "1.0"), (0x302, "1.1"), (0x303, "1.2"), (0x304, "1.3")]
)
def test_a_version_is_called_as_people_call_it(number: int, version: str) -> None:
    assert version_name(number) == version


@pytest.mark.interop
@pytest.mark.skipif(not shutil.which("openssl"), reason="the openssl program is absent")
def test_openssl_calls_every_suite_by_the_same_name() -> None:
    listing = subprocess.run(
        ["openssl", "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    theirs = {
        int(high, 16) << 8 | int(low, 16): name for high, low, name in re.findall(r"0x(..),0x(..) - (TLS_\S+)", listing)
    }
    common = theirs.keys() & SUITE_NAMES.keys()
    assert len(common) > 50
    assert {number: theirs[number] for number in common} == {number: suite_name(number) for number in common}


def test_every_aes_and_chacha_suite_in_the_table_can_be_read() -> None:
    modern = {name for name in SUITE_NAMES.values() if re.search("_AES_|CHACHA20", name)}
    assert modern
    assert not [name for name in modern if record_cipher(name) is None]
    assert record_cipher("TLS_RSA_WITH_RC4_128_SHA") is None
