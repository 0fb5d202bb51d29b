"""A KeyUpdate that an OpenSSL listener obeys is obeyed by the inspector too."""

from __future__ import annotations

from forged_records import APPLICATION_DATA, HANDSHAKE, sealed
from recorded_handshakes import Meeting, context, leaf

from harness.tls.inspector import KeyUpdate, Malformed, Undecrypted
from harness.tls.inspector.key_schedule import next_secret
from harness.transcript import Direction

SUITE = "TLS_AES_128_GCM_SHA256"
KEY_UPDATE_WITH_REQUEST = bytes([24, 0, 0, 1, 1])


def test_both_ends_change_their_keys_and_are_still_read() -> None:
    meeting = Meeting(
        context("1.3", suites=SUITE), context("1.3", own=leaf("exp-e"), suites=SUITE)
    ).shake_hands()
    secret = next(
        bytes.fromhex(line.split()[2])
        for line in meeting.key_log
        if line.startswith("CLIENT_TRAFFIC_SECRET_0 ")
    )
    update = sealed(secret, 0, HANDSHAKE, KEY_UPDATE_WITH_REQUEST)
    renewed = sealed(next_secret(secret, "sha256"), 0, APPLICATION_DATA, b"under the next key")
    meeting.record(Direction.RECEIVED, update + renewed)
    meeting.server.bio_write(update + renewed)
    assert meeting.server.recv(100) == b"under the next key"
    assert meeting.say(meeting.server, b"and under the listener's") == b"and under the listener's"
    seen = meeting.inspection()
    assert [(item.from_client, item.requested) for item in seen.of_kind(KeyUpdate)] == [
        (True, True),
        (False, False),
    ]
    assert seen.application_data(client=True) == b"under the next key"
    assert seen.application_data(client=False) == b"and under the listener's"
    assert not [item for item in seen.items if isinstance(item, Undecrypted | Malformed)]
