#!/usr/bin/env python3
"""Checks that a run in the window is the run of the command line, whatever the window is doing meanwhile.

usage: window_run.py GRAMSCOPE [quick]      needs a display; the last line is "N passed, N failed"
"""
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

program = sys.argv[1]
is_quick = len(sys.argv) > 2
steps = 300 if is_quick else 12000
passed = failed = 0


def check(what, holds):
    global passed, failed
    passed += bool(holds)
    failed += not holds
    print(("ok: " if holds else "FAIL: ") + what)


def call(*arguments, timeout=240):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)

    def table(of):
        return (folder / of / "metrics.csv").read_bytes()

    def script(text):
        path = folder / "script.txt"
        path.write_text(text)
        return path

    for preset in ("collapse", "transformer"):
        run = call("run", preset, "--steps", steps, "--out", folder / f"{preset}-run")
        check(f"{preset}: run ends", run.returncode == 0)
        again = call("run", preset, "--steps", steps, "--out", folder / f"{preset}-again")
        check(f"{preset}: run twice, the same bytes", table(f"{preset}-run") == table(f"{preset}-again"))

        gui = call("gui", preset, "--out", folder / f"{preset}-gui", "--steps", steps, "--speed", "max", "--quit")
        check(f"{preset}: the window ends by itself", gui.returncode == 0)
        check(f"{preset}: the same bytes in the window", table(f"{preset}-gui") == table(f"{preset}-run"))
        snapshots = sorted(p.name for p in (folder / f"{preset}-run/snapshots").iterdir())
        check(f"{preset}: the same snapshots", all(
            (folder / f"{preset}-gui/snapshots" / n).read_bytes() == (folder / f"{preset}-run/snapshots" / n).read_bytes()
            for n in snapshots))

        watched = call(
            "gui", preset, "--out", folder / f"{preset}-watched", "--steps", steps, "--speed", "max", "--quit",
            "--script", script("""
                drag view.pca 120 40 4
                key Space
                wait 5
                move view.gram_h.matrix
                wheel view.pca 2
                key Space
                click view.gram_h.matrix 0.3 0.6
                drag view.pca -60 30 4
                key Space
                resize 1024 640
                move view.target.matrix
                key Space
                wait_finished
            """))
        check(f"{preset}: a busy hand is no trouble", watched.returncode == 0 or print(watched.stderr))
        check(f"{preset}: the same bytes under it", table(f"{preset}-watched") == table(f"{preset}-run"))

    # Several next words for each context: L_mm takes a while, is solved for beside the run and is in the table all the same.
    of_theory = ("nuclear_ratio", "sim_h_mm", "sim_w_mm", "share_max_margin")
    soft_steps = min(steps, 1500)
    call("run", "support", "--steps", soft_steps, "--out", folder / "support-run")
    soft = call("gui", "support", "--out", folder / "support-gui", "--steps", soft_steps, "--speed", "max", "--quit")
    check("support: the window ends by itself", soft.returncode == 0 or print(soft.stderr))
    check("support: the same bytes in the window", table("support-gui") == table("support-run"))
    rows = [line.split(",") for line in table("support-run").decode().splitlines()]
    columns = [rows[0].index(key) for key in of_theory]
    check("support: the comparison with L_mm is there", all(rows[-1][c] for c in columns))
    check("support: from the first step on", all(row[rows[0].index("sim_h_mm")] for row in rows[1:]))
    without = call("run", "support", "--steps", 50, "--set", "run.max_margin=never", "--out", folder / "support-without")
    rows = [line.split(",") for line in table("support-without").decode().splitlines()]
    check("support: not there if not wanted",
          without.returncode == 0 and not any(row[c] for row in rows[1:] for c in columns))

    # A run that ends by itself: in the window too, in the same state and with the same table.
    call("run", "early-stopping", "--out", folder / "stopped-run")
    stopped = call("gui", "early-stopping", "--out", folder / "stopped-gui", "--speed", "max", "--quit")
    check("early stopping: the window ends by itself", stopped.returncode == 0)
    check("early stopping: the same bytes in the window", table("stopped-gui") == table("stopped-run"))

    # A frantic hand: 10,000 changes in about a minute, each of a control that applies at the time.
    chance = random.Random(1)
    everywhere = [
        ("optimizer.lr", lambda: 10 ** chance.uniform(-2, 1.2)),
        ("reg.lambda_w", lambda: 10 ** chance.uniform(-6, -2)),
        ("model.d", lambda: chance.randint(2, 40)),
    ]
    of_kind = {
        "kernel_ufm": [
            ("model.alpha", lambda: chance.uniform(0, 2)),
            ("model.beta", lambda: chance.uniform(0, 1)),
            ("reg.lambda_h", lambda: 10 ** chance.uniform(-6, -2)),
        ],
        "ufm": [("reg.lambda_h", lambda: 10 ** chance.uniform(-6, -2))],
        "additive_ufm": [
            ("reg.lambda_e", lambda: 10 ** chance.uniform(-6, -2)),
            ("reg.lambda_f", lambda: 10 ** chance.uniform(-6, -2)),
        ],
    }
    restarting = [
        ("model.init_scale", lambda: 10 ** chance.uniform(-3, 0)),
        ("task.values", lambda: chance.randint(2, 4)),
        ("task.factors", lambda: chance.randint(2, 3)),
        ("run.seed", lambda: chance.randint(0, 9)),
        ("optimizer.kind", lambda: chance.choice(["gd", "momentum"])),
        ("model.kind", lambda: chance.choice(list(of_kind))),
    ]
    gestures = ["key Space", "key .", "key r", "key f", "key Escape", "move 500 300", "move 200 300", "key ?", "key 1", "key 3"]
    count = 200 if is_quick else 10000
    kind = "kernel_ufm"
    lines = []
    for i in range(count):
        pool = restarting if chance.random() < 0.05 else everywhere + of_kind[kind]
        key, make = chance.choice(pool)
        value = make()
        kind = value if key == "model.kind" else kind
        lines.append(f"set {key} {value}")
        if i % 10 == 0:
            lines.append("wait 1")
        if i % 100 == 0:
            lines.append(chance.choice(gestures))
    lines += ["set optimizer.lr 1.25", "wait 60"]
    begun = time.monotonic()
    frantic = call("gui", "collapse", "--steps", 10**9, "--speed", "max", "--out", folder / "frantic",
                   "--script", script("\n".join(lines)), timeout=900)
    seconds = time.monotonic() - begun
    check(f"{count} control changes in {seconds:.0f} s: no crash", frantic.returncode == 0 or print(frantic.stderr[-800:]))
    session = (folder / "frantic/session.toml").read_text() if (folder / "frantic/session.toml").exists() else ""
    last = [l for l in session.split("[[command]]")[-4:] if "optimizer.lr" in l]
    check("the last value set is the value in force", any("1.25" in l for l in last))

environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
begun = time.monotonic()
blind = subprocess.run([program], capture_output=True, text=True, env=environment, timeout=60)
check("no display: exit 4 with the run command", blind.returncode == 4 and "gramscope run collapse" in blind.stderr)
check("no display: within a second", is_quick or time.monotonic() - begun < 1.0)

print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
