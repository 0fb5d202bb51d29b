"""Evidence: the certificates that were presented and the key log, and nothing that must stay secret."""

from __future__ import annotations

import ssl
from dataclasses import replace

import pytest
from recorded_stories import STORIES, story
from report_bench import HOSTILE, is_inert

from harness.capture.key_log import key_log_text
from harness.report.evidence import pem, presented_certificates
from harness.transcript import Transcript


def _labels(play: Transcript) -> dict[str, int]:
    files = presented_certificates(play)
    return {name: text.count("BEGIN CERTIFICATE") for name, text in files.items()}


def test_both_sides_of_a_call_from_the_cloud_are_there() -> None:
    assert _labels(story("call-from-the-cloud-1.3")) == {
        "3-webex-cloud-presented.pem": 3,
        "3-expressway-e-presented.pem": 3,
    }


def test_a_client_that_was_refused_by_name_is_there_too() -> None:
    files = presented_certificates(story("name-refused-1.2"))
    assert "subject: CN=l2sip-lab-01.webex.com" in files["3-webex-cloud-presented.pem"]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_side_that_presented_nothing_has_no_file(version: str) -> None:
    assert list(_labels(story(f"no-certificate-{version}"))) == ["3-expressway-e-presented.pem"]


def test_a_file_is_pem_that_others_read() -> None:
    text = presented_certificates(story("no-certificate-1.2"))["3-expressway-e-presented.pem"]
    first = text[text.index("-----BEGIN") : text.index("-----END CERTIFICATE-----") + 25]
    der = ssl.PEM_cert_to_DER_cert(first)
    assert pem(der).endswith(f"{first}\n")


def test_a_file_name_stays_in_its_folder_whatever_an_actor_is_called() -> None:
    play = story("no-certificate-1.2")
    connection = replace(play.connections[-1], listener="../../etc/Cron\x1b")
    names = presented_certificates(replace(play, connections=(connection,)))
    assert list(names) == ["3-etc-cron-presented.pem"]


def test_bytes_that_are_no_certificate_are_still_evidence() -> None:
    assert is_inert(pem(HOSTILE.encode("utf-8", "surrogateescape")))


def test_the_key_log_holds_each_secret_once() -> None:
    lines = key_log_text(story("no-certificate-1.3")).splitlines()
    assert len(lines) == len(set(lines))
    assert {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"} <= {line.split()[0] for line in lines}


def test_a_key_log_takes_over_no_line_of_another_kind() -> None:
    play = story("no-certificate-1.2")
    strange = ("-----BEGIN PRIVATE KEY-----", "CLIENT_RANDOM 00 11", "\x1b[2J", "X " + "0" * 64 + " 00\n")
    connection = play.connections[-1]
    end = replace(connection.ends[0], key_log=strange)
    assert key_log_text(replace(play, connections=(replace(connection, ends=(end,)),))) == ""


@pytest.mark.parametrize("name", STORIES)
def test_no_private_key_is_in_any_evidence(name: str) -> None:
    everything = [*presented_certificates(story(name)).values(), key_log_text(story(name))]
    assert not any("PRIVATE" in text for text in everything)
