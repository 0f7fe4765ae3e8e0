"""The command line as scripts and people meet it: exit codes, messages, JSON, files.

usage: command_line.py GRAMSCOPE        prints "N passed, N failed"; the status is 0 if none failed
"""
import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import zipfile

from program import PROGRAM, SOON, call, case, main, refused, succeeded


def without_display():
    return {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}


def files_below(directory):
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


@case
def version_and_help_go_to_stdout(_):
    out, err = succeeded("--version")
    assert re.fullmatch(r"gramscope \d+\.\d+\.\d+\n", out) and err == "", out
    out, err = succeeded("--help")
    assert err == ""
    for text in ("run", "theory", "list", "describe", "shot", "collapse", "kernel_ufm", "130"):
        assert text in out, text
    out, _ = succeeded("run", "--help")
    for text in ("--set", "--json", "model.beta", "optimizer.lr", "a number from 0 to"):
        assert text in out, text


@case
def a_report_has_the_documented_fields(_):
    out, err = succeeded("run", "collapse", "--steps", "60", "--seed", "3", "--json")
    assert err == "", err
    assert out.count("\n") == 1
    report = json.loads(out)
    assert list(report) == ["format", "version", "preset", "seed", "steps", "status", "steps_per_second", "task", "phase",
                            "peak_step", "overtake_step", "collapse_step", "peak", "final", "undefined"]
    assert (report["format"], report["preset"], report["seed"], report["steps"], report["status"]) == (
        1, "collapse", 3, 60, "done")
    assert report["phase"] in ("unformed", "structure", "collapsing", "collapsed")
    assert report["steps_per_second"] > 0
    assert report["task"] == {"kind": "attributes", "contexts": 27, "words": 27, "entropy_floor": 0.0}
    assert list(report["peak"]) == ["cka_semantic"]
    assert report["overtake_step"] is None
    final = report["final"]
    assert isinstance(final["loss"], float) and 0 < final["loss"] < 4
    assert 0 <= final["cka_semantic"] <= 1
    assert {k for k, v in final.items() if v is None} == set(report["undefined"])
    assert all(isinstance(v, str) and v for v in report["undefined"].values())
    # With one factor the semantic alignment says no more than the labels do.
    out, _ = succeeded("run", "collapse", "--set", "task.factors=1", "--steps", "20", "--json")
    report = json.loads(out)
    assert report["final"]["cka_semantic"] is None and "cka_semantic" in report["undefined"]


@case
def layers_are_looked_into_where_asked(directory):
    options = ("--steps", "30", "--out", directory, "--layers", "--json")
    report = json.loads(succeeded("run", "transformer", *options)[0])
    assert list(report)[-1] == "layers"
    assert [layer["name"] for layer in report["layers"]] == ["Tokens", "Block 1", "Block 2", "After the norm"]
    assert all(list(layer) == ["name", "cka_semantic", "cka_symmetric", "nc1_quotient"] for layer in report["layers"])
    # The last layer is H; every context has its own label, so that nothing varies within classes.
    last = report["layers"][-1]
    assert abs(last["cka_semantic"] - report["final"]["cka_semantic"]) < 1e-12, last
    assert abs(last["cka_symmetric"] - report["final"]["cka_symmetric"]) < 1e-12, last
    assert last["nc1_quotient"] is None
    with zipfile.ZipFile(directory / "snapshots/step_00000030.npz") as snapshot:
        arrays = {name: snapshot.read(name) for name in snapshot.namelist()}
    assert {"layer_00.npy", "layer_01.npy", "layer_02.npy", "layer_03.npy", "layer_names.npy"} <= set(arrays)
    assert arrays["layer_03.npy"] == arrays["H.npy"] and arrays["layer_02.npy"] != arrays["H.npy"]
    assert json.loads(succeeded("run", "collapse", "--steps", "3", "--layers", "--json")[0])["layers"] == []
    assert "layers" not in json.loads(succeeded("run", "transformer", "--steps", "3", "--json")[0])
    out, _ = succeeded("run", "mlp", "--steps", "3", "--layers")
    assert "Hidden 2" in out


@case
def weights_are_written_and_begun_with(directory):
    succeeded("run", "transformer", "--steps", "20", "--out", directory / "a")
    weights = directory / "a/weights.safetensors"
    begun = ("run", "transformer", "--set", f"model.weights={weights}", "--steps", "1", "--out")
    succeeded(*begun, directory / "b")
    with zipfile.ZipFile(directory / "a/snapshots/step_00000020.npz") as a:
        with zipfile.ZipFile(directory / "b/snapshots/step_00000000.npz") as b:
            assert a.read("H.npy") == b.read("H.npy") and a.read("W.npy") == b.read("W.npy")
    refused(5, *begun, directory / "c", "--set", "model.d=16", saying=(str(weights), "embedding.tokens", "32", "16"))
    weights.write_bytes(weights.read_bytes()[:-1])
    refused(5, *begun, directory / "c", saying=(str(weights),))
    refused(5, "run", "transformer", "--set", "model.weights=absent", saying=("absent",))


@case
def a_report_for_readers_names_the_phase_and_the_metrics(_):
    out, err = succeeded("run", "collapse", "--steps", "60")
    assert err == "", err
    for text in ("phase", "peak", "overtaken", "collapse", "cka_semantic", "60 steps", "done"):
        assert text in out, text
    defined, _, undefined = out.partition("not defined")
    assert "nc1_quotient" in undefined and "nc1_quotient" not in defined and "cka_semantic" not in undefined
    out, _ = succeeded("run", "collapse", "--set", "task.factors=1", "--steps", "20")
    assert "cka_semantic" in out.partition("not defined")[2]


@case
def two_runs_write_the_same_bytes_and_another_seed_does_not(directory):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        succeeded("run", "collapse", "--steps", "100", "--seed", seed, "--out", directory / name)
    a, b, c = (files_below(directory / name) for name in "abc")
    assert a == b
    assert a["metrics.csv"] != c["metrics.csv"]
    assert {"metrics.csv", "session.toml", "snapshots/step_00000000.npz", "snapshots/step_00000100.npz"} <= set(a)


@case
def the_table_has_a_row_per_recorded_step(directory):
    succeeded("run", "collapse", "--steps", "150", "--out", directory)
    with open(directory / "metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:2] == ["segment", "step"]
    expected = sorted({0} | {n for i in range(24 * 3) if (n := int(10 ** (i / 24) + 0.5)) <= 150} | {150})
    assert [int(row["step"]) for row in rows] == expected
    assert {row["segment"] for row in rows} == {"0"}
    assert all(0 <= float(row["cka_semantic"]) <= 1 for row in rows)
    assert len(list((directory / "snapshots").iterdir())) == len(expected)
    succeeded("run", "collapse", "--steps", "2", "--set", "task.factors=1", "--out", directory)
    with open(directory / "metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["cka_semantic"] for row in rows] == ["", "", ""] and all(row["loss"] for row in rows)


@case
def a_session_repeats_its_run(directory):
    succeeded("run", "collapse", "--steps", "80", "--set", "model.beta=0.4", "--out", directory / "a")
    out, err = succeeded("run", directory / "a" / "session.toml", "--out", directory / "b", "--json")
    assert err == "", err
    assert json.loads(out)["status"] == "done"
    assert files_below(directory / "a") == files_below(directory / "b")


@case
def a_session_from_elsewhere_is_run_with_a_warning(directory):
    succeeded("run", "collapse", "--steps", "20", "--out", directory)
    file = directory / "session.toml"
    text = re.sub(r'(?m)^version = .*', 'version = "0.0.7"', file.read_text())
    file.write_text(re.sub(r'(?m)^cpu = .*', 'cpu = "Abacus 3"', text))
    _, err = succeeded("run", file)
    assert "0.0.7" in err and "Abacus 3" in err, err


@case
def a_session_that_cannot_be_run_is_refused_with_its_line(directory):
    succeeded("run", "collapse", "--steps", "20", "--out", directory)
    file = directory / "session.toml"
    text = file.read_text()
    command = '\n[[command]]\ntick = 20\nop = "set"\nkey = "model.d"\nvalue = 0\n'
    for wrong, saying in (
            (text.replace("format = 1", "format = 2"), ("format = 2: is newer than gramscope", "reads format 1")),
            (text.replace("\nlr = ", "\nrl = "), ("optimizer.rl", "optimizer.lr")),
            (text.replace("\nsteps = 20", "\nsteps = 0"), ("run.steps = 0: must be a whole number from 1 to",)),
            (text + command, (f":{len((text + command).splitlines())}: model.d = 0: must be a whole number from 1 to",))):
        file.write_text(wrong)
        refused(5, "run", file, saying=(f"{file}:", *saying))


@case
def values_given_by_hand_win_and_later_ones_most(directory):
    succeeded("run", "collapse", "--set", "model.d=30", "--set", "model.d=28", "--steps", "5", "--set",
              "reg.lambda_w=0", "--out", directory)
    text = (directory / "session.toml").read_text()
    assert "\nd = 28\n" in text and "\nlambda_w = 0.0\n" in text and "\nsteps = 5\n" in text


@case
def another_model_drops_what_does_not_apply_and_says_so(_):
    out, err = succeeded("run", "collapse", "--set", "model.kind=transformer", "--steps", "3", "--json")
    assert json.loads(out)["steps"] == 3
    for key in ("model.alpha", "model.beta", "reg.lambda_h", "optimizer"):
        assert key in err, err
    refused(2, "run", "collapse", "--set", "model.kind=transformer", "--set", "model.alpha=1", "--steps", "3",
            saying=("model.alpha", "kernel_ufm"))


@case
def what_is_unknown_is_told_with_the_nearest(_):
    refused(2, "rnu", "collapse", saying=('"rnu"', "run"))
    refused(2, "run", "colapse", saying=('"colapse"', "collapse"))
    refused(2, "run", "collapse", "--set", "model.alhpa=1", saying=("model.alhpa", "model.alpha"))
    refused(2, "run", "collapse", "--set", "model.kind=tranformer", saying=("model.kind", "transformer"))
    refused(2, "run", "collapse", "--sed", "1", saying=("--sed", "--seed"))
    refused(2, "list", "metric", saying=('"metric"', "metrics"))
    refused(2, "describe", "cka_semantics", saying=("cka_semantic",))
    refused(2, "shot", "collapse", "--view", "gram_g", "--out", "x.png", saying=("gram_g", "gram_h"))


@case
def what_is_out_of_range_is_told_with_the_range(_):
    refused(2, "run", "collapse", "--set", "model.d=0", saying=("model.d", "from 1 to"))
    refused(2, "run", "collapse", "--set", "model.d=2.5", saying=("model.d", "whole number"))
    refused(2, "run", "collapse", "--set", "reg.lambda_w=nan", saying=("reg.lambda_w", "from 0 to"))
    refused(2, "run", "collapse", "--steps", "0", saying=("run.steps", "from 1 to"))
    refused(2, "run", "collapse", "--steps", "many", saying=("run.steps",))
    refused(2, "run", "collapse", "--seed", "-1", saying=("run.seed", "from 0 to"))
    refused(2, "run", "collapse", "--set", "model.d", saying=("key=value",))
    refused(2, "run", "collapse", "--set", "task.factors=5", "--set", "task.values=8", saying=("task.",))
    refused(2, "gui", "--speed", "fast", saying=("--speed", "log, max"))
    refused(2, "gui", "--size", "10x10", saying=("--size", "64 to"))


@case
def what_is_missing_is_a_usage_error(_):
    refused(2, "run", saying=("preset",))
    refused(2, "list")
    refused(2, "describe")
    refused(2, "shot", "collapse", saying=("--out",))
    refused(2, "run", "collapse", "capacity")


@case
def a_preset_file_is_read_and_its_mistakes_located(directory):
    file = directory / "my preset.toml"
    head = 'format = 1\ntitle = "T"\nsummary = "S."\n'
    file.write_text(head + "[model]\nd = 27\n[run]\nsteps = 7\n")
    out, _ = succeeded("run", file, "--json")
    assert (json.loads(out)["preset"], json.loads(out)["steps"]) == ("my preset", 7)
    file.write_text(head + "[model]\nd = 27\nalhpa = 1.0\n")
    refused(5, "run", file, saying=(f"{file}:6: model.alhpa: ", "model.alpha"))
    file.write_text(head + "[model\n")
    refused(5, "run", file, saying=(f"{file}:4: ",))
    refused(5, "run", directory / "absent.toml", saying=("absent.toml: No such file",))
    refused(5, "run", str(directory) + "/", saying=("is a directory",))
    # A file in the working directory does not stand in for an embedded name.
    (directory / "collapse").write_text("nonsense")
    succeeded("run", "collapse", "--steps", "1", cwd=directory)


@case
def divergence_has_its_own_status_and_advice(directory):
    code, out, err = call("run", "collapse", "--set", "optimizer.lr=1e6", "--steps", "300", "--json", "--out", directory)
    report = json.loads(out)
    assert code == 3 and report["status"] == "diverged" and report["steps"] < 300, (code, out)
    assert "optimizer.lr" in err, err
    assert "inf" not in (directory / "metrics.csv").read_text().lower()
    assert "nan" not in (directory / "metrics.csv").read_text().lower()
    code, out, err = call("run", "collapse", "--set", "optimizer.lr=1e3", "--set", "run.on_divergence=back_off",
                          "--steps", "300", "--json")
    assert code == 0 and json.loads(out)["steps"] == 300 and "halved" in err, (code, out, err)


@case
def a_run_stops_at_the_peak_and_its_session_does_so_again(directory):
    out, err = succeeded("run", "collapse", "--set", "run.stop=peak", "--set", "run.stop_after=3", "--json", "--out",
                         directory / "a")
    report = json.loads(out)
    assert report["status"] == "stopped" and report["steps"] == report["peak_step"] > 100, report
    assert report["final"]["cka_semantic"] == report["peak"]["cka_semantic"] > 0.99, report
    assert "Stopped at the peak" in err and err.count("\n") == 1, err
    with open(directory / "a/metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    steps = [int(row["step"]) for row in rows if row["segment"] == "0"]
    assert steps == sorted(set(steps)) and len([step for step in steps if step > report["steps"]]) == 3, steps
    assert (rows[-1]["segment"], int(rows[-1]["step"])) == ("1", report["steps"])
    peak = next(row for row in rows if int(row["step"]) == report["steps"])
    assert {**peak, "segment": "1"} == rows[-1]
    assert (directory / f"a/snapshots/segment_1_step_{report['steps']:08}.npz").exists()
    out, _ = succeeded("run", directory / "a/session.toml", "--json", "--out", directory / "b")
    assert json.loads(out)["status"] == "stopped"
    assert files_below(directory / "a") == files_below(directory / "b")
    refused(2, "run", "collapse", "--set", "run.stop=peak", "--set", "task.factors=1", saying=("run.stop = peak",))


@case
def a_parameter_that_needs_another_says_so(_):
    refused(2, "run", "collapse", "--set", "run.stop_after=3", saying=("run.stop_after", "run.stop = peak"))
    refused(2, "run", "collapse", "--set", "reg.gamma=1", "--set", "reg.kernel=factor", "--set", "reg.factor=4",
            saying=("reg.factor = 4", "3 latent factors"))
    succeeded("run", "collapse", "--set", "reg.factor=2", "--set", "reg.kernel=factor", "--set", "reg.gamma=0.01",
              "--steps", "3")
    out, _ = succeeded("describe", "optimizer.decay_every")
    assert "applies with optimizer.schedule = step" in out, out
    out, _ = succeeded("run", "--help")
    for text in ("reg.kernel", "run.stop_after", "optimizer.final_lr_share", "reg.path_factor"):
        assert text in out, text


@case
def ctrl_c_ends_a_run_with_what_it_has(directory):
    process = subprocess.Popen(
        [PROGRAM, "run", "collapse", "--steps", "1000000000", "--json", "--out", str(directory)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (directory / "snapshots/step_00000100.npz").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, (process.returncode, err)
    report = json.loads(out)
    assert report["status"] == "interrupted" and 100 <= report["steps"] < 1000000000
    with open(directory / "metrics.csv", newline="") as file:
        assert int(list(csv.DictReader(file))[-1]["step"]) == report["steps"]
    _, _ = succeeded("run", directory / "session.toml", "--out", directory / "again")
    assert files_below(directory / "again")["metrics.csv"] == (directory / "metrics.csv").read_bytes()


@case
def a_directory_in_use_keeps_what_is_not_a_run(directory):
    (directory / "notes.txt").write_text("mine")
    succeeded("run", "collapse", "--steps", "100", "--out", directory)
    succeeded("run", "collapse", "--steps", "10", "--out", directory)
    assert (directory / "notes.txt").read_text() == "mine"
    assert not (directory / "snapshots/step_00000100.npz").exists()
    before = files_below(directory)
    refused(2, "run", "collapse", "--set", "model.d=0", "--out", directory)
    refused(5, "run", "absent.toml", "--out", directory)
    assert files_below(directory) == before
    refused(2, "run", "collapse", "--steps", "1", "--out", directory / "notes.txt", saying=("not a directory",))


@case
def a_write_that_fails_is_a_failure(directory):
    (directory / "file").write_text("")
    refused(1, "run", "collapse", "--steps", "1", "--out", directory / "file" / "below", saying=(str(directory),))
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "list", "metrics"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "standard output" in done.stderr, done


@case
def lists_say_what_there_is(_):
    for category, names in (
        ("tasks", ["attributes", "taxonomy", "sentences", "support", "corpus"]),
        ("models", ["kernel_ufm", "ufm", "additive_ufm", "transformer", "mlp"]),
        ("metrics", ["loss", "cka_semantic", "nc2_equiangular"]),
        ("presets", ["collapse", "transformer", "plain-ufm", "capacity", "permanent", "attributes", "taxonomy",
                     "sentences", "support", "imbalance"]),
        ("views", ["gram_h", "target", "gram_w", "pca", "metrics", "spectrum", "timeline"]),
    ):
        out, err = succeeded("list", category)
        listed = [line.split()[0] for line in out.splitlines()]
        assert set(names) <= set(listed) and err == "", (category, listed)
        items = json.loads(succeeded("list", category, "--json")[0])
        assert [item["key"].split()[0] for item in items] == listed
        assert all(item["label"] and item["summary"] for item in items), category
    assert json.loads(succeeded("list", "presets", "--json")[0])[0]["key"] == "collapse"


@case
def everything_listed_can_be_described(_):
    keys = ["gd", "adamw", "reg.kernel", "reg.path_steps", "optimizer.warmup", "model.d", "optimizer.lr", "reg.lambda_e", "run.on_divergence", "contrast_colour"]
    for category in ("tasks", "models", "metrics", "presets", "views"):
        keys += [item["key"].replace("<factor>", "colour").replace("<number>", "1")
                 for item in json.loads(succeeded("list", category, "--json")[0])]
    for key in keys:
        found = json.loads(succeeded("describe", key, "--json")[0])
        assert found and all(item["key"] == key and item["summary"] for item in found), key
    out, _ = succeeded("describe", "model.beta")
    for text in ("model.beta", "default 0.2", "from 0 to", "kernel_ufm", "next step"):
        assert text in out, (text, out)
    # Where a model decides it says so, whatever tasks that model refuses.
    for key, of in (("model.beta", "kernel_ufm"), ("model.heads", "transformer"), ("task.path", "task corpus"),
                    ("reg.lambda_e", "additive_ufm"), ("model.init_scale", "kernel_ufm, ufm, additive_ufm")):
        out, _ = succeeded("describe", key)
        assert f"as a parameter of {of}\n" in out, (key, out)
    out, _ = succeeded("describe", "cka_semantic")
    for text in ("formula", "source", "range"):
        assert text in out, (text, out)
    rates = {tuple(item["of"]): item["default"] for item in json.loads(succeeded("describe", "optimizer.lr", "--json")[0])}
    assert len(set(rates.values())) > 1, rates


@case
def progress_is_for_terminals_only_and_colour_for_those_who_want_it(_):
    def on_terminal(**variables):
        master, slave = pty.openpty()
        env = {**os.environ, "TERM": "xterm", **variables}
        process = subprocess.Popen([PROGRAM, "run", "collapse", "--steps", "400", "--json"], stdout=subprocess.PIPE,
                                   stderr=slave, env=env)
        os.close(slave)
        out = process.communicate(timeout=120)[0]
        assert json.loads(out)["steps"] == 400
        shown = b""
        try:
            while chunk := os.read(master, 65536):
                shown += chunk
        except OSError:
            pass
        os.close(master)
        return shown.decode()

    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    os.environ.clear()
    os.environ.update(env)
    shown = on_terminal()
    assert "%" in shown and "400" in shown and "left" in shown and "\x1b[36m" in shown, shown
    shown = on_terminal(NO_COLOR="1")
    assert "%" in shown and not re.search(r"\x1b\[\d*m", shown), shown
    assert on_terminal(TERM="dumb") == ""


@case
def without_a_display_the_window_names_the_way_without_one(directory):
    for arguments in (("collapse", "--steps", "5", "--set", "model.d=27"),
                      ("gui", "collapse", "--steps", "5", "--set", "model.d=27"),
                      ("shot", "collapse", "--steps", "5", "--set", "model.d=27", "--out", directory / "x.png")):
        begin = time.monotonic()
        err = refused(4, *arguments, env=without_display(), saying=("gramscope run collapse --set model.d=27 --steps 5",))
        assert time.monotonic() - begin < SOON, "too slow"
        assert len(err.splitlines()[0]) > len("gramscope: no window: "), err
    refused(4, env=without_display(), saying=("gramscope run collapse",))
    refused(4, env={**os.environ, "DISPLAY": ":987"}, saying=("gramscope run collapse",))
    assert not (directory / "x.png").exists()
    assert not any(directory.iterdir())


@case
def the_window_writes_what_run_writes(directory):
    if not os.environ.get("DISPLAY"):
        return
    common = ("collapse", "--steps", "60", "--seed", "2", "--set", "run.on_divergence=stop")
    succeeded("run", *common, "--out", directory / "run")
    succeeded("gui", *common, "--speed", "max", "--quit", "--size", "1024x640", "--out", directory / "gui",
              "--items", directory / "items")
    assert files_below(directory / "run") == files_below(directory / "gui")
    frames = [json.loads(line) for line in (directory / "items").read_text().splitlines()]
    assert "view.gram_h" in {item["name"] for item in frames[-1]["items"]}


@case
def a_picture_is_taken_of_the_window_or_a_view(directory):
    if not os.environ.get("DISPLAY"):
        return
    for name, extra in (("window", ()), ("view", ("--view", "gram_h"))):
        file = directory / f"{name}.png"
        succeeded("shot", "collapse", "--steps", "20", "--size", "700x500", "--out", file, *extra)
        data = file.read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) == (700, 500)
        assert len(data) > 5000  # not a plain rectangle
    refused(1, "shot", "collapse", "--steps", "2", "--out", directory / "absent" / "x.png", saying=("absent",))


CORPUS = ("--set", "task.kind=corpus", "--set", "model.kind=ufm")


@case
def a_text_is_told_by_its_numbers(directory):
    text = directory / "text.txt"
    text.write_text("The cat sat. The dog sat. The cat ran. A dog ran.")
    out, err = succeeded("run", "collapse", *CORPUS, "--set", f"task.path={text}", "--set", "task.context=1", "--steps",
                         "5", "--json")
    task = json.loads(out)["task"]
    # the -> cat 2/3, dog 1/3; cat -> sat, ran; dog -> sat, ran; sat -> .; ran -> .; . -> the 2/3, a 1/3; a -> dog
    assert (task["kind"], task["contexts"], task["words"], task["tokens"]) == ("corpus", 7, 7, 16)
    two_thirds = 0.9182958340544896 * 0.6931471805599453
    assert abs(task["entropy_floor"] - (6 * two_thirds + 4 * 0.6931471805599453) / 15) < 1e-12, task
    assert abs(task["one_hot_share"] - 3 / 7) < 1e-12
    out, _ = succeeded("run", "collapse", *CORPUS, "--set", f"task.path={text}", "--steps", "5")
    assert "contexts" in out and "entropy floor" in out, out
    out, _ = succeeded("describe", "corpus")
    assert "UTF-8" in out and "punctuation" in out, out


@case
def a_path_in_a_file_is_beside_it_and_one_by_hand_is_here(directory):
    (directory / "below").mkdir()
    (directory / "below/text.txt").write_text("one two three one two four one two five")
    preset = directory / "below/mine.toml"
    preset.write_text('format = 1\ntitle = "T"\nsummary = "S."\n[task]\nkind = "corpus"\npath = "text.txt"\n'
                      '[model]\nkind = "ufm"\nd = 4\n[run]\nsteps = 5\n')
    out, _ = succeeded("run", preset, "--json", cwd="/")
    assert json.loads(out)["task"]["tokens"] == 9
    (directory / "text.txt").write_text("a b c a b d")
    out, _ = succeeded("run", preset, "--set", "task.path=text.txt", "--json", cwd=directory)
    assert json.loads(out)["task"]["tokens"] == 6
    refused(5, "run", preset, "--set", "task.path=text.txt", cwd="/", saying=("gramscope: text.txt: there is no such",))


@case
def a_session_knows_its_text(directory):
    text = directory / "text.txt"
    text.write_text("one two three one two four one two five")
    succeeded("run", "collapse", *CORPUS, "--set", "task.path=text.txt", "--steps", "20", "--out", "a", cwd=directory)
    session = (directory / "a/session.toml").read_text()
    assert f'path = "{text}"' in session and "bytes = 39" in session, session
    _, err = succeeded("run", directory / "a/session.toml", "--out", directory / "b", cwd="/")
    assert err == "", err
    assert files_below(directory / "a") == files_below(directory / "b")
    text.write_text("one two three one two four one two six")
    _, err = succeeded("run", directory / "a/session.toml")
    assert "note: " in err and "text.txt is not the text this session was recorded with" in err, err


@case
def a_text_that_cannot_be_used_is_told_and_leaves_files_alone(directory):
    succeeded("run", "collapse", "--steps", "3", "--out", directory / "out")
    before = files_below(directory / "out")
    text = directory / "text.txt"
    for content, saying in ((None, "no such file"), (b"", "is empty"), (b"a b \xff c", "UTF-8"), (b"a\0b", "NUL"),
                            (b"word", "only one distinct word"), (b"a b", "need at least 3")):
        if content is not None:
            text.write_bytes(content)
        refused(5, "run", "collapse", *CORPUS, "--set", f"task.path={text}", "--out", directory / "out",
                saying=(f"gramscope: {text}", saying))
    begin = time.monotonic()
    os.mkfifo(directory / "pipe")
    for path in (directory / "pipe", "/dev/zero", directory):
        refused(5, "run", "collapse", *CORPUS, "--set", f"task.path={path}", saying=(f"gramscope: {path}: is ",))
    assert time.monotonic() - begin < 3 * SOON
    assert files_below(directory / "out") == before


@case
def ctrl_c_while_a_text_is_read(directory):
    text = directory / "large.txt"
    with open(text, "w") as file:
        for i in range(120_000):
            file.write(" ".join(f"w{(i * 7919 + k * 104729) % 50_000}" for k in range(40)) + "\n")
    master, slave = pty.openpty()
    process = subprocess.Popen([PROGRAM, "run", "collapse", *CORPUS, "--set", f"task.path={text}", "--out",
                                str(directory / "out")], stdout=subprocess.PIPE, stderr=slave,
                               env={**os.environ, "TERM": "xterm"})
    os.close(slave)
    shown = b""
    while b"Reading large.txt" not in shown:
        shown += os.read(master, 65536)
    process.send_signal(signal.SIGINT)
    begin = time.monotonic()
    out, _ = process.communicate(timeout=60)
    os.close(master)
    assert process.returncode == 130 and out == b"", (process.returncode, out)
    assert time.monotonic() - begin < SOON
    assert not (directory / "out").exists()


if __name__ == "__main__":
    sys.exit(main())
