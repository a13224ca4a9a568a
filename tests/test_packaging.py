"""The documents and fixtures come along, however Understudy is installed."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from processes import serving

ROOT = Path(__file__).resolve().parents[1]
DATA = {str(path.relative_to(ROOT)) for folder in ("spec", "fixtures") for path in (ROOT / folder).rglob("*.yaml")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_a_wheel_carries_every_document_and_fixture(wheel: Path) -> None:
    """What stands in spec/ and fixtures/ stands in the wheel, and nothing of the tests does."""
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"understudy/bundled/{path}" for path in DATA} <= names
    assert not [name for name in names if name.startswith("tests")]


def test_an_installed_wheel_serves_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    """Installed from the wheel, outside the checkout, the server finds what it needs."""
    home = tmp_path / "env"
    venv.create(home, with_pip=False, symlinks=True)
    # The libraries are this environment's; the package under test is the wheel's alone.
    site = next(path for path in sys.path if path.endswith("site-packages"))
    target = next(home.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    (target / "libraries.pth").write_text(site)
    command = home / "bin" / "understudy"
    command.write_text(f"#!{home}/bin/python\nfrom understudy.cli import main\nmain()\n")
    command.chmod(0o755)
    where = "import understudy, understudy.bundled as b; print(understudy.__file__, b.SPEC)"
    told = subprocess.run([f"{home}/bin/python", "-c", where], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert told.stdout.count(str(home)) == 2
    with serving(command=str(command), cwd=tmp_path) as server:
        assert httpx.get(f"{server.url}/_understudy/health").json()["parts"][0]["name"] == "chatwoot"


def test_a_checkout_serves_without_being_installed(tmp_path: Path) -> None:
    """The source tree alone, on the path, finds spec/ and fixtures/ beside it."""
    script = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); import understudy.bundled as b; print(b.SPEC, b.FIXTURES)"
    told = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert told.stdout.split() == [str(ROOT / "spec"), str(ROOT / "fixtures")]
