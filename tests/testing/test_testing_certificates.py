"""A certificate-change test of somebody's own, in three lines."""

from __future__ import annotations

from pathlib import Path

from testing_bench import Project, project

__all__ = ["project"]

pytest_plugins = ["pytester"]

MADE = """
    import pytest

    CALLS = ("B01", "I01", "O01", "M01")

    @pytest.fixture
    def edge(sip_mtls, tmp_path):
        def made(name, *faults, renewals=0):
            folder = sip_mtls.certificates("expressway-e", faults=faults, renewals=renewals)
            (tmp_path / name).write_bytes((folder / "expressway-e" / "chain.pem").read_bytes())
            return tmp_path / name
        return made
"""


def test_a_renewed_certificate_changes_nothing(project: Project) -> None:
    result = project.run(
        MADE
        + """
    def test_renewal(sip_mtls, edge):
        old, new = edge("old.pem"), edge("new.pem", renewals=1)
        assert old.read_bytes() != new.read_bytes()
        change = sip_mtls.certificate_change(
            old, new, role="expressway-e-server", releases=["x15.5"], scenarios=CALLS)
        assert not change.breaks, change.text
        assert change.is_same and change.worked == 4 and change.broken == ()
    """
    )
    result.assert_outcomes(passed=1)


def test_one_without_client_auth_fails_it_and_the_report_says_which_call_and_why(project: Project) -> None:
    result = project.run(
        MADE
        + """
    def test_renewal(sip_mtls, edge):
        change = sip_mtls.certificate_change(
            edge("old.pem"), edge("new.pem", "server-auth-only"), role="expressway-e-server",
            releases=["x15.4"], scenarios=CALLS)
        assert change.broken == ("cloud-outbound/o01-call-to-the-cloud",)
        assert change.causes == ("eku-no-client-auth",)
        assert {flip.kind for flip in change.flips} == {"breaks"}
        assert [upload.refuses_new for upload in change.uploads] == [True]
        assert not change.breaks
    """
    )
    result.assert_outcomes(failed=1)
    shown = result.stdout.str()
    assert "breaks cloud-outbound/o01-call-to-the-cloud>" in shown
    assert "BREAKS: worked with the old certificate, does not with the new one" in shown


def test_an_old_certificate_with_which_nothing_works_proves_nothing_and_fails(project: Project) -> None:
    result = project.run(
        MADE
        + """
    def test_renewal(sip_mtls, edge):
        sip_mtls.certificate_change(
            edge("old.pem", "expired"), edge("new.pem"), role="expressway-e-server",
            releases=["x15.5"], scenarios=["O01"])
    """
    )
    result.assert_outcomes(failed=1)
    assert "no story works with it, so none can break" in result.stdout.str()


def test_a_certificate_is_checked_by_the_rules(project: Project) -> None:
    result = project.run(
        MADE
        + """
    def test_rules(sip_mtls, edge):
        sound, expired = (
            sip_mtls.certificate_check(edge(name, *faults), role="expressway-e-server")
            for name, faults in (("sound.pem", ()), ("expired.pem", ("expired",))))
        assert not sound.refused and "expired" not in sound.rules
        assert expired.refused and "expired" in expired.rules, expired.text
        assert "expired" in repr(expired) and "ERROR" in expired.text
        assert len(expired.findings) >= len(expired.rules)
    """
    )
    result.assert_outcomes(passed=1)


def test_a_file_with_something_else_in_it_is_named_with_what_it_is(project: Project) -> None:
    project.pytester.path.joinpath("old.pem").write_text("no certificate\n")
    result = project.run("""
        def test_renewal(sip_mtls):
            sip_mtls.certificate_change("old.pem", "old.pem", role="expressway-e-server")
    """)
    result.assert_outcomes(failed=1)
    assert "old.pem: " in result.stdout.str()
    assert "Traceback" not in result.stdout.str()
    assert "harness/" not in result.stdout.str()


LISTED = """
    import sys
    import pytest
    sys.path.insert(0, BENCH)
    from public_chains import Pointers, root
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    CALLS = ("B01", "I01", "O01", "M01")
    NAMES = ("expe.acme-corp.com", "acme-corp.com")

    @pytest.fixture
    def edge(tmp_path):
        def made(name, url):
            issuer = root(f"The root of {name}", "Some CA", points=Pointers((url,)))
            held = (issuer.issue(*NAMES), *issuer.chain)
            pem = b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in held)
            (tmp_path / name).write_bytes(pem)
            return tmp_path / name
        return made
""".replace("BENCH", repr(str(Path(__file__).parents[1])))


def test_a_private_root_breaks_calls_also_where_both_certificates_name_a_crl(project: Project) -> None:
    result = project.run(
        LISTED
        + """
    def test_renewal(sip_mtls, edge):
        old, new = (edge(name, "http://crl.ca.example/r.crl") for name in ("old.pem", "new.pem"))
        change = sip_mtls.certificate_change(
            old, new, role="expressway-e-server", releases=["x15.5"], tls=["1.3"], scenarios=CALLS)
        assert change.worked == 4 and change.not_compared == ()
        assert len(change.broken) == 4 and not change.is_safe
    """
    )
    result.assert_outcomes(passed=1)


def test_stories_that_nobody_could_compare_fail_the_test_unless_it_says_that_it_knows(project: Project) -> None:
    result = project.run(
        LISTED
        + """
    def compared(sip_mtls, edge, **words):
        old = edge("old.pem", "ldap:///CN=CA,DC=acme?certificateRevocationList?base")
        return sip_mtls.certificate_change(
            old, old, role="expressway-e-server", releases=["x15.5"], tls=["1.3"], scenarios=CALLS, **words)

    def test_whole(sip_mtls, edge):
        compared(sip_mtls, edge)

    def test_partial(sip_mtls, edge):
        change = compared(sip_mtls, edge, partial=True)
        assert not change.breaks and not change.is_safe and not change.is_same
        assert {flip.row for flip in change.not_compared} == {"I01", "O01"}
    """
    )
    result.assert_outcomes(passed=1, failed=1)
    shown = result.stdout.str()
    assert "work with neither certificate" in shown
    assert "revocation-source-unreachable: I01, O01" in shown
    assert "Traceback" not in shown
