"""The keys by which code, scenarios and pages cite the domain reference, and where in it each leads."""

from __future__ import annotations

import re

_PAGES = (
    "actors", "decisions", "defaults", "certificates", "wire", "catalogue", "traps", "needs", "samples", "sources",
)  # fmt: skip
_SECTIONS = {str(number): page for number, page in enumerate(_PAGES, start=1)}
"""The pages by their numbers: 5.1 is a section of the fifth."""

_FAMILIES = {
    "L": "actors", "A": "certificates", "X": "traps", "E": "needs", "C": "sources",
    **dict.fromkeys(("B", "M", "I", "O", "D", "G", "T-", "V-", "R-", "C-", "P-", "U-", "CA-", "A-", "Q-"), "catalogue"),
}  # fmt: skip
"""The page of each family of keys, by what its keys begin with."""

_ROWS = "|".join(letters for letters, page in _FAMILIES.items() if page == "catalogue")
_OTHERS = "|".join(letters for letters, page in _FAMILIES.items() if page != "catalogue")
LETTERED = re.compile(rf"(?<![\w/.-])(?:(?:{_ROWS})\d\d|(?:{_OTHERS})\d{{1,2}})(?![\w-]|\.\d)")
"""A key with letters, such as X8 or T-05, where it stands as a word; X12.6 is a release and none."""

NUMBERED = re.compile(r"(?<![\w/.-])\d{1,2}(?:\.\d{1,2})?(?![\w-]|\.\d)")
"""The number of a section, such as 5.1; in prose many other things look like one."""

_RFC = r"\b(?:RFC|rfc) \d{4}(?: sections? [\d.]+(?: and [\d.]+)?| [\d.]+)?"
_CITED = re.compile(rf"{_RFC}|{LETTERED.pattern}|{NUMBERED.pattern}|\bseed\b")


def keys_of(source: str) -> list[str]:
    """Return the keys in a source, which is a list of keys, RFCs and marks."""
    return [found for found in _CITED.findall(source) if not found.upper().startswith("RFC")]


def place_of(key: str) -> str:
    """Return page and anchor of a key, below docs/; KeyError for one that belongs to no family."""
    if key[0].isdigit():
        page = _SECTIONS[key.partition(".")[0]]
    elif key == "seed":
        page = "sources"
    else:
        page = _FAMILIES[key.rstrip("0123456789")]
    return f"domain/{page}.md#{key.lower()}"


def linked(source: str, *, from_folder: str = "") -> str:
    """Return a source with a link for each key; `from_folder` leads from the page's folder to docs/."""

    def link(found: re.Match[str]) -> str:
        key = found[0]
        return key if key.upper().startswith("RFC") else f"[{key}]({from_folder}{place_of(key)})"

    return _CITED.sub(link, source)
