"""What `pip install .` brings along, and what stays behind."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

from desktop_app import __version__
from tests.support.tree import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-P", "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_has_the_program_and_its_assets(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert "desktop_app/__main__.py" in names
    assets = [path for path in (ROOT / "assets").rglob("*") if path.is_file()]
    assert assets
    for path in assets:
        assert f"desktop_app/_assets/{path.relative_to(ROOT / 'assets').as_posix()}" in names


def test_the_wheel_has_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert tops == {"desktop_app", f"candor-{__version__}.dist-info"}
    assert not [name for name in wheel.namelist() if name.endswith((".gguf", ".pyc", ".db"))]


def test_the_wheel_gives_the_command(wheel: zipfile.ZipFile) -> None:
    entries = wheel.read(f"candor-{__version__}.dist-info/entry_points.txt").decode()
    assert "candor = desktop_app.__main__:main" in entries


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = set(re.findall(r"(?m)^([a-z0-9-]+)==", text))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["test"]]
    names = {re.split(r"[<>=\[; ]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names <= pinned
