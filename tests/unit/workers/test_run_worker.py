"""A worker is started by its name, and leaves when its pipe closes."""

from __future__ import annotations

import subprocess

import pytest

from desktop_app.workers import WORKERS, run_worker
from desktop_app.workers.child import worker_command, worker_environment


def test_an_unknown_name_is_refused(capsys) -> None:
    assert run_worker("lm") == 2
    assert "llm, embed, read" in capsys.readouterr().err


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_leaves_in_peace_when_its_stdin_closes(name, tmp_path) -> None:
    """EN8. Started from a folder where the package is not."""
    done = subprocess.run(
        worker_command(name),
        env=worker_environment(),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, b"")
