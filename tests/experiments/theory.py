#!/usr/bin/env python3
"""Runs the presets that show the theory and holds what they end at against theory computed here, with NumPy, from the files
that a run leaves: nothing of the program's own theory is used for it.

usage: theory.py GRAMSCOPE [SEEDS]      prints a row per run; the last line is "N passed, N failed"
"""
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

program = sys.argv[1]
seeds = range(int(sys.argv[2]) if len(sys.argv) > 2 else 10)


def run(preset, *options):
    with tempfile.TemporaryDirectory() as directory:
        command = [program, "run", preset, "--json", "--out", directory, *options]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, f"{preset}: exit {result.returncode}: {result.stderr}"
        return json.loads(result.stdout), Files(Path(directory))


class Files:
    """What a run has left: P (V×m), names, the newest H (d×m) and W (V×d), and metrics.csv."""

    def __init__(self, directory):
        task = np.load(directory / "task.npz")
        self.p = np.zeros(task["P_shape"])
        for j, (begin, end) in enumerate(zip(task["P_indptr"], task["P_indptr"][1:])):
            self.p[task["P_indices"][begin:end], j] = task["P_data"][begin:end]
        self.pi = task["pi"]
        self.contexts = task["contexts"]
        self.words = task["words"]
        newest = np.load(max((directory / "snapshots").iterdir()))
        self.h, self.w = newest["H"].T, newest["W"]
        with open(directory / "metrics.csv") as table:
            self.rows = list(csv.DictReader(table))

    def course(self, key, first):
        return [float(row[key]) for row in self.rows if row[key] and int(row["step"]) >= first]


def cosines(x):
    """corr(X): the cosines of the columns."""
    unit = x / np.linalg.norm(x, axis=0)
    return unit.T @ unit


def similarity(x, y):
    a, b = cosines(x), cosines(y)
    return (a * b).sum() / (np.linalg.norm(a) * np.linalg.norm(b))


def project(logits, support):
    """P_F(L): within each column's support the entries minus their mean."""
    projected = np.zeros_like(logits)
    for j in range(logits.shape[1]):
        inside = logits[support[:, j], j]
        projected[support[:, j], j] = inside - inside.mean()
    return projected


def nuclear_ratio(logits, support, max_margin_norm):
    rest = logits - project(logits, support)
    margin = min(rest[s, j].min() - rest[~s, j].max() for j, s in enumerate(support.T))
    return np.linalg.norm(rest, "nuc") / (margin * max_margin_norm)


def solved(files):
    """The program's L_mm, whose optimality is proved by tests of its own."""
    with tempfile.TemporaryDirectory() as directory:
        description = {"V": files.p.shape[0], "support": [np.flatnonzero(column).tolist() for column in files.p.T]}
        source, target = Path(directory) / "support.json", Path(directory) / "theory.npz"
        source.write_text(json.dumps(description))
        subprocess.run([program, "theory", str(source), "--out", str(target)], check=True, capture_output=True)
        with np.load(target) as arrays:
            return {key: arrays[key] for key in ("L_mm", "W_mm", "H_mm")}


def ntp_ufm(report, files):
    logits, support = files.w @ files.h, files.p > 0
    inner = project(np.log(np.where(support, files.p, 1)), support)
    error = np.linalg.norm(project(logits, support) - inner) / np.linalg.norm(inner)
    theory = solved(files)
    ratio = nuclear_ratio(logits, support, np.linalg.norm(theory["L_mm"], "nuc"))
    sim_h, sim_w = similarity(files.h, theory["H_mm"]), similarity(files.w.T, theory["W_mm"].T)
    print(f"  pf_error {error:.1e}  nuclear_ratio {ratio:.4f}  sim_h_mm {sim_h:.4f}  sim_w_mm {sim_w:.4f}")
    yield "the sparse part is L_in", error <= 0.01
    yield "as the program says", abs(report["final"]["pf_error"] - error) <= 1e-9
    yield "the rest is nearly of least nuclear norm", 1 <= ratio <= 1.15
    yield "as the program says", abs(report["final"]["nuclear_ratio"] - ratio) <= 1e-5 * ratio
    # Until step 1,000 or so the run is on its way to the path, the minimum at the first ridge.
    course = files.course("nuclear_ratio", 1000)
    yield "the ratio falls along the path", len(course) > 60 and all(b < a for a, b in zip(course, course[1:]))
    yield "by far", course[0] >= 1.3
    yield "contexts lie as H_mm has them", sim_h >= 0.96 and abs(report["final"]["sim_h_mm"] - sim_h) <= 1e-5
    yield "words lie as W_mm has them", sim_w >= 0.96 and abs(report["final"]["sim_w_mm"] - sim_w) <= 1e-5
    yield "contexts with the same next words are parallel", report["final"]["subspace_same"] >= 0.99
    yield "and the others are not", report["final"]["subspace_other"] <= 0.5


def implicit_geometry(report, files):
    support = (files.p > 0).astype(float)
    proxy = support - support.mean(axis=0)
    sim = similarity(files.h, proxy)
    gram = cosines(files.h - files.h.mean(axis=1, keepdims=True))
    np.fill_diagonal(gram, -2)
    nearest = gram.argmax(axis=0)
    overlap = [(support[:, j] * support[:, k]).sum() / np.maximum(support[:, j], support[:, k]).sum() for j, k in enumerate(nearest)]
    order = np.argsort(-gram.max(axis=0))
    pairs = [f'"{files.contexts[j]}" and "{files.contexts[nearest[j]]}"' for j in order[:3]]
    print(f"  sim_h_proxy {sim:.4f}  nearest pairs share {np.mean(overlap):.2f} of their next words: {', '.join(pairs)}")
    yield "at most 400 contexts", 100 <= report["task"]["contexts"] <= 400
    yield "the likeliest word is a possible one", report["final"]["accuracy"] == 1
    yield "within 0.02 nats of the entropy of the text", 0 <= report["final"]["loss_excess"] < 0.02
    yield "contexts lie as the proxy has them", sim >= 0.9
    yield "as the program says", abs(report["final"]["sim_h_proxy"] - sim) <= 1e-9
    yield "the nearest pairs have the same next words", all(overlap[j] == 1 for j in order[:20])
    everyone = [(support[:, j] * support[:, k]).sum() / np.maximum(support[:, j], support[:, k]).sum()
                for j in range(len(nearest)) for k in range(j)]
    yield "others share far fewer", np.mean(overlap) >= 3 * np.mean(everyone)


passed = failed = 0


def count(what, checks):
    global passed, failed
    print(what, flush=True)
    for claim, holds in checks:
        passed += bool(holds)
        failed += not holds
        if not holds:
            print(f"  FAIL: {claim}")


for seed in seeds:
    # A draw of supports and of initial weights each.
    report, files = run("ntp-ufm", "--seed", str(seed), "--set", f"task.seed={seed}")
    count(f"ntp-ufm, seed {seed}", ntp_ufm(report, files))
count("implicit-geometry", implicit_geometry(*run("implicit-geometry")))
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
