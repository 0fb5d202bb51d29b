"""The floors of docs/architecture.md: who may import whom, and what only the shell may touch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = {
    "inert": 1, "errors": 1, "transcript": 1, "verdict": 1, "document": 1,
    "pki": 2, "x509": 2, "tls": 2, "sip": 2, "dns": 2, "packets": 2,
    "lab": 3, "scenario": 3, "capture": 3,
    "diagnosis": 4, "report": 4, "certificates": 4,
    "net": 5,
    "actors": 6,
    "run": 7,
    "certificates/shell": 8, "serve": 8, "probe": 8, "load": 8, "web": 8,
    "api": 9, "testing": 10, "cli": 11, "pytest_plugin": 11, "__main__": 12,
}  # fmt: skip
NEIGHBOURS = {
    ("errors", "inert"): "what a fault quotes of a file must not act on the terminal of who reads it",
    ("pki", "x509"): "copies of other people's certificates are made from what was read of them",
    ("certificates", "report"): "texts and JSON about certificates stand on the columns and words of every report",
    ("document", "errors"): "a file that people write is read into values or into faults",
    ("scenario", "lab"): "a scenario is a difference in a lab: its words are the lab's settings",
}
"""Neighbours that may meet, each with its reason."""

WATERLINE = FLOORS["net"]
SHELL = {
    **dict.fromkeys(("trio", "asyncio", "threading", "subprocess", "select", "selectors"), "waiting"),
    **dict.fromkeys(("socket", "ssl", "urllib.request", "http"), "the network"),
    "time": "the clock",
    **dict.fromkeys(("random", "secrets", "uuid"), "chance"),
    **dict.fromkeys(("pathlib", "tempfile", "shutil", "os", "io", "glob"), "the disk"),
}
"""What a pure module does not import, and what it would touch by it."""

ABOVE_SHELL = {"actors": {"the disk", "the clock"}, "net": {"the disk", "the clock", "chance"}}
"""What these two leave to the floors above them."""

ALLOWED = {
    ("pki/reading.py", "pathlib"): "PurePosixPath alone: it takes names apart and opens nothing",
    ("net/loopback.py", "random"): "which free block a lab claims, and nothing that could be seen in a verdict",
    ("net/loopback.py", "os"): "os.strerror alone: the kernel's words for an error",
}
DISK_CALLS = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}
CLOCK_CALLS = {"now", "utcnow", "today"}
OPENSSL_HOMES = {"tls/engine.py", "tls/context.py", "tls/revocation_lists.py"}
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "base", "core", "manager", "misc"}


def _modules() -> list[tuple[str, str]]:
    folder = ROOT / "harness"
    return [(path.relative_to(folder).as_posix(), path.read_text("utf-8")) for path in sorted(folder.rglob("*.py"))]


def _package(module: str) -> str:
    """Return what a file belongs to: a package or its shell, a module beside the packages; empty for harness itself."""
    first, _, rest = module.removesuffix(".py").partition("/")
    shell = f"{first}/{rest.partition('/')[0]}"
    return shell if shell in FLOORS else first.removeprefix("__init__")


def _imports(source: str) -> Iterator[str]:
    """Yield every module that a source imports, also inside functions and under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module="harness", names=names):
                yield from (f"harness.{name.name}" for name in names if not name.name.startswith("_"))
            case ast.ImportFrom(module=str(origin), level=0):
                yield origin
            case ast.ImportFrom():
                yield "harness.?relative"


def _breaches(module: str, source: str) -> list[str]:
    """Return a sentence for each thing that a module does and its floor does not allow."""
    here = _package(module)
    wrong = [text for name in _imports(source) if (text := _climbs(here, name) or _leaks(module, here, name))]
    return wrong + (_calls(source) if 0 < FLOORS.get(here, 0) < WATERLINE else [])


def _climbs(here: str, name: str) -> str:
    origin, _, rest = name.partition(".")
    there = _package(rest.replace(".", "/"))
    if origin != "harness" or there == here or not here:
        return ""
    if there not in FLOORS or here not in FLOORS:
        return f"{here} or {there} is on no floor"
    if FLOORS[there] < FLOORS[here] or (here, there) in NEIGHBOURS:
        return ""
    return f"{here} (floor {FLOORS[here]}) imports {there} (floor {FLOORS[there]})"


def _leaks(module: str, here: str, name: str) -> str:
    origin = name.partition(".")[0]
    if origin == "OpenSSL" and module not in OPENSSL_HOMES:
        return "OpenSSL is imported outside the engine"
    touched = SHELL.get(name, SHELL.get(origin))
    if touched is None or (module, origin) in ALLOWED:
        return ""
    below = FLOORS.get(here, WATERLINE) < WATERLINE
    return (
        f"{here} imports {name if name in SHELL else origin}: {touched}"
        if below or touched in ABOVE_SHELL.get(here, ())
        else ""
    )


def _calls(source: str) -> list[str]:
    """Return the calls by which a pure module would read the clock or the disk without an import that tells."""
    wrong = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="open" | "input" | "print" as called)):
                wrong.append(f"calls {called}()")
            case ast.Call(func=ast.Attribute(attr=called)) if called in CLOCK_CALLS | DISK_CALLS - {"open"}:
                wrong.append(f"calls .{called}()")
    return wrong


def test_no_package_imports_a_neighbour_or_a_higher_floor() -> None:
    breaches = {module: found for module, source in _modules() if (found := _breaches(module, source))}

    assert breaches == {}


def test_every_exception_is_still_needed() -> None:
    imported = {(module, name.partition(".")[0]) for module, source in _modules() for name in _imports(source)}
    ours = {
        (_package(module), _package(name.partition(".")[2].replace(".", "/")))
        for module, source in _modules()
        for name in _imports(source)
        if name.startswith("harness.")
    }

    assert set(ALLOWED) <= imported
    assert set(NEIGHBOURS) <= ours


def test_every_package_has_a_floor() -> None:
    assert {_package(module) for module, _ in _modules()} - {""} <= set(FLOORS)


def test_a_shell_has_a_floor_of_its_own() -> None:
    upwards = _breaches("certificates/odd.py", "from harness.certificates.shell.files import x")

    assert upwards == ["certificates (floor 4) imports certificates/shell (floor 8)"]
    assert _breaches("certificates/shell/odd.py", "from harness.certificates.plan import x\nimport trio") == []


def test_no_module_has_a_shapeless_name() -> None:
    assert [module for module, _ in _modules() if SHAPELESS & set(module.removesuffix(".py").split("/"))] == []


def test_each_public_thing_says_what_it_means() -> None:
    silent = [
        f"{module}: {node.name}"
        for module, source in _modules()
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]

    assert silent == []


@pytest.mark.parametrize(
    ("module", "source", "breach"),
    [
        ("tls/odd.py", "from harness.pki.certificate_names import x", "tls (floor 2) imports pki (floor 2)"),
        ("sip/odd.py", "import harness.net.link", "sip (floor 2) imports net (floor 5)"),
        ("diagnosis/odd.py", "from harness import report", "diagnosis (floor 4) imports report (floor 4)"),
        ("lab/odd.py", "from harness.scenario.model import Step", "lab (floor 3) imports scenario (floor 3)"),
        ("report/odd.py", "def late():\n    from harness.run import play", "report (floor 4) imports run (floor 7)"),
        ("sip/odd.py", "import trio.lowlevel", "sip imports trio: waiting"),
        ("report/odd.py", "from pathlib import Path", "report imports pathlib: the disk"),
        ("actors/odd.py", "from pathlib import Path", "actors imports pathlib: the disk"),
        ("diagnosis/odd.py", "from time import monotonic", "diagnosis imports time: the clock"),
        ("sip/odd.py", "import secrets", "sip imports secrets: chance"),
        ("sip/odd.py", "from urllib.request import urlopen", "sip imports urllib.request: the network"),
        ("net/odd.py", "from OpenSSL import SSL", "OpenSSL is imported outside the engine"),
        ("extras/odd.py", "from harness.errors import Fault", "extras or errors is on no floor"),
        ("lab/odd.py", "from harness.muddle import x", "lab or muddle is on no floor"),
        ("diagnosis/odd.py", "from datetime import datetime as d\nd.now()", "calls .now()"),
        ("report/odd.py", "open('out')", "calls open()"),
    ],
)
def test_a_breach_is_found(module: str, source: str, breach: str) -> None:
    assert _breaches(module, source) == [breach]
