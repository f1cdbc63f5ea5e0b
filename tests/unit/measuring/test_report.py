"""How measurements are told."""

import math

from desktop_app.measuring.report import Report


def test_a_report_as_json_and_as_text() -> None:
    report = Report(
        "answers", {"a": {"rows": 1200, "auroc": 0.12345, "interval": (0.1, math.nan)}}, "m"
    )
    assert report.to_json() == {
        "kind": "answers",
        "model": "m",
        "sets": {"a": {"rows": 1200, "auroc": 0.1235, "interval": [0.1, None]}},
    }
    assert "1,200" in str(report)
    assert "0.100 to not known" in str(report)
