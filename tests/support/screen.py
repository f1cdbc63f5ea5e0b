"""A screen of its own with real keys and a real mouse: Xvfb and xdotool, for the journeys.

There is no window manager, so windows lie where they put themselves and are focused by name.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import pytest

WIDTH, HEIGHT = 1280, 800
T = TypeVar("T")
PROGRAMS = ("Xvfb", "xdotool")
DRAG_SOURCE = Path(__file__).with_name("drag_source.py")


class TooLate(AssertionError):
    """What was waited for did not come."""


def wait_until(look: Callable[[], T], seconds: float = 15.0, what: str = "it") -> T:
    """Call `look` until it returns something true, and return that; raises TooLate."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise TooLate(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)
    return found


class Screen:
    """An X server without a monitor. Use it in a `with`; all its children end with it.

    Attributes: display, for example ``:1``; folder, where the picture of the screen is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.display = ""
        self._server: subprocess.Popen[bytes] | None = None
        self._children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Screen:
        reading, writing = os.pipe()
        size = f"{WIDTH}x{HEIGHT}x24"
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-fbdir", str(self.folder)],
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            ready, _, _ = select.select([pipe], [], [], 20)
            number = pipe.readline().strip().decode() if ready else ""
        if not number:
            self.__exit__(None, None, None)
            raise TooLate("Xvfb did not start within 20 s")
        self.display = f":{number}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in [*self._children, self._server]:
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a program that opens its window here."""
        own = {
            name: value
            for name, value in os.environ.items()
            if name not in {"WAYLAND_DISPLAY", "XDG_SESSION_TYPE"}
        }
        return {**own, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb", **(extra or {})}

    def start(
        self,
        *words: str | Path,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
        cwd: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start `python -P WORDS` on this screen; what it prints goes to `log`."""
        with (log or Path(os.devnull)).open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", *words],
                env=self.environment(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=cwd,
            )
        self._children.append(process)
        return process

    def xdotool(self, *words: str) -> str:
        """Run xdotool and return what it printed, empty when it found nothing."""
        told = subprocess.run(
            ["xdotool", *words],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        return told.stdout.strip()

    def window(self, title: str, seconds: float = 15.0) -> str:
        """Wait for a visible window whose title matches (a regular expression); returns its number."""
        look = ("search", "--onlyvisible", "--name", title)
        return wait_until(
            lambda: self.xdotool(*look).splitlines()[-1:], seconds, f"a window called {title!r}"
        )[0]

    def focus(self, window: str) -> None:
        """Give a window the keyboard."""
        self.xdotool("windowfocus", "--sync", window)

    def geometry(self, window: str) -> tuple[int, int, int, int]:
        """x, y, width, height of a window on the screen."""
        told = self.xdotool("getwindowgeometry", "--shell", window)
        values = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
        return int(values["X"]), int(values["Y"]), int(values["WIDTH"]), int(values["HEIGHT"])

    def keys(self, *names: str) -> None:
        """Press keys by name: `keys("ctrl+n", "Return")`."""
        self.xdotool("key", "--clearmodifiers", "--delay", "20", *names)

    def type(self, text: str) -> None:
        """Type text into what has the keyboard.

        A character that no key has gets one for a moment; a busy program must have read it by then.
        """
        for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]", text):
            delay = "12" if run.isascii() else "250"
            self.xdotool("type", "--clearmodifiers", "--delay", delay, run)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click at a place on the screen."""
        self.xdotool("mousemove", "--sync", str(x), str(y), "click", str(button))

    def drop(self, files: Sequence[Path], x: int, y: int) -> None:
        """Drag files out of another program's window, which lies in the lower left corner, to a place."""
        # A busy program may not have heard of the drag when the mouse lets go.
        if not any(self._drop_once(files, x, y) for _ in range(3)):
            raise TooLate(f"nobody took what was dropped at {x}, {y}")

    def _drop_once(self, files: Sequence[Path], x: int, y: int) -> bool:
        log = self.folder / f"drag-{time.monotonic_ns()}"
        source = self.start(DRAG_SOURCE, str(HEIGHT - 60), *files, log=log)
        try:
            self.window("Drag source")
            self._drag(log, x, y)
            wait_until(lambda: source.poll() is not None, 10, "the drag's end")
        finally:
            if source.poll() is None:
                source.kill()
            source.wait()
        return source.returncode == 0

    def _drag(self, log: Path, x: int, y: int) -> None:
        left, top = 30, HEIGHT - 30
        self.xdotool("mousemove", "--sync", str(left), str(top), "mousedown", "1")
        # a drag begins when the mouse moves, and is heard on its way
        self.xdotool("mousemove", str(left + 12), str(top - 12))
        wait_until(lambda: "dragging" in log.read_text(), 10, "the drag to begin")
        for step in range(1, 11):
            across = (left + (x - left) * step // 10, top + (y - top) * step // 10)
            self.xdotool("mousemove", str(across[0]), str(across[1]))
            time.sleep(0.05)
        self.xdotool("mousemove", "--sync", str(x + 1), str(y))
        time.sleep(0.4)
        self.xdotool("mouseup", "1")

    def pixels(self) -> tuple[int, int, bytes]:
        """Width, height and the pixels of the whole screen, 4 bytes each: blue, green, red, unused."""
        dump = (self.folder / "Xvfb_screen0").read_bytes()
        header_size, *rest = struct.unpack_from(">25I", dump)
        width, height, line, colours = rest[3], rest[4], rest[11], rest[18]
        start = header_size + 12 * colours
        assert line == width * 4
        return width, height, dump[start : start + line * height]

    def screenshot(self, path: Path) -> None:
        """Write the whole screen as a PNG."""
        from PySide6.QtGui import QImage

        width, height, data = self.pixels()
        image = QImage(data, width, height, QImage.Format.Format_RGB32)
        path.parent.mkdir(parents=True, exist_ok=True)
        assert image.save(str(path)), path


def need_screen() -> None:
    """Skip a test where there is no Xvfb or xdotool; in CI that is a failure."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if not missing:
        return
    text = f"{' and '.join(missing)} not installed (apt install xvfb xdotool)"
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)
