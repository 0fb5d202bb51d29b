"""certs/README.md lists what certs/*.yaml state; where it does not, the rows that belong there are shown."""

from __future__ import annotations

from pki_bench import CATALOGUE, CERTS

from harness.pki.catalogue import AuthorityProfile
from harness.pki.validity import Dates

README = (CERTS / "README.md").read_text(encoding="utf-8")


def rows_below(heading: str) -> list[str]:
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| `")]


def authority_row(name: str, profile: AuthorityProfile) -> str:
    issuer = f"`{profile.under}`" if profile.under else "itself"
    dates = str(profile.validity) if isinstance(profile.validity, Dates) else ""
    return f"| `{name}` | {issuer} | {dates} | {profile.flaw} |"


def test_the_readme_lists_every_authority() -> None:
    assert rows_below("Authorities") == [
        authority_row(name, profile) for name, profile in CATALOGUE.authorities.items()
    ]


def test_the_readme_lists_every_trust_list() -> None:
    assert rows_below("Trust lists") == [
        f"| `list:{name}` | {profile.title} | {', '.join(f'`{each}`' for each in profile.authorities)} |"
        for name, profile in CATALOGUE.trust_lists.items()
    ]


def test_the_readme_lists_every_role() -> None:
    assert rows_below("Roles") == [
        f"| `{name}` | {profile.title} | `{profile.issuer}` | {', '.join(profile.dns_names[:3]) or 'none'} |"
        for name, profile in CATALOGUE.leaves.items()
    ]


def test_the_readme_lists_every_fault() -> None:
    assert rows_below("Faults") == [
        f"| `{name}` | {profile.title} | {profile.acts_on} |" for name, profile in CATALOGUE.faults.items()
    ]
