#!/usr/bin/env python3
"""Checks the window on snapshots that another program has written: opened, scrubbed, dropped, followed, refused.

usage: view_run.py GRAMSCOPE      needs a display and NumPy; the last line is "N passed, N failed"
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

import numpy as np

program = sys.argv[1]
passed = failed = 0


def check(what, holds):
    global passed, failed
    passed += bool(holds)
    failed += not holds
    print(("ok: " if holds else "FAIL: ") + what)


def call(*arguments, timeout=300):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)


rows, dimension, classes = 24, 8, 4
labels = np.arange(rows) % classes
chance = np.random.default_rng(1)
directions = chance.standard_normal((classes, dimension))
noise = chance.standard_normal((rows, dimension))


def arrays(step):
    """Embeddings that come closer to their class the later it is."""
    spread = 1.0 / (1.0 + step / 50.0)
    return {
        "H": (directions[labels] + spread * noise).astype(np.float32),
        "W": directions.astype(np.float32),
        "labels": labels,
        "factors": np.stack([labels % 2, labels // 2], axis=1),
        "names": np.array([f"sample {j}" for j in range(rows)]),
        "step": np.array(step),
    }


def write(path, **content):
    """As a careful job writes: under another name first."""
    waiting = path.with_name("." + path.name + ".tmp")
    with open(waiting, "wb") as file:
        np.savez(file, **content)
    os.replace(waiting, path)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)

    def watched(command, *arguments, script):
        """Runs a script; gives the process and the frames it drew."""
        lines = folder / "script.txt"
        lines.write_text("\n".join(script) + "\n")
        items = folder / "items.jsonl"
        process = call(command, *arguments, "--script", lines, "--items", items)
        frames = [json.loads(line) for line in items.read_text().splitlines()] if items.exists() else []
        if process.returncode != 0:
            print(process.stderr[-800:])
        return process, frames

    def names(frame):
        return {item["name"] for item in frame["items"]}

    recording = folder / "probe"
    recording.mkdir()
    for step in (0, 10, 100, 1000):
        write(recording / f"step_{step:05d}.npz", **arrays(step))

    view, frames = watched("view", recording, script=[
        "wait_finished", "wait_idle", "wait 3", "seek 12", "wait_idle", "wait 3", "key Home", "wait_idle", "wait 3",
        "key Right", "wait_idle", "key End", "wait_idle", "wait 3", "drag timeline.handle -2000 0 5", "wait_idle",
        "click button.live", "wait_idle", "wait 3"])
    steps = [frame["step"] for frame in frames]
    check("a directory of snapshots opens", view.returncode == 0 and frames)
    check("the playhead reaches what it is sent to", [s for i, s in enumerate(steps) if i == 0 or s != steps[i - 1]][-1] == 1000
          and {0, 10, 1000} <= set(steps))
    last = names(frames[-1]) if frames else set()
    check("what a recording has is drawn", {"button.run", "button.step_back", "toggle.follow", "timeline.handle",
                                            "recording.array.H", "recording.array.W", "badge.recording"} <= last)
    check("what only a run has is not", not any(item.startswith(("parameter.", "button.restart", "button.new_seed"))
                                                for item in last))

    view, frames = watched("view", recording, "--speed", "max",
                           script=["wait_finished", "wait_idle", "key Home", "wait_idle", "key Space", "wait_step 1000", "wait_idle", "wait 3"])
    check("it plays from the first step to the last", view.returncode == 0 and frames and frames[-1]["step"] == 1000)

    own = folder / "own"
    call("run", "collapse", "--steps", 40, "--out", own)
    view, frames = watched("view", own, script=["wait_finished", "key End", "wait 2", "wait_idle", "wait 2", "quit"])
    check("what run --out leaves opens too", view.returncode == 0 and frames and frames[-1]["step"] == 40)

    alone = folder / "alone.npy"
    np.save(alone, noise)
    view, frames = watched("view", alone, script=["wait_finished", "wait_idle", "wait 3", "quit"])
    last = names(frames[-1]) if frames else set()
    check("a single array opens", view.returncode == 0 and "recording.array.H" in last)
    check("and says what it lacks", {"recording.array.W", "recording.array.labels", "recording.array.factors"} <= last)
    check("with nothing to play", not {"button.run", "timeline.handle"} & last)

    quits = call("view", recording, "--quit")
    check("--quit: it closes when all is measured", quits.returncode == 0)

    # What cannot be opened is refused before there is a window.
    empty = folder / "empty"
    empty.mkdir()
    broken = folder / "broken.npz"
    broken.write_bytes(b"PK\x03\x04 and no more")
    torch = folder / "model.pt"
    with zipfile.ZipFile(torch, "w") as archive:  # as torch.save() leaves it
        archive.writestr("model/data.pkl", b"\x80\x02}q\x00.")
        archive.writestr("model/version", b"3\n")
    for path in (folder / "nowhere", empty, broken, torch):
        refused = call("view", path)
        check(f"{path.name}: exit 5, by name", refused.returncode == 5 and path.name in refused.stderr)
    check("view without a path: exit 2", call("view").returncode == 2)
    check("model.pt: how to convert it", "numpy.savez" in call("view", torch).stderr)

    # Dropped on a run, and left for a run again.
    gui, frames = watched("gui", "collapse", "--set", "task.factors=2", "--steps", 200, script=[
        "wait 5", f"drop {recording}", "wait 2", "wait_idle", "wait_finished", "wait_idle", "wait 3", "click picker.experiment",
        "wait 2", "click picker.experiment.collapse", "wait 5", "key Space", "wait 30", "quit"])
    seen = [names(frame) for frame in frames]
    begins = [i for i, frame in enumerate(seen) if "recording.path" in frame]
    check("a dropped directory is opened", gui.returncode == 0 and begins)
    check("a preset makes a run again", seen and "recording.path" not in seen[-1] and "button.restart" in seen[-1])

    gui, frames = watched("gui", "collapse", "--set", "task.factors=2", "--steps", 200, "--speed", "max",
                          script=["wait 5", f"drop {broken}", "wait 30", f"drop {torch}", "wait 30", "wait_finished", "wait 2"])
    check("what cannot be opened leaves the run alone",
          gui.returncode == 0 and frames and not any("recording.path" in names(frame) for frame in frames)
          and frames[-1]["step"] == 200)

    out = folder / "out"
    gui, frames = watched("gui", "collapse", "--set", "task.factors=2", "--steps", 100, "--speed", "max", "--out", out,
                          script=["wait 5", f"drop {recording}", "wait 30", "wait_finished", "wait 2"])
    check("a window that writes its run opens nothing else", gui.returncode == 0 and frames
          and not any("recording.path" in names(frame) for frame in frames) and (out / "metrics.csv").exists())

    # A job writes while the window looks on: one file in two pieces, one that stays broken.
    followed = folder / "followed"
    followed.mkdir()
    write(followed / "step_0.npz", **arrays(0))

    def job():
        for step in (5, 25):
            time.sleep(0.6)
            write(followed / f"step_{step}.npz", **arrays(step))
        piece = folder / "piece.npz"
        write(piece, **arrays(125))
        content = piece.read_bytes()
        with open(followed / "step_125.npz", "wb") as file:
            file.write(content[: len(content) // 2])
            file.flush()
            time.sleep(1.2)
            file.write(content[len(content) // 2:])

    worker = threading.Thread(target=job)
    worker.start()
    view, frames = watched("view", followed, "--follow", script=["wait_measured 4", "wait_idle", "wait 5", "quit"])
    worker.join()
    check("follow: new files are shown as they come, also those written in pieces",
          view.returncode == 0 and frames and frames[-1]["step"] == 125)
    check("follow: none of them was refused", frames and "badge.refused" not in names(frames[-1]))

    picture = folder / "picture.png"
    shot = call("shot", recording, "--steps", 90, "--view", "gram_h", "--size", "400x360", "--out", picture)
    check("shot: a picture of a recorded step", shot.returncode == 0 and picture.read_bytes().startswith(b"\x89PNG"))
    newest = folder / "newest.png"
    shot = call("shot", recording, "--out", newest, "--size", "1024x640")
    check("shot: the window on the newest step", shot.returncode == 0 and newest.exists())
    check("shot: --set is for runs", call("shot", recording, "--set", "model.d=3", "--out", newest).returncode == 2)

print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
