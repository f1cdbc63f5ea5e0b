"""Set Candor up and open it: `python3 run.py`. Set it up and test it: `python3 run.py test`.

Standard library only; Linux, macOS and Windows. Everything goes into `.venv` beside this file, and the engine
that was built also into a cache of this user. When nothing changed it takes well under a second.

    python3 run.py                           opens the window
    python3 run.py ask "..." --docs FOLDER   any other command of `candor`
    python3 run.py test                      lint, types, import contracts, every test, coverage
    python3 run.py test tests/unit -k wire   pytest alone, with these arguments

CANDOR_CUDA=1 allows the download of some 3 GB of NVIDIA libraries on Linux; without it there is none.
"""

from __future__ import annotations

import compileall
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.setup import engine, system
from tools.setup.environment import ONE_TRY, Environment, SetupError, in_words, say

ROOT = Path(__file__).resolve().parent
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def install_torch(environment: Environment) -> None:
    """Install a torch without CUDA, unless CUDA was asked for."""
    wanted = environment.pinned("torch")
    if environment.installed().get("torch", "").partition("+")[0] == wanted:
        return
    title = "Installing torch, with which passages are found by meaning"
    if os.environ.get("CANDOR_CUDA") == "1":
        environment.pip(title, "install", "--no-deps", f"torch=={wanted}", usual="5 min, 3 GB")
        return
    found = look_up(environment, f"torch=={wanted}")
    if sys.platform == "linux" and needs_cuda(found["metadata"]):
        raise SetupError(
            f"The only torch {wanted} within reach comes with some 3 GB of NVIDIA libraries, because "
            f"{TORCH_CPU_INDEX} did not answer. Run this again when it does, or allow that download: "
            "CANDOR_CUDA=1 python3 run.py"
        )
    own_index = found["download_info"]["url"].startswith(TORCH_CPU_INDEX.removesuffix("/cpu"))
    options = ["--extra-index-url", TORCH_CPU_INDEX] if own_index else []
    requirement = f"torch=={found['metadata']['version']}"
    environment.pip(title, "install", "--no-deps", *options, requirement, usual="1 min, 200 MB")


def look_up(environment: Environment, requirement: str) -> dict[str, Any]:
    """The entry in pip's report of what it would install, PyTorch's index of CPU builds included."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        environment.pip(
            "Looking for a torch without CUDA",
            *("install", "--dry-run", "--ignore-installed", "--no-deps", "--report", report),
            *("--extra-index-url", TORCH_CPU_INDEX, *ONE_TRY, requirement),
        )
        entries: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["install"]
    return entries[0]


def needs_cuda(metadata: Mapping[str, Any]) -> bool:
    """Whether a torch brings NVIDIA's libraries along."""
    names = metadata.get("requires_dist", [])
    return any(re.match(r"nvidia|cuda|triton", name) for name in names)


def read_project() -> dict[str, Any]:
    """pyproject.toml."""
    import tomllib

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def fingerprint(environment: Environment, test: bool) -> str:
    """What an installation depends on, hashed."""
    project = read_project()
    parts = [
        project["project"],
        project["build-system"],
        project["dependency-groups"]["test"] if test else [],
        (ROOT / "constraints.txt").read_text(encoding="utf-8"),
        str(environment.venv),
        environment.version,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def set_up(environment: Environment, test: bool) -> None:
    """Bring `.venv` to what the project asks for; returns at once when it is there."""
    record = environment.read_record()
    kind = "test" if record.get("test") or test else "runtime"
    if record.get(kind) == fingerprint(environment, kind == "test"):
        return
    started = time.monotonic()
    say("Setting Candor up. The first time takes 3 to 15 minutes: downloads, and the engine.")
    environment.make()
    install_torch(environment)
    present = environment.installed().get(engine.NAME) == environment.pinned(engine.NAME)
    number = -1 if present else engine.install(environment, 0)
    groups = read_project()["dependency-groups"]["test"] if kind == "test" else []
    requirements = ["-c", ROOT / "constraints.txt", "-e", ROOT, *groups]
    environment.pip("Installing the rest", "install", *requirements, usual="2 min, 400 MB")
    proven = engine.prove(environment, number, record.get("engine", {}))
    record = {kind: fingerprint(environment, kind == "test"), "engine": proven}
    environment.record.write_text(json.dumps(record, indent=1), encoding="utf-8")
    say(f"Ready after {in_words(time.monotonic() - started)}.")


def run_tests(environment: Environment, arguments: Sequence[str]) -> int:
    """Everything that must pass; with arguments, pytest alone. Returns the exit status."""
    python: list[str | Path] = [environment.python, "-P", "-m"]
    if arguments:
        return subprocess.call([*python, "pytest", *arguments], cwd=ROOT)
    lint_imports = environment.program("lint-imports")
    checks: dict[str, Sequence[str | Path]] = {
        "ruff check": [*python, "ruff", "check", "."],
        "ruff format": [*python, "ruff", "format", "--check", "."],
        "mypy": [*python, "mypy"],
        "import contracts": [lint_imports, "--no-logo", "--cache-dir", environment.venv / "grimp"],
        "pytest": [*python, "pytest", "--cov", "--cov-report="],
        "coverage": [environment.python, "-P", ROOT / "tests/architecture/coverage_ratchet.py"],
    }
    failed: list[str] = []
    for name, command in checks.items():
        say(f"\n--- {name}")
        if subprocess.call(command, cwd=ROOT):
            failed.append(name)
    say(f"\nFailed: {', '.join(failed)}." if failed else "\nEverything passed.")
    return 1 if failed else 0


def start(environment: Environment, arguments: Sequence[str]) -> int:
    """Become Candor, with these arguments, in the person's own working folder."""
    # a Python told to write no bytecode would compile every module anew at every start
    compileall.compile_dir(ROOT / "desktop_app", quiet=2)
    command = [str(environment.python), "-P", "-m", "desktop_app", *arguments]
    if os.name != "nt":  # there a parent must wait, or the shell goes on without its program
        os.execv(command[0], command)
    return subprocess.call(command)


def main(arguments: list[str]) -> int:
    """Set up, then do what was asked; returns the exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever Python a person has may read this
        say(
            f"Candor needs Python 3.11 or newer and this is {platform.python_version()}. "
            "Install a newer one and run this with it, for example: python3.11 run.py"
        )
        return 1
    environment = Environment(ROOT)
    test = arguments[:1] == ["test"]
    display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    try:
        set_up(environment, test)
        if test or (display and not arguments):
            system.need_qt_libraries(environment, screen=display or bool(shutil.which("Xvfb")))
    except SetupError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Run the same command again and it goes on from here.")
        return 130
    return run_tests(environment, arguments[1:]) if test else start(environment, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
