#!/usr/bin/env python3
"""Runs the shipped presets over several seeds and checks that each shows what it is there to show.

usage: presets.py GRAMSCOPE [SEEDS]      prints a row per run; the last line is "N passed, N failed"
"""
import json
import subprocess
import sys

program = sys.argv[1]
seeds = range(int(sys.argv[2]) if len(sys.argv) > 2 else 5)


def run(preset, seed):
    result = subprocess.run([program, "run", preset, "--seed", str(seed), "--json"], capture_output=True, text=True)
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


passed = failed = 0
checks = {
    "collapse": collapse,
    "plain-ufm": plain_ufm,
    "capacity": capacity,
    "permanent": permanent,
    "transformer": transformer,
}
for preset, check in checks.items():
    for seed in seeds:
        report = run(preset, seed)
        final = report["final"]
        peak = report["peak"]["cka_semantic"]
        print(
            f"{preset:12} seed {seed}  peak {'-' if peak is None else format(peak, '.4f')} at {report['peak_step']}"
            f"  overtaken at {report['overtake_step']}  semantic {final['cka_semantic']:.4f}"
            f"  symmetric {final['cka_symmetric']:.5f}  nc2_equiangular {final['nc2_equiangular']:.5f}"
        )
        for what, holds in check(report, seed):
            passed += holds
            failed += not holds
            if not holds:
                print(f"  FAIL: {what}")
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
