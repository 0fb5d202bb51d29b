"""A certificate-change test of somebody's own, in three lines."""

from __future__ import annotations

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
