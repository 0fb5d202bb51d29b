"""The matrix of extended key usages holds what domain.md sections 4 and 5.1 state, because it is played."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import product

import pytest
from shipped_library import LIBRARY

from harness.certificates.matrix import MatrixRow, matrix_as_json, matrix_text
from harness.certificates.shell.matrix import LINKS, USAGES, plans_of, play_matrix, squares
from harness.lab.releases import RELEASE_NAMES
from harness.pki import LabPki

NOW = datetime.now(UTC)
BOTH, SERVER, CLIENT, NONE, ANY = USAGES


@cache
def row(
    box: str, store: str, usages: tuple[str, ...], release: str, restricted: bool = False, check: bool = True
) -> MatrixRow:
    """Return one row of the matrix, played."""
    lab_pki = LabPki(LIBRARY.catalogue, NOW)
    (wanted,) = (
        square
        for square in squares([release])
        if (square.box, square.store, square.usages) == (box, store, usages)
        and (square.restricted, square.eku_check) == (restricted, check)
    )
    (played,) = play_matrix(plans_of(LIBRARY.healthy, lab_pki, [wanted]), lab_pki, lambda _: None)
    return played


def cells(found: MatrixRow) -> dict[str, str]:
    """Return what each link said."""
    return {link: found.cell(link) for link in found.links}


def test_every_combination_is_a_square_and_no_other() -> None:
    there = squares(RELEASE_NAMES)

    single = [(box, "both", "x14", True) for box in LINKS] + [
        (box, "both", release, True) for box, release in product(LINKS, ("x15.2", "x15.4"))
    ]
    two = [(box, store, "x15.5", check) for box, store, check in product(LINKS, ("server", "client"), (True, False))]
    expected = {
        (*place, usages, restricted) for place in single + two for usages in USAGES for restricted in (False, True)
    }
    assert {(s.box, s.store, s.releases[0], s.eku_check, s.usages, s.restricted) for s in there} == expected
    assert len(there) == len(expected)


@pytest.mark.parametrize("release", ["x14", "x15.2", "x15.4"])
def test_both_usages_and_none_at_all_work_everywhere(release: str) -> None:
    for box, usages in product(LINKS, (BOTH, NONE)):
        assert set(cells(row(box, "both", usages, release)).values()) == {"ok"}


def test_a_server_only_certificate_up_to_x15_3() -> None:
    assert cells(row("expressway-e", "both", SERVER, "x15.2")) == {
        "5062 in": "ok",
        "5062 out": "46",
        "7001": "ok",
        "2222": "ok",
        "cluster": "43",
        "sign-in": "ok",
        "register": "500",
    }


def test_x15_4_relaxes_the_cluster_and_the_service_check_and_not_the_way_out() -> None:
    found = cells(row("expressway-e", "both", SERVER, "x15.4"))

    assert {link for link, said in found.items() if said != "ok"} == {"5062 out"}


def test_x15_5_parts_the_roles() -> None:
    server, client = (cells(row("expressway-e", store, SERVER, "x15.5")) for store in ("server", "client"))

    assert set(server.values()) == {"ok"}
    assert {link for link, said in client.items() if said != "ok"} == {"5062 out"}


def test_any_extended_key_usage_stands_for_nothing() -> None:
    found = cells(row("expressway-e", "both", ANY, "x15.2"))

    assert "ok" not in found.values()


def test_an_intermediate_for_servers_binds_what_it_issued() -> None:
    found = cells(row("expressway-e", "client", BOTH, "x15.5", restricted=True))

    assert found["5062 out"] == "46"
    assert {said for link, said in found.items() if link != "5062 out"} == {"ok"}


def test_with_the_check_off_the_zone_comes_up_and_the_tunnel_does_not() -> None:
    checked, unchecked = (cells(row("expressway-c", "client", SERVER, "x15.5", check=check)) for check in (True, False))

    assert (checked["7001"], unchecked["7001"]) == ("43", "ok")
    assert (checked["2222"], unchecked["2222"]) == ("43", "43")
    assert (checked["sign-in"], unchecked["sign-in"]) == ("502", "502")
    assert (checked["register"], unchecked["register"]) == ("500", "ok")


def test_in_tls_1_3_a_client_is_refused_late() -> None:
    found = row("expressway-e", "client", SERVER, "x15.5").links["5062 out"]

    assert {version: step.stopped_at for version, step in found.items()} == {"1.2": "handshake", "1.3": "acceptance"}


def test_the_table_fits_eighty_columns_and_reads_alike_blocks_once() -> None:
    wanted = product(LINKS, ("x14", "x15.2"), (BOTH, SERVER))
    rows = [row(box, "both", usages, release) for box, release, usages in wanted]

    text = matrix_text(rows, NOW, width=80, unicode=False)

    assert max(map(len, text.splitlines())) <= 80
    assert text.count("Expressway-E, ") == 1
    assert "Expressway-E, X14, X15.2: one certificate for both roles" in text
    assert matrix_as_json(rows, NOW).count('"box"') == len(rows)
