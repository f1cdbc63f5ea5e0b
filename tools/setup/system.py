"""What Candor needs of the system beyond Python: a C++ compiler now and then, and Qt's libraries on Linux.

Installed where that is allowed (root and apt), else named with the exact command.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.setup.environment import Environment, SetupError

# Debian's names that do not follow from the library's own.
DEBIAN = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def debian_package(library: str) -> str:
    """The Debian package of a shared library: `libxcb-cursor.so.0` is in `libxcb-cursor0`."""
    name, _, version = library.partition(".so.")
    return DEBIAN.get(library, f"{name.lower()}{version}")


def missing_libraries(paths: Sequence[Path]) -> list[str]:
    """Shared libraries that these files need and this Linux does not have."""
    found: set[str] = set()
    for path in paths:
        listing = subprocess.run(["ldd", path], capture_output=True, text=True, check=False)
        found.update(re.findall(r"(\S+\.so\S*) => not found", listing.stdout))
    return sorted(found)


def install_command(apt: Sequence[str], dnf: Sequence[str]) -> str:
    """The command that installs packages on this Linux."""
    if shutil.which("apt-get"):
        return f"sudo apt install {' '.join(apt)}"
    if shutil.which("dnf"):
        return f"sudo dnf install {' '.join(dnf)}"
    return f"your package manager, for {', '.join(dnf)}"


def provide(environment: Environment, packages: Sequence[str], why: str) -> bool:
    """Install Debian packages where that is allowed; False where it is not."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not root or not shutil.which("apt-get"):
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    environment.step("Reading the list of system packages", ["apt-get", "update"], "10 s", quiet)
    title = f"Installing {' '.join(packages)} {why}"
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    environment.step(title, install, "20 s", quiet)
    return True


def find_compiler() -> str:
    """The C++ compiler's path; empty if there is none."""
    named = os.environ.get("CXX", "").split()[:1]
    found = (shutil.which(name) for name in [*named, "c++", "g++", "clang++"])
    return next((path for path in found if path), "")


def need_compiler(environment: Environment) -> str:
    """The C++ compiler, installed if need be; raises SetupError with how to get one.

    Empty on Windows, where CMake finds Visual Studio by itself and says so if it does not.
    """
    compiler = find_compiler()
    if not compiler and provide(environment, ["build-essential"], "to build the engine"):
        compiler = find_compiler()
    if compiler or os.name == "nt":
        return compiler
    command = "xcode-select --install"
    if sys.platform != "darwin":
        command = install_command(["build-essential"], ["gcc-c++", "make"])
    raise SetupError(
        "The engine has to be built on this machine and there is no C++ compiler. "
        f"Install one and run this again: {command}"
    )


def need_qt_libraries(environment: Environment, screen: bool) -> None:
    """Provide the libraries that Qt needs, `screen`: for a real window too; raises SetupError with how."""
    qt = next(environment.venv.glob("lib/python3*/site-packages/PySide6/Qt"), None)
    if sys.platform != "linux" or qt is None or not shutil.which("ldd"):
        return
    files = [qt / "lib/libQt6Gui.so.6", qt / "lib/libQt6Widgets.so.6"]
    if screen:
        files.append(qt / "plugins/platforms/libqxcb.so")
    missing = missing_libraries(files)
    packages = sorted({debian_package(library) for library in missing})
    if missing and not provide(environment, packages, "for the window"):
        command = install_command(packages, [f"'{library}()(64bit)'" for library in missing])
        count = "1 system library" if len(missing) == 1 else f"{len(missing)} system libraries"
        raise SetupError(
            f"The window needs {count} that this machine does not have. "
            f"Install what is missing and run this again: {command}"
        )
