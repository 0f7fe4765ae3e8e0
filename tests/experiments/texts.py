#!/usr/bin/env python3
"""Runs the shipped presets on text and checks that each shows what it is there to show. What a text shows does not depend
on the seed: one is enough.

usage: texts.py GRAMSCOPE      prints a row per run; the last line is "N passed, N failed"
"""
import json
import subprocess
import sys

program = sys.argv[1]


def run(preset, *options):
    result = subprocess.run([program, "run", preset, "--json", *options], capture_output=True, text=True)
    assert result.returncode == 0, f"{preset}: exit {result.returncode}: {result.stderr}"
    return json.loads(result.stdout)


def corpus(r):
    yield "few enough contexts to look at", 200 <= r["task"]["contexts"] <= 400
    yield "most of them with several next words", r["task"]["one_hot_share"] < 0.5
    yield "the loss is at the entropy of the text", 0 <= r["final"]["loss_excess"] < 0.005
    yield "the likeliest word is a possible one", r["final"]["accuracy"] == 1


def long_contexts(r):
    yield "four contexts in five have one next word", 0.75 <= r["task"]["one_hot_share"] <= 0.85
    shares = [run("long-contexts", "--steps", "1", "--set", f"task.context={n}")["task"]["one_hot_share"] for n in (1, 2, 3, 5)]
    yield "the share grows with their length", shares == sorted(set(shares))
    yield "the loss is at the entropy of the text", 0 <= r["final"]["loss_excess"] < 0.002
    yield "the likeliest word is a possible one", r["final"]["accuracy"] == 1


passed = failed = 0
checks = {"corpus": corpus, "long-contexts": long_contexts}
for preset, check in checks.items():
    report = run(preset)
    task = report["task"]
    print(
        f"{preset:18} {task['contexts']} contexts, {task['words']} words, floor {task['entropy_floor']:.4f}"
        f"  one-hot {task['one_hot_share']:.3f}  loss - floor {report['final']['loss_excess']:.5f}"
    )
    for what, holds in check(report):
        passed += holds
        failed += not holds
        if not holds:
            print(f"  FAIL: {what}")
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
