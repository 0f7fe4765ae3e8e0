"""Sessions with branches as `run` repeats them: every run of the tree, or one of them, to the bytes of a run alone.

usage: sessions.py GRAMSCOPE        prints "N passed, N failed"; the status is 0 if none failed
"""
import hashlib
import json
import re
import signal
import subprocess
import sys
import time

from program import PROGRAM, call, case, main, refused, succeeded


def command(name, tick, **keys):
    rows = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    return f"\n[[{name}]]\ntick = {tick}\n{rows}"


def branch(parent, tick, commands, ticks, *own, title=""):
    return (f'\n[[branch]]\nparent = {parent}\ntick = {tick}\ncommands = {commands}\ntitle = "{title}"\nticks = {ticks}\n' +
            "".join(own))


def set_(name, tick, key, value):
    return command(name, tick, op="set", key=key, value=value)


def session(directory, *tables, ticks=90, steps=200, keys=""):
    """A session file that begins as `run` writes one."""
    succeeded("run", "collapse", "--steps", steps, "--set", "run.on_divergence=stop", "--out", directory / "begun")
    text = re.sub(r"(?m)^ticks = .*", f"ticks = {ticks}\n{keys}", (directory / "begun/session.toml").read_text())
    file = directory / "tree.toml"
    file.write_text(text + "".join(tables))
    return file


TRUNK = (set_("command", 20, "optimizer.lr", 4.0), command("command", 60, op="restart"),
         set_("command", 75, "reg.lambda_w", 0.001))
# From the trunk, between its first command and its restart: another capacity, then a restart of its own.
WIDER = branch(0, 50, 1, 120, set_("branch.command", 55, "model.d", 40), command("branch.command", 80, op="restart"),
               title="wider")
# From that branch, after its restart.
SLOWER = branch(1, 90, 3, 130, set_("branch.command", 90, "optimizer.lr", 1.0),
                set_("branch.command", 100, "model.beta", 0.1), title="slower")
SAME = branch(0, 70, 2, 90, set_("branch.command", 75, "reg.lambda_w", 0.001))


def digests(directory):
    """The SHA-256 of every file of one run: those of its branches are theirs."""
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(directory.rglob("*"))
            if path.is_file() and not (path.relative_to(directory).parts[0] == "branches")}


def without_times(report):
    return {key: value for key, value in report.items() if key not in ("steps_per_second", "branches", "parent", "tick")}


@case
def every_run_of_a_tree_has_the_bytes_of_that_run_alone(directory):
    file = session(directory, *TRUNK, WIDER, SLOWER, branch(0, 80, 3, 90), SAME)
    out, err = succeeded("run", file, "--out", directory / "tree", "--json")
    assert err == "", err
    report = json.loads(out)
    assert list(report)[-1] == "branches" and len(report["branches"]) == 4
    assert [(one["parent"], one["tick"]) for one in report["branches"]] == [(0, 50), (1, 90), (0, 80), (0, 70)]
    assert [one["steps"] for one in report["branches"]] == [40, 50, 30, 30] and report["steps"] == 30, report
    assert all(list(one)[:-2] == list(report)[:-1] for one in report["branches"])
    runs = [directory / "tree"] + [directory / f"tree/branches/{n}" for n in (1, 2, 3, 4)]
    found = [digests(run) for run in runs]
    for files in found:
        assert {"metrics.csv", "weights.safetensors", "session.toml", "task.npz", "snapshots/step_00000000.npz"} <= set(files)
    # One without commands of its own, and one that is told what the trunk was told.
    assert found[3] == found[0] and found[4] == found[0]
    assert len({files["weights.safetensors"] for files in found}) == 3
    assert len({files["metrics.csv"] for files in found}) == 3
    for n in range(3):
        alone, err = succeeded("run", file, "--branch", n, "--out", directory / f"alone {n}", "--json")
        assert err == "" and "branches" not in json.loads(alone)
        assert without_times(json.loads(alone)) == without_times(report["branches"][n - 1] if n else report)
        assert digests(directory / f"alone {n}") == found[n], n
        assert not (directory / f"alone {n}/branches").exists()
    # Its own session repeats it without the tree.
    succeeded("run", runs[2] / "session.toml", "--out", directory / "again")
    assert digests(directory / "again") == found[2]


@case
def a_branch_is_the_run_that_was_told_the_same_by_hand(directory):
    file = session(directory, *TRUNK, WIDER, SLOWER)
    succeeded("run", file, "--out", directory / "tree")
    for n, ticks, commands in (
            (1, 120, (TRUNK[0], set_("command", 55, "model.d", 40), command("command", 80, op="restart"))),
            (2, 130, (TRUNK[0], set_("command", 55, "model.d", 40), command("command", 80, op="restart"),
                      set_("command", 90, "optimizer.lr", 1.0), set_("command", 100, "model.beta", 0.1)))):
        succeeded("run", session(directory, *commands, ticks=ticks), "--out", directory / f"flat {n}")
        assert digests(directory / f"flat {n}") == digests(directory / f"tree/branches/{n}"), n


@case
def a_report_for_readers_names_the_runs(directory):
    file = session(directory, *TRUNK, WIDER, SLOWER, branch(0, 0, 0, 10))
    out, err = succeeded("run", file)
    assert err == "", err
    headings = [line for line in out.splitlines() if re.match("(The trunk|Branch )", line)]
    assert headings == ["The trunk", "Branch 1, from the trunk at tick 50: wider", "Branch 2, from branch 1 at tick 90: slower",
                        "Branch 3, from the trunk at tick 0"], headings
    assert out.count("metrics at step") == 4
    out, _ = succeeded("run", file, "--branch", "2")
    assert "Branch" not in out and out.count("metrics at step") == 1


@case
def a_branch_is_chosen_among_those_that_are_there(directory):
    file = session(directory, *TRUNK, WIDER)
    for wrong in ("2", "-1"):
        refused(2, "run", file, "--branch", wrong, saying=(f"--branch {wrong}: must be from 0 to 1; 0 is the trunk",))
    refused(2, "run", file, "--branch", "wider", saying=("--branch",))
    refused(2, "run", "collapse", "--branch", "1", saying=("--branch 1: must be 0, the trunk: collapse has no branches",))
    succeeded("run", "collapse", "--steps", "3", "--branch", "0")


@case
def values_given_by_hand_are_those_that_every_run_begins_with(directory):
    file = session(directory, *TRUNK, WIDER, set_("branch.command", 100, "reg.lambda_h", 0.002))
    succeeded("run", file, "--set", "reg.lambda_h=0.01", "--seed", "5", "--out", directory / "out")
    for run in ("out", "out/branches/1"):
        text = (directory / run / "session.toml").read_text()
        assert "\nlambda_h = 0.01\n" in text and "\nseed = 5\n" in text, run
    assert "value = 0.002" in (directory / "out/branches/1/session.toml").read_text()
    # No run ends where the session did, but at that step of its last segment.
    report = json.loads(succeeded("run", file, "--steps", "150", "--json")[0])
    assert (report["steps"], report["status"]) == (150, "done")
    assert [(one["steps"], one["status"]) for one in report["branches"]] == [(150, "done")]


@case
def a_run_that_diverges_says_which_and_the_others_go_on(directory):
    wild = branch(0, 30, 1, 90, set_("branch.command", 30, "optimizer.lr", 1e7), title="wild")
    code, out, err = call("run", session(directory, *TRUNK, wild, WIDER), "--json")
    report = json.loads(out)
    assert code == 3, (code, err)
    assert report["status"] == "stopped"
    assert [one["status"] for one in report["branches"]] == ["diverged", "stopped"]
    assert len(err.splitlines()) == 1 and err.startswith("gramscope: branch 1: "), err
    assert succeeded("run", directory / "tree.toml", "--branch", "2")


@case
def ctrl_c_ends_the_run_it_meets_and_those_behind(directory):
    endless = branch(0, 50, 1, 10**9, set_("branch.command", 50, "run.steps", 10**9))
    file = session(directory, *TRUNK, endless, WIDER)
    process = subprocess.Popen([PROGRAM, "run", str(file), "--json", "--out", str(directory / "out")],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (directory / "out/branches/1/snapshots/step_00000121.npz").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, (process.returncode, err)
    report = json.loads(out)
    assert report["status"] == "stopped" and [one["status"] for one in report["branches"]] == ["interrupted"]
    assert not (directory / "out/branches/2").exists()
    succeeded("run", directory / "out/branches/1/session.toml", "--out", directory / "again")
    assert digests(directory / "again")["metrics.csv"] == digests(directory / "out/branches/1")["metrics.csv"]


@case
def branches_of_a_run_before_are_removed_and_nothing_else(directory):
    file = session(directory, *TRUNK, WIDER, SLOWER)
    out = directory / "out"
    succeeded("run", file, "--out", out)
    (out / "branches/2/notes.txt").write_text("mine")
    (out / "branches/plots").mkdir()
    succeeded("run", "collapse", "--steps", "5", "--out", out)
    assert {str(p.relative_to(out / "branches")) for p in (out / "branches").rglob("*")} == {"2", "2/notes.txt", "plots"}
    (out / "branches/2/notes.txt").unlink()
    (out / "branches/plots").rmdir()
    succeeded("run", file, "--out", out)
    succeeded("run", file, "--branch", "1", "--out", out)
    assert not (out / "branches").exists()


@case
def what_belongs_to_the_window_does_not_concern_a_replay(directory):
    file = session(directory, *TRUNK, WIDER, "\n[view]\nzoom = 1.5\nlayout = [\"gram_h\"]\n",
                   keys='current = 1\ntwin = 0\ncheckpoint = "absent.ckpt"\n')
    plain = directory / "plain"
    plain.mkdir()
    succeeded("run", file, "--out", directory / "a")
    succeeded("run", session(plain, *TRUNK, WIDER), "--out", directory / "b")
    assert digests(directory / "a") == digests(directory / "b")
    assert digests(directory / "a/branches/1") == digests(directory / "b/branches/1")


@case
def a_mistake_in_a_branch_is_located(directory):
    file = session(directory, *TRUNK, WIDER.replace("tick = 50", "tick = 91"))
    refused(5, "run", file, saying=(f"{file}:", ": tick = 91: must be from 0 to 90, where the trunk begins and ends"))
    out, _ = succeeded("run", "--help")
    for text in ("--branch", "branches/1", "every branch"):
        assert text in out, text


if __name__ == "__main__":
    sys.exit(main())
