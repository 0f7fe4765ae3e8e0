#!/usr/bin/env python3
"""Trains a small model in PyTorch, which writes snapshots with docs/python/gramscope_export.py, and watches it in the window.

usage: follow_pytorch.py GRAMSCOPE      needs a display, NumPy and PyTorch; the last line is "N passed, N failed"
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "docs/python"))
from gramscope_export import save_snapshot  # noqa: E402

program = sys.argv[1]
passed = failed = 0


def check(what, holds):
    global passed, failed
    passed += bool(holds)
    failed += not holds
    print(("ok: " if holds else "FAIL: ") + what)


torch.manual_seed(0)
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
factors = torch.cartesian_prod(torch.arange(3), torch.arange(3), torch.arange(3))
labels = torch.arange(27)
words = [["small", "medium", "large"], ["red", "green", "blue"], ["circle", "square", "star"]]
names = [" ".join(words[f][v] for f, v in enumerate(row)) for row in factors.tolist()]


class Model(torch.nn.Module):
    """An embedding for every value of every factor, two layers, a read-out with a bias."""

    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Linear(9, 64)
        self.hidden = torch.nn.Linear(64, 32)
        self.head = torch.nn.Linear(32, 27)

    def embeddings(self):
        one_hot = torch.nn.functional.one_hot(factors, 3).reshape(27, 9).double()
        return self.hidden(torch.tanh(self.embed(one_hot)))

    def forward(self):
        return self.head(self.embeddings())


def train(folder, steps):
    """Writes a snapshot at every one of `steps`; only the first carries what does not change."""
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for step in range(steps[-1] + 1):
        if step in steps:
            with torch.no_grad():
                constant = {"labels": labels, "factors": factors, "factor_names": ["size", "colour", "shape"], "names": names}
                save_snapshot(folder, step, model.embeddings(), W=model.head.weight, b=model.head.bias,
                              **(constant if step == 0 else {}))
            time.sleep(0.05)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(), labels).backward()
        optimizer.step()
    return model


def cka(gram, kernel):
    centre = np.eye(len(gram)) - 1.0 / len(gram)
    g, k = centre @ gram @ centre, centre @ kernel @ centre
    return (g * k).sum() / np.linalg.norm(g) / np.linalg.norm(k)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name) / "snapshots"
    folder.mkdir()
    steps = [0, 1, 2, 3, 5, 7, 10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320]
    script = pathlib.Path(name) / "script.txt"
    script.write_text(f"wait_measured {len(steps)}\nwait_step {steps[-1]}\nwait_idle\nwait 3\nkey Home\nwait_idle\nwait 3\nquit\n")
    items = pathlib.Path(name) / "items.jsonl"
    watching = subprocess.Popen([program, "view", str(folder), "--follow", "--script", str(script), "--items", str(items)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    model = train(folder, steps)
    try:
        _, complaints = watching.communicate(timeout=240)
    except subprocess.TimeoutExpired:
        watching.kill()
        _, complaints = watching.communicate()
    check("the window follows the training to its last snapshot", watching.returncode == 0 or print(complaints[-2000:]))
    shown = [json.loads(line)["step"] for line in items.read_text().splitlines()] if items.exists() else []
    check("and shows it", steps[-1] in shown)
    check("then what came first", shown and shown[-1] == 0)

    # The numbers of the last snapshot, which has no labels or factors of its own, as PyTorch and NumPy have them.
    last = subprocess.run([program, "metrics", str(folder), "--json"], capture_output=True, text=True, timeout=120)
    course = json.loads(last.stdout) if last.returncode == 0 else []
    check("every snapshot is measured", [entry["step"] for entry in course] == steps)
    metrics = course[-1]["metrics"] if course else {}

    def equals(key, value):
        found = metrics.get(key)
        check(f"{key} = {value:.6g}", found is not None and math.isclose(found, value, rel_tol=1e-9, abs_tol=1e-12))

    with torch.no_grad():
        h = model.embeddings()
        last_h = np.load(folder / "step_00000320.npz")["H"]
        written = torch.from_numpy(last_h)
        logits = torch.from_numpy(np.load(folder / "step_00000320.npz")["W"]) @ written.T
        logits = logits + torch.from_numpy(np.load(folder / "step_00000320.npz")["b"])[:, None]
        equals("loss", torch.nn.functional.cross_entropy(logits.T, labels).item())
        equals("accuracy", (logits.argmax(0) == labels).double().mean().item())
    gram = last_h @ last_h.T
    equals("cka_symmetric", cka(gram, np.eye(27)))
    semantic = (factors[:, None, :] == factors[None, :, :]).sum(-1).numpy().astype(float)
    equals("cka_semantic", cka(gram, semantic))

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
