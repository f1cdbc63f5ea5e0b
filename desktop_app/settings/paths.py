"""Where things lie: the data folder with what it holds, the assets, and safe ways to write and join."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import filelock
import platformdirs

from desktop_app.domain.errors import KnownFault

log = logging.getLogger(__name__)

VARIABLE = "CANDOR_DATA_DIR"
PACKAGE = Path(__file__).resolve().parents[1]
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
CHOOSE = f"Choose another folder with --data-dir or the variable {VARIABLE}."


class DataLock:
    """The data folder held by this process; the system lets go of it when the process dies."""

    def __init__(self, held: filelock.BaseFileLock | None) -> None:
        self._held = held

    def __enter__(self) -> DataLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let go; idempotent."""
        if self._held is not None:
            self._held.release(force=True)
            self._held = None


@dataclass(frozen=True, slots=True)
class Paths:
    """The data folder (absolute) and what lies in it. Made by `find`, which also creates the folders."""

    data: Path

    @classmethod
    def find(cls, data_dir: str | None = None) -> Paths:
        """The folder of the argument, of CANDOR_DATA_DIR, or the one this system keeps for applications.

        Raises KnownFault DI8 when it cannot be made, DI11 when the system names no home folder.
        """
        chosen = data_dir or os.environ.get(VARIABLE, "")
        data = Path(os.path.abspath(os.path.expanduser(chosen))) if chosen else _default_folder()
        try:
            _make_private(data)
        except OSError as error:
            raise KnownFault(
                "DI8",
                f"The data folder {data} cannot be made: {_reason(error, data)}.",
                safe="Nothing was changed.",
                action=CHOOSE,
                details=repr(error),
            ) from error
        paths = cls(data)
        for folder in (paths.index, paths.models, paths.backups, paths.logs):
            # a read-only data folder can still be read (DI7)
            with contextlib.suppress(OSError):
                _make_private(folder)
        return paths

    @property
    def conversations_db(self) -> Path:
        """The conversations."""
        return self.data / "conversations.db"

    @property
    def library_db(self) -> Path:
        """The documents, their passages and vectors."""
        return self.data / "library.db"

    @property
    def index(self) -> Path:
        """The folder of the search index, a cache of `library_db`."""
        return self.data / "index"

    @property
    def models(self) -> Path:
        """The folder of the user's models."""
        return self.data / "models"

    @property
    def backups(self) -> Path:
        """The folder of the verified copies of `conversations_db`."""
        return self.data / "backups"

    @property
    def settings_file(self) -> Path:
        """What the user has chosen."""
        return self.data / "settings.json"

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return self.data / "logs"

    @staticmethod
    def asset(name: str) -> Path:
        """A file of `assets/`: of the checkout where there is one, else of the installed package."""
        checkout = _checkout()
        return (checkout / "assets" if checkout else PACKAGE / "_assets") / name

    @staticmethod
    def repository_models() -> Path | None:
        """The folder `models/` of the checkout; None when Candor is installed."""
        checkout = _checkout()
        return checkout / "models" if checkout else None

    def lock(self) -> DataLock | None:
        """Hold the data folder for this process; None when another process holds it.

        Raises KnownFault CO5 when the lock file is not a plain file of ours.
        """
        path = self.data / "lock"
        held = filelock.FileLock(path, timeout=0, mode=0o600, thread_local=False)
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                held.acquire()
            for warning in caught:
                log.warning("%s: %s", path, warning.message)
        except filelock.Timeout:
            return None
        except OSError as error:
            if path.is_symlink() or (path.exists() and not path.is_file()):
                raise KnownFault(
                    "CO5",
                    f"The lock file {path} is a link or a folder, which Candor never makes.",
                    safe="Nothing was changed.",
                    action="Delete it and start again.",
                    details=repr(error),
                ) from error
            # a read-only folder, or a file system that knows no locks: nobody to share it with (DI7, DI14)
            log.warning("%s: no lock: %s", path, error)
            return DataLock(None)
        return DataLock(held)


def _checkout() -> Path | None:
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "assets").is_dir() else None


def _default_folder() -> Path:
    folder = Path(platformdirs.user_data_dir("candor", appauthor=False))
    if not folder.is_absolute():
        # an XDG variable with a relative path counts for nothing, says the XDG specification
        folder = Path("~/.local/share/candor").expanduser()
    if not folder.is_absolute() or not folder.parts[1:]:
        raise KnownFault("DI11", "This system names no home folder.", action=CHOOSE)
    return folder


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _reason(error: OSError, folder: Path) -> str:
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return (
            "a file or a broken link is in its place"
            if os.path.lexists(folder)
            else "a file is in the way"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return "this account may not write there"
    if error.errno == errno.EROFS:
        return "the disk is read-only"
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    return error.strerror or type(error).__name__


def safe_join(root: Path, name: str) -> Path:
    """`root`/`name` where `name`, with `/` between its parts, stays below `root` on every system.

    Raises KnownFault HU17 for absolute names, `..`, reserved, unprintable and over-long ones.
    """
    parts = name.split("/")
    for part in parts:
        if (
            not part.strip(". ")
            or part != part.rstrip(". ")
            or RESERVED.fullmatch(part)
            or any(character in '<>:"\\|?*' or not character.isprintable() for character in part)
            or len(part.encode("utf-8", "surrogatepass")) > 255
        ):
            raise KnownFault(
                "HU17",
                f"The name {name[:80]!a} cannot be used for a file.",
                safe="Nothing was written.",
                action="Give the file a plain name.",
            )
    return root.joinpath(*parts)


def atomic_write(path: Path, data: bytes) -> None:
    """Replace the file's content: afterwards either all of `data` is there or the old content still is.

    Raises KnownFault DI1, DI7 or DI9 for a full, read-only or failing disk.
    """
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:60]}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        temporary = ""
        sync_folder(path.parent)
    except OSError as error:
        raise _write_fault(path, error) from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut; a no-op where folders cannot be synced (Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_fault(path: Path, error: OSError) -> KnownFault:
    code, what, action = {
        errno.ENOSPC: ("DI1", "The disk is full", "Free some space and try again."),
        errno.EDQUOT: ("DI1", "Your share of the disk is full", "Free some space and try again."),
        errno.EROFS: (
            "DI7",
            "The disk is read-only",
            "Make it writable, or choose another data folder.",
        ),
        errno.EACCES: ("DI7", "This account may not write there", "Choose another data folder."),
    }.get(
        error.errno or 0,
        ("DI9", "The disk reported an error", "Check the disk, then start Candor again."),
    )
    return KnownFault(
        code,
        f"{what}: {path.name} could not be saved.",
        safe="What it held before is unchanged.",
        action=action,
        details=f"{path}: {error!r}",
    )
