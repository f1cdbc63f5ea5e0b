"""Settings files of every bad kind: Candor starts, keeps the bad file, and what is legal stays."""

from __future__ import annotations

import json
import logging
import random
import subprocess
import sys
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.settings.options import ALL, CONTEXT, SYSTEM_PROMPT
from desktop_app.settings.store import Settings

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)
FILES = st.dictionaries(st.sampled_from([option.key for option in ALL]) | st.text(max_size=5), JSON)


@settings(max_examples=100)
@given(raw=FILES)
def test_any_values_leave_legal_ones(tmp_path_factory, raw):
    """EN14, ME2, GU13"""
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(raw))
    logging.disable(logging.WARNING)
    try:
        store = Settings(path)
    finally:
        logging.disable(logging.NOTSET)
    for option in ALL:
        value = store.get(option)
        assert option.clamp(value) == value
        assert type(value) is type(option.default)


WRITER = """
import sys
from pathlib import Path
from desktop_app.settings.options import CONTEXT, SYSTEM_PROMPT
from desktop_app.settings.store import Settings
store = Settings(Path(sys.argv[1]))
print("open", flush=True)
for number in range(100_000):
    store.set(SYSTEM_PROMPT, f"{number} " * 5000)
"""


def test_ten_kills_never_leave_half_a_file(tmp_path):
    """TI1, DI4"""
    path, chance = tmp_path / "settings.json", random.Random(10)
    Settings(path).set(CONTEXT, 1024)
    for _ in range(10):
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(chance.uniform(0, 0.03))
        child.kill()
        child.stdout.close()
        child.wait()
        store = Settings(path)
        assert store.notes == []
        assert store.get(CONTEXT) == 1024
        words = store.get(SYSTEM_PROMPT).split()
        assert len(set(words)) <= 1
        assert len(words) in (0, 5000)
