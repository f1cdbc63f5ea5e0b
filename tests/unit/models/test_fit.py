"""The estimate follows its formula, and admits what it cannot know."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.domain.models import ModelInfo
from desktop_app.models import fit
from desktop_app.models.fit import cache_needed, memory_available, memory_needed

INFO = ModelInfo("/m", "m", "llama", 1000, layers=30, embedding_length=576, heads=9, kv_heads=3)


def test_cache_and_weights():
    assert cache_needed(INFO, 4096) == 2 * 30 * 3 * 64 * 4096 * 2
    assert memory_needed(INFO, 4096) == 1000 + cache_needed(INFO, 4096)
    assert cache_needed(replace(INFO, head_length=128), 4096) == 2 * cache_needed(INFO, 4096)


def test_what_cannot_be_estimated():
    """ME7"""
    for missing in ({"heads": 0}, {"layers": 0}, {"kv_heads": 0}, {"embedding_length": 0}):
        assert memory_needed(replace(INFO, **missing), 4096) == 0


def test_a_container_may_have_less(monkeypatch, tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text("max\n")
    monkeypatch.setattr(fit, "CGROUP_LIMITS", (limit, tmp_path / "missing"))
    assert memory_available() > 10_000_000
    limit.write_text("1234\n")
    assert memory_available() == 1234
