#!/usr/bin/env python3
"""Plays random scripts in the window and repeats what it recorded with `run`: the same bytes, files and branches.

usage: replay_run.py GRAMSCOPE [SCRIPTS] [FIRST_SEED]      needs a display; the last line is "N passed, N failed"
"""
import hashlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile

program = sys.argv[1]
count = int(sys.argv[2]) if len(sys.argv) > 2 else 12
first_seed = int(sys.argv[3]) if len(sys.argv) > 3 else 0
passed = failed = 0


def check(what, holds, why=""):
    global passed, failed
    passed += bool(holds)
    failed += not holds
    if not holds:
        print("FAIL: " + what + (": " + why if why else ""))


def call(*arguments, environment=None):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=300, env=environment)


def digests(folder):
    """SHA-256 of everything that a run has left, but for the list of what it did."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in (".csv", ".npz", ".safetensors") and "branches" not in path.parts}


def random_script(chance, session):
    """What a hand may do: changes, pauses, restarts, capacity, the past, branches, twins, undo."""
    lines = []
    can_step_back = False
    for _ in range(chance.randint(6, 16)):
        kind = chance.random()
        if kind < 0.30:
            key, value = chance.choice([
                ("optimizer.lr", f"{10 ** chance.uniform(-1, 1.2):.6g}"),
                ("reg.lambda_w", f"{10 ** chance.uniform(-6, -3):.6g}"),
                ("reg.lambda_h", f"{10 ** chance.uniform(-6, -3):.6g}"),
                ("reg.smoothing", f"{chance.uniform(0, 0.2):.6g}"),
                ("reg.gamma", f"{chance.uniform(0, 0.2):.6g}"),
                ("optimizer.kind", chance.choice(["gd", "momentum", "adamw"])),
            ])
            lines.append(f"set {key} {value}")
            can_step_back = True
        elif kind < 0.42:
            lines.append(f"set model.d {chance.randint(3, 40)}")
        elif kind < 0.50:
            lines.append("key r")
        elif kind < 0.54:
            lines.append("key n")
        elif kind < 0.64:
            lines += ["key Space", f"wait {chance.randint(1, 4)}", "key Space"]
        elif kind < 0.70:
            lines.append("key .")
            lines.append("key Space")
        elif kind < 0.78 and can_step_back:
            lines.append("key Ctrl+z")
        elif kind < 0.84:
            lines += [f"seek {chance.randint(0, 300)}", "wait 2", "key b", "wait 4"]
        elif kind < 0.90:
            lines += [f"seek {chance.randint(0, 300)}", "wait 2", f"set model.d {chance.randint(3, 20)}", "wait 4"]
        elif kind < 0.94:
            lines += ["key t", "wait 4"]
        else:
            lines += [f"seek {chance.randint(0, 300)}", "wait 2", "key End"]
        lines.append(f"wait {chance.randint(1, 5)}")
    return "\n".join(lines) + "\n"


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    environment = dict(os.environ, XDG_STATE_HOME=str(folder / "state"))
    branches = 0
    for seed in range(first_seed, first_seed + count):
        chance = random.Random(seed)
        preset = chance.choice(["collapse", "plain-ufm", "permanent", "mlp"])
        speed = chance.choice(["max", "max", "2000"])
        script = folder / "script.txt"
        window = folder / f"{seed}-window"
        script.write_text(random_script(chance, folder / f"{seed}.toml"))
        shown = call("gui", preset, "--steps", 3000, "--out", window, "--speed", speed, "--script", script,
                     environment=environment)
        check(f"script {seed}: the window plays it", shown.returncode == 0, shown.stderr)
        repeated = call("run", window / "session.toml", "--out", folder / f"{seed}-run")
        check(f"script {seed}: run repeats it", repeated.returncode in (0, 3), repeated.stderr)
        ours, theirs = digests(window), digests(folder / f"{seed}-run")
        check(f"script {seed}: the same bytes", ours == theirs and "weights.safetensors" in ours,
              f"{preset} at {speed}: {[k for k in ours.keys() | theirs.keys() if ours.get(k) != theirs.get(k)][:5]}\n"
              + script.read_text())

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
