"""certs/README.md lists what certs/*.yaml state; where it does not, the rows that belong there are shown."""

from __future__ import annotations

from pki_bench import CATALOGUE, CERTS

README = (CERTS / "README.md").read_text(encoding="utf-8")


def rows_below(heading: str) -> list[str]:
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| `")]


def test_the_readme_lists_every_authority() -> None:
    assert rows_below("Authorities") == [
        f"| `{name}` | {f'`{profile.under}`' if profile.under else 'itself'} | {profile.flaw} |"
        for name, profile in CATALOGUE.authorities.items()
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
