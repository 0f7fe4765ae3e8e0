#!/usr/bin/env python3
"""Runs the shipped presets over several seeds and checks that each shows what it is there to show.

usage: presets.py GRAMSCOPE [SEEDS]      prints a row per run; the last line is "N passed, N failed"
"""
import csv
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

program = sys.argv[1]
seeds = range(int(sys.argv[2]) if len(sys.argv) > 2 else 5)


def run(preset, seed, *options):
    command = [program, "run", preset, "--seed", str(seed), "--json", *options]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, f"{preset}, seed {seed}: exit {result.returncode}: {result.stderr}"
    return json.loads(result.stdout)


def semantic_by_step(preset, seed, steps):
    """The largest cka_semantic within the first `steps` recorded steps, from a shorter run of the same bits."""
    result = subprocess.run(
        [program, "run", preset, "--seed", str(seed), "--steps", str(steps), "--json"], capture_output=True, text=True
    )
    return json.loads(result.stdout)


def collapse(r, seed):
    yield "structure forms", r["peak"]["cka_semantic"] >= 0.99
    yield "and is overtaken in time", r["overtake_step"] is not None and 1000 <= r["overtake_step"] <= 4000
    yield "angles end equal", r["final"]["nc2_equiangular"] <= 0.005
    yield "distances end equal", r["final"]["cka_symmetric"] >= 0.999
    yield "it counts as collapsed", r["phase"] == "collapsed" and r["collapse_step"] > r["overtake_step"]
    yield "12,000 steps", r["steps"] == 12000


def plain_ufm(r, seed):
    yield "no structure", r["peak"]["cka_semantic"] is None or r["peak"]["cka_semantic"] < 0.6
    yield "so nothing overtakes", r["overtake_step"] is None
    yield "symmetric all the same", r["final"]["cka_symmetric"] >= 0.999
    for steps in (2, 5, 10, 20, 50, 100, 500):
        value = semantic_by_step("plain-ufm", seed, steps)["final"]["cka_semantic"]
        yield f"semantic below 0.6 at step {steps}", value < 0.6


def capacity(r, seed):
    yield "no room to overtake", r["overtake_step"] is None
    yield "angles stay unequal", r["final"]["nc2_equiangular"] >= 0.2
    yield "within the rank's bound", r["final"]["cka_symmetric"] <= (8 / 26) ** 0.5 + 1e-9


def permanent(r, seed):
    yield "structure stays", r["final"]["cka_semantic"] >= 0.99


def transformer(r, seed):
    yield "structure forms", r["peak"]["cka_semantic"] >= 0.85
    yield "before it is overtaken", r["overtake_step"] is not None and r["peak_step"] < r["overtake_step"] <= 500
    yield "nearly symmetric", r["final"]["cka_symmetric"] >= 0.85
    yield "3,000 steps", r["steps"] == 3000


def mlp(r, seed):
    yield "structure forms", r["peak"]["cka_semantic"] >= 0.85
    yield "before it is overtaken", r["overtake_step"] is not None and r["peak_step"] < r["overtake_step"] <= 800
    yield "on its way to the symmetric state", r["final"]["cka_symmetric"] >= 0.75
    yield "3,000 steps", r["steps"] == 3000


def attributes(r, seed):
    yield "structure forms", r["peak"]["cka_semantic"] >= 0.85
    yield "before it is overtaken", r["overtake_step"] is not None and r["peak_step"] < r["overtake_step"] <= 500
    yield "collapsing", r["phase"] == "collapsing" and r["final"]["cka_symmetric"] >= 0.78


def taxonomy(r, seed):
    yield "structure forms", r["peak"]["cka_semantic"] >= 0.75
    yield "before it is overtaken", r["overtake_step"] is not None and r["peak_step"] < r["overtake_step"] <= 100
    yield "collapsing", r["phase"] == "collapsing" and r["final"]["cka_symmetric"] >= 0.72


def sentences(r, seed):
    yield "structure forms", r["peak"]["cka_semantic"] >= 0.8
    yield "before it is overtaken", r["overtake_step"] is not None and r["peak_step"] < r["overtake_step"] <= 500
    with tempfile.TemporaryDirectory() as directory:
        run("sentences", seed, "--steps", str(r["peak_step"]), "--out", directory)
        with open(Path(directory) / "metrics.csv") as file:
            within = {int(row["step"]): float(row["nc1_quotient"]) for row in csv.DictReader(file)}
    yield "sentences of one meaning have fallen together by then", within[r["peak_step"]] < 0.01
    before = [step for step, quotient in within.items() if quotient < 0.01 and step < r["peak_step"]]
    yield "and had before", len(before) > 0


def support(r, seed):
    yield "contexts of one support are parallel", r["final"]["contrast_support"] >= 1.0
    yield "the probabilities are learned too", r["final"]["loss_excess"] <= 1e-3
    yield "there are no classes", r["final"]["nc2_equiangular"] is None


def imbalance(r, seed):
    def at(ridge):
        return run("imbalance", seed, "--set", f"reg.lambda_w={ridge}", "--set", f"reg.lambda_h={ridge}")["final"]

    # 1/44 = 0.0227 is the frequency of a rare label, 10/44 = 0.2273 that of a frequent one.
    yield "rare labels are one point", r["final"]["accuracy"] < 1 and r["final"]["nc2_equinorm"] > 0.5
    yield "and part below their frequency", at(0.022)["accuracy"] == 1
    yield "below the limit there is something", at(0.22)["norm_h"] > 0.5
    yield "above it nothing", at(0.235)["norm_h"] < 1e-3


def flagship(seed):
    if seed not in flagships:
        flagships[seed] = run("collapse", seed)
    return flagships[seed]


def early_stopping(r, seed):
    yield "ends by itself", r["status"] == "stopped"
    yield "at the peak of the whole run", r["steps"] == r["peak_step"] == flagship(seed)["peak_step"]
    yield "with all its structure", r["final"]["cka_semantic"] == r["peak"]["cka_semantic"] >= 0.99
    yield "and every word right", r["final"]["accuracy"] == 1


def weight_decay(r, seed):
    yield "structure forms as clearly", r["peak"]["cka_semantic"] >= 0.99
    yield "and is overtaken far sooner", r["overtake_step"] * 5 < flagship(seed)["overtake_step"]
    yield "it has collapsed by 1,000", r["collapse_step"] <= 1000
    yield "the fit is worse", r["final"]["loss"] > 5 * flagship(seed)["final"]["loss"]


def label_smoothing(r, seed):
    yield "structure forms as clearly", r["peak"]["cka_semantic"] >= 0.99
    yield "and is overtaken far sooner", r["overtake_step"] * 4 < flagship(seed)["overtake_step"]
    yield "the end is the same arrangement", r["final"]["nc2_equiangular"] < 1e-6
    yield "with smaller norms", r["final"]["norm_h"] < 0.9 * flagship(seed)["final"]["norm_h"]
    q = 0.9 + 0.1 / 27
    floor = -q * math.log(q) - 26 * 0.1 / 27 * math.log(0.1 / 27)
    yield "above the floor of the smoothed targets", abs(r["final"]["loss_floor"] - floor) < 1e-12
    yield "by little", 0 < r["final"]["loss_excess"] < 0.002


def semantic_regularizer(r, seed):
    yield "structure forms", r["peak"]["cka_semantic"] >= 0.99
    yield "and is never overtaken", r["overtake_step"] is None and r["phase"] == "structure"
    yield "it stays", r["final"]["cka_semantic"] >= 0.93
    yield "every word right", r["final"]["accuracy"] == 1
    yield "at a small price", r["final"]["loss"] < 1.2 * flagship(seed)["final"]["loss"]


def ridge_path(r, seed):
    # Balanced one-hot labels: L = a (I - 11^T/27) with 26 exp(-a) / (1 + 26 exp(-a)) = 26 lambda, |W|^2 = |H|^2 = 26 a.
    q = 26 * 1e-7
    norm = math.sqrt(26 * math.log(26 * (1 - q) / q))
    yield "the norms follow the ridge", 0.95 * norm < r["final"]["norm_h"] < norm
    yield "|W| = |H|", abs(r["final"]["norm_w"] / r["final"]["norm_h"] - 1) < 1e-6
    yield "the angles are those of the widest margin", r["final"]["nc2_equiangular"] < 1e-12
    yield "next to nothing is left to learn", r["final"]["loss"] < 2e-5


passed = failed = 0
flagships = {}
checks = {
    "collapse": collapse,
    "plain-ufm": plain_ufm,
    "capacity": capacity,
    "permanent": permanent,
    "transformer": transformer,
    "mlp": mlp,
    "attributes": attributes,
    "taxonomy": taxonomy,
    "sentences": sentences,
    "support": support,
    "imbalance": imbalance,
    "early-stopping": early_stopping,
    "weight-decay": weight_decay,
    "label-smoothing": label_smoothing,
    "semantic-regularizer": semantic_regularizer,
    "ridge-path": ridge_path,
}


def figure(value, digits):
    return "-" if value is None else format(value, f".{digits}f")



for preset, check in checks.items():
    for seed in seeds:
        report = run(preset, seed)
        final = report["final"]
        peak = report["peak"]["cka_semantic"]
        print(
            f"{preset:20} seed {seed}  peak {figure(peak, 4)} at {report['peak_step']}"
            f"  overtaken at {report['overtake_step']}  semantic {figure(final['cka_semantic'], 4)}"
            f"  symmetric {figure(final['cka_symmetric'], 5)}"
            f"  nc2_equiangular {figure(final['nc2_equiangular'], 5)}"
        )
        for what, holds in check(report, seed):
            passed += holds
            failed += not holds
            if not holds:
                print(f"  FAIL: {what}")
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
