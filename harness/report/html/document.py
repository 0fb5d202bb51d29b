"""One HTML file: its head with the policy that forbids everything else, its data, its style and its script."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Any

from harness.report.html.colours import custom_properties

_IN_A_SCRIPT = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What somebody wrote by hand for one page: its body in HTML, its style sheet, its script."""

    body: str
    style: str
    script: str


def document(title: str, parts: Parts, data: Any) -> str:
    """Return the page. Nothing of `data` is markup: the script reads it as JSON and writes it as text alone."""
    style = custom_properties() + parts.style
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, parts.script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="generator" content="sip-mtls">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>{style}</style>\n</head>\n<body>\n{parts.body}\n"
        f'<script type="application/json" id="data">{island(data)}</script>\n'
        f"<script>{parts.script}</script>\n</body>\n</html>\n"
    )


def island(data: Any) -> str:
    """Return `data` as JSON that an HTML parser cannot leave: ASCII, without `<`, `>` and `&`.

    ASCII alone also keeps out U+2028 and U+2029, which end a line in JavaScript and not in JSON.
    """
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).translate(_IN_A_SCRIPT)


def _policy(style: str, script: str) -> str:
    """Return a policy that lets this style and this script run, by their hashes, and nothing be fetched."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}"
