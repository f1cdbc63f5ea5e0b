"""The bench measures both ways with the same prompts and gives ratios."""

from __future__ import annotations

import json

import pytest

from desktop_app.domain.models import LoadOptions
from desktop_app.measuring.bench import bench_engine
from tests.support.starter import starter


@pytest.mark.model
def test_both_ways_are_measured_in_pairs() -> None:
    result = bench_engine(
        str(starter()), 1, max_tokens=4, options=LoadOptions(context=1024, threads=1)
    )
    assert len(result["pairs"]) == result["runs"] == 1
    for side in ("worker", "in_process", "ratio"):
        assert result[side]["tokens_per_second"] > 0
        assert result[side]["first_token_ms"] > 0
    assert json.loads(json.dumps(result)) == result
