from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}")
_KEY_FILES = (".key", ".pem", ".p12", ".pfx", ".jks", ".keylog")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from this checkout with what is installed here."""
    if not all(importlib.util.find_spec(name) for name in ("build", "hatchling")):
        pytest.skip("building a wheel without the network needs build and hatchling installed")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_holds_every_scenario_and_every_profile(wheel: zipfile.ZipFile) -> None:
    scenarios = {f"harness/_data/scenarios/{p.relative_to(ROOT / 'scenarios').as_posix()}"
                 for p in (ROOT / "scenarios").rglob("*.yaml")}  # fmt: skip
    certificates = {f"harness/_data/certs/{name}.yaml" for name in ("authorities", "leaves", "faults")}

    assert scenarios
    assert scenarios | certificates | {"harness/py.typed", "harness/cli/__init__.py"} <= set(wheel.namelist())


def test_the_wheel_holds_what_the_html_pages_are_made_of(wheel: zipfile.ZipFile) -> None:
    folder = ROOT / "harness" / "report" / "html" / "parts"
    parts = {path.relative_to(ROOT).as_posix() for path in folder.iterdir()}

    assert len(parts) > 5
    assert parts <= set(wheel.namelist())


def test_the_wheel_holds_the_program_and_nothing_beside_it(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()

    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"harness"}
    assert [name for name in names if "__pycache__" in name or name.endswith(".pyc")] == []
    (points,) = (name for name in names if name.endswith("entry_points.txt"))
    assert "sip-mtls = harness.cli:main" in wheel.read(points).decode()
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_holds_no_key(wheel: zipfile.ZipFile) -> None:
    assert [name for name in wheel.namelist() if name.endswith(_KEY_FILES)] == []
    assert [name for name in wheel.namelist() if _PRIVATE_KEY.search(wheel.read(name))] == []


def test_an_installed_wheel_finds_its_scenarios(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    program = "import sys; sys.argv[1:] = ['list']; from harness.cli import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "b2b/b02-no-certificate-on-the-mutual-port" in done.stdout


def test_an_installed_wheel_gives_pytest_the_fixture(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    site = tmp_path / "site"
    wheel.extractall(site)
    (tmp_path / "test_it.py").write_text("def test_it(sip_mtls):\n    assert sip_mtls.play('M01').completed\n")
    program = (
        f"import sys; sys.path.insert(0, {str(site)!r}); import pytest; sys.exit(pytest.main(['-q', 'test_it.py']))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )

    assert "1 passed" in done.stdout, done.stdout + done.stderr


def _tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, timeout=60)
    if done.returncode:
        pytest.skip("this is no git checkout")
    return [path for name in done.stdout.decode().split("\0") if (path := ROOT / name).is_file()]


def test_git_holds_no_key() -> None:
    tracked = _tracked()

    assert tracked
    assert [path for path in tracked if path.name.endswith(_KEY_FILES)] == []
    assert [path for path in tracked if _PRIVATE_KEY.search(path.read_bytes())] == []


def test_a_key_would_be_found() -> None:
    block = b"-----BEGIN EC " + b"PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoG\n"

    assert _PRIVATE_KEY.search(block)
    assert not _PRIVATE_KEY.search(b'assert "BEGIN PRIVATE KEY" not in text')
