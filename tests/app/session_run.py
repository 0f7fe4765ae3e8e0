#!/usr/bin/env python3
"""Saves sessions in the window, opens them again, goes on with them, and restores one after the program was killed.

usage: session_run.py GRAMSCOPE      needs a display; the last line is "N passed, N failed"
"""
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

program = os.path.abspath(sys.argv[1])
passed = failed = 0


def check(what, holds, why=""):
    global passed, failed
    passed += bool(holds)
    failed += not holds
    print(("ok: " if holds else "FAIL: ") + what + (": " + str(why) if why and not holds else ""))


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    state = folder / "state"
    environment = dict(os.environ, XDG_STATE_HOME=str(state))

    def script(text):
        path = folder / "script.txt"
        path.write_text(text)
        return path

    def call(*arguments):
        return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=300, env=environment,
                              cwd=folder)

    def window(*arguments, do):
        done = call("gui", *arguments, "--script", script(do))
        if done.returncode != 0:
            print(done.stderr)
        return done

    def digest(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()

    def items(path):
        return {json.loads(line)["name"] for line in path.read_text().splitlines()}

    def save_as(path):
        return f"key Ctrl+Shift+s\nwait 3\nkey Ctrl+a\ntype {path}\nkey Enter\nwait 15\n"

    # A tree of runs is saved, opened in another process and saved again: the same session.
    saved = folder / "tree.toml"
    window("collapse", "--steps", 4000, "--speed", 1500, do=f"""
        wait_step 600
        set optimizer.lr 8
        wait_step 900
        key Space
        seek 300
        wait 3
        set model.d 9
        wait 5
        drag view.pca 90 30 4
        click view.gram_h.matrix 0.3 0.6
        wait 3
        {save_as(saved)}
    """)
    check("a session is saved", saved.exists())
    first = saved.read_text() if saved.exists() else ""
    check("with its change, its branch and its look",
          all(part in first for part in ('key = "optimizer.lr"', "[[branch]]", '"model.d"', "[view]", "current = 1")), first)
    check("nothing is left in the autosave after a clean end", not list(state.glob("gramscope/*.toml")))
    again = folder / "again.toml"
    window(saved, do=f"wait_idle\nwait 10\nitems {folder / 'items.json'}\n{save_as(again)}")
    check("what was opened and saved again is the same session", again.exists() and again.read_text() == first)
    check("the tree is there", {"tree.0", "tree.1"} <= items(folder / "items.json"))

    # Saved, left, opened, gone on with: as if it had never been stopped.
    on = folder / "on"
    window(saved, "--out", on, do="wait_idle\nclick tree.0\nwait 5\nclick button.run\nwait_finished\n")
    repeated = call("run", on / "session.toml", "--out", folder / "on-run")
    check("run repeats what went on after a restart of the program", repeated.returncode == 0, repeated.stderr)
    for what in ("metrics.csv", "weights.safetensors"):
        check(f"the same {what}", digest(on / what) == digest(folder / "on-run" / what))
    check("up to the end", (on / "metrics.csv").read_text().splitlines()[-1].split(",")[1] == "4000")
    tree = call("run", saved, "--out", folder / "tree-run", "--json")
    check("run repeats the whole tree", tree.returncode == 0 and len(json.loads(tree.stdout)["branches"]) == 1, tree.stderr)
    check("its branch has files of its own", (folder / "tree-run/branches/1/metrics.csv").exists())

    # Killed, not ended: the next start offers what was saved, and restores it.
    running = subprocess.Popen([program, "gui", "collapse", "--speed", "max", "--set", "model.alpha=0.9"], env=environment,
                               cwd=folder, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(state.glob("gramscope/*.toml")) and time.monotonic() < deadline:
        time.sleep(0.1)
    running.send_signal(signal.SIGKILL)
    running.wait()
    lost = list(state.glob("gramscope/*.toml"))
    check("a killed window leaves its session", len(lost) == 1)
    window("collapse", do=f"wait 5\nitems {folder / 'items.json'}\n")
    check("the next start offers it", "lost.0.restore" in items(folder / "items.json"))
    check("and keeps it until it is restored or discarded", list(state.glob("gramscope/*.toml")) == lost)
    restored = folder / "restored.toml"
    window("collapse", do=f"wait 5\nclick lost.0.restore\nwait_idle\nwait 20\n{save_as(restored)}")
    check("it is restored", restored.exists() and "alpha = 0.9" in restored.read_text())
    check("and then it is no longer there", not list(state.glob("gramscope/*.toml")))

    # What is wrong in a session is said before there is a window.
    newer = folder / "newer.toml"
    newer.write_text(first.replace("format = 1", "format = 99", 1))
    refused = call("gui", newer)
    check("a newer format is refused", refused.returncode == 5 and "newer" in refused.stderr, refused.stderr)
    wrong = folder / "wrong.toml"
    wrong.write_text(first.replace("azimuth", "azimut"))
    refused = call("gui", wrong)
    line = 1 + next((i for i, text in enumerate(wrong.read_text().splitlines()) if "azimut" in text), -1)
    check("an unknown key of the view is named with its line",
          refused.returncode == 5 and f"wrong.toml:{line}:" in refused.stderr, refused.stderr)
    (folder / "broken.ckpt").write_bytes(b"no checkpoint")
    broken = folder / "broken.toml"
    broken.write_text(first.replace("format = 1", 'format = 1\ncheckpoint = "broken.ckpt"', 1))
    opened = window(broken, do="wait_idle\nquit\n")
    check("a broken checkpoint is said, and the run is repeated instead",
          opened.returncode == 0 and "broken.ckpt" in opened.stderr, opened.stderr)

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
