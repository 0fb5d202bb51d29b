"""The name tables agree with those of programs that nobody here wrote."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from harness.tls.inspector.ciphers import record_cipher
from harness.tls.inspector.names import suite_name
from harness.tls.inspector.suites import SUITE_NAMES


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
