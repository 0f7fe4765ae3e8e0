"""`gramscope metrics`: what it prints of a file and of a directory, what it refuses, and how much memory that takes.

usage: metrics.py GRAMSCOPE        prints "N passed, N failed"; the status is 0 if none failed
"""
import csv
import json
import os
import pty
import random
import re
import signal
import struct
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "io"))
import bad_files
from program import PROGRAM, SOON, case, main, refused, succeeded

FIXTURE = Path(__file__).parent.parent / "fixtures/nc_metrics.json"
IS_SANITIZED = re.search(r"/[at]san/", PROGRAM) is not None
MIB = 1 << 20
try:
    import numpy as np
except ImportError:
    np = None


def case_with_numpy(function):
    if np is None:
        print(f"{function.__name__}: no NumPy here: skipped")
        return function
    return case(function)


def matrix(rows):
    """A .npy file of a list of rows."""
    data = b"".join(struct.pack(f"<{len(row)}d", *row) for row in rows)
    return bad_files.npy(data, shape=f"({len(rows)}, {len(rows[0])})")


def integers(*numbers, shape=None):
    return bad_files.values("<i8", *numbers, shape=shape)


def measured(path):
    return json.loads(succeeded("metrics", path, "--json")[0])


def normal_rows(n, d, seed):
    source = random.Random(seed)
    return [[source.gauss(0, 1) for _ in range(d)] for _ in range(n)]


@case
def the_values_of_the_reference(directory):
    known = json.loads(FIXTURE.read_text())
    w = bad_files.npy(b"".join(struct.pack("<d", x) for row in known["W"] for x in row),
                      shape=f"({len(known['W'])}, {len(known['W'][0])})")
    file = bad_files.npz(H=matrix(known["H"]), W=w, b=bad_files.values("<f8", *known["b"]), labels=integers(*known["y"]))
    (directory / "reference_step_12.npz").write_bytes(file)
    report = measured(directory / "reference_step_12.npz")
    assert list(report)[:7] == ["format", "version", "file", "step", "shape", "arrays", "metrics"], list(report)
    assert report["format"] == 1 and report["file"] == str(directory / "reference_step_12.npz") and report["step"] == 12
    assert report["shape"] == {"n": 12, "d": len(known["H"][0]), "K": len(known["W"]), "factors": 0}, report["shape"]
    assert report["arrays"]["H"] == f"12 × {len(known['H'][0])}, float64", report["arrays"]
    compared = 0
    for key, value in known["expected"].items():
        if report["metrics"].get(key) is not None:
            assert abs(report["metrics"][key] - value) <= 1e-9 * abs(value), (key, report["metrics"][key], value)
            compared += 1
    assert compared == len(known["expected"]), (compared, report)
    for key, value in report["metrics"].items():
        assert (value is None) == (key in report["undefined"]), key
    assert list(report["definitions"]) == list(report["metrics"]), report["definitions"]
    assert all(definition["formula"] for definition in report["definitions"].values()), report["definitions"]
    out, err = succeeded("metrics", directory / "reference_step_12.npz")
    assert err == "" and f"12 samples in {len(known['H'][0])} dimensions, 4 classes, step 12\n" in out, (out, err)
    for text in ("  labels  12, int64, up to 3\n", "nc1_quotient", "1.87099\n", "—  "):
        assert text in out, (text, out)


@case
def one_matrix_is_enough_and_what_needs_more_says_so(directory):
    (directory / "alone.npy").write_bytes(matrix(normal_rows(9, 4, seed=1)))
    report = measured(directory / "alone.npy")
    assert report["shape"] == {"n": 9, "d": 4, "K": None, "factors": 0}, report["shape"]
    assert report["metrics"]["effective_rank"] > 1 and report["metrics"]["norm_h"] > 0
    for key in ("loss", "nc1_pinv", "norm_w"):
        assert report["metrics"][key] is None and len(report["undefined"][key]) > 10, (key, report)


@case
def a_run_is_measured_to_the_same_digits_as_it_ran(directory):
    for name, arguments in {"one_hot": ["collapse", "--steps", "60", "--set", "task.values=2"],
                            "soft": ["collapse", "--steps", "60", "--set", "task.kind=support"]}.items():
        run = directory / name
        succeeded("run", *arguments, "--out", run)
        out, err = succeeded("metrics", run)
        assert out == (run / "metrics.csv").read_text() and err == "", (name, out, err)
        again, _ = succeeded("metrics", run / "snapshots", cwd=directory)
        assert again == out, name
    first = measured(directory / "soft/snapshots/step_00000000.npz")
    with open(directory / "soft/metrics.csv", newline="") as file:
        row = next(csv.DictReader(file))
    for key, value in first["metrics"].items():
        assert row[key] == ("" if value is None else row[key]) and (value is None or float(row[key]) == value), key


@case
def a_directory_is_a_table_in_the_order_of_the_steps(directory):
    for step in (100, 20, 3):
        (directory / f"model_{step}.npy").write_bytes(matrix(normal_rows(6, 3, seed=step)))
    (directory / "note.txt").write_text("no snapshot")
    out, _ = succeeded("metrics", directory)
    assert [row["step"] for row in csv.DictReader(out.splitlines())] == ["3", "20", "100"], out
    reports = measured(directory)
    assert [report["step"] for report in reports] == [3, 20, 100]
    assert reports[1] == measured(directory / "model_20.npy")
    empty = directory / "empty"
    empty.mkdir()
    refused(5, "metrics", empty, saying=("has no snapshots",))
    (directory / "model_4.npy").write_bytes(matrix(normal_rows(5, 3, seed=4)))
    refused(5, "metrics", directory, saying=("model_4.npy: H: has 5 rows, and the snapshot before it 6",))


@case
def what_cannot_be_read_is_refused_with_the_place(directory):
    refused(5, "metrics", directory / "absent.npz", saying=("absent.npz: No such file",))
    refused(5, "metrics", "-", saying=("the standard input is not read",))
    refused(2, "metrics")
    os.mkfifo(directory / "pipe.npz")
    refused(5, "metrics", directory / "pipe.npz", saying=("pipe.npz: is not a regular file",))
    files = bad_files.all_files()
    chosen = random.Random(5).sample(sorted(files), 12)
    for name in chosen:
        data, problem = files[name]
        (directory / name).write_bytes(data)
        refused(5, "metrics", directory / name, saying=(f"gramscope: {directory / name}: ", problem))


# A process counts what its parent had when it was started, which must be little.
LAUNCHER = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_of(path, status):
    """The most memory that measuring a file has taken, in bytes."""
    done = subprocess.run([sys.executable, "-S", "-c", LAUNCHER, PROGRAM, "metrics", path], capture_output=True, text=True)
    ended, peak = map(int, done.stdout.split())
    assert ended == status, (path, ended, done.stderr)
    return peak * 1024


def deflated_zeros(count):
    """The members of a bomb: `count` zeros."""
    return bad_files.archive([("H.npy", bad_files.npy(bytes(count), "'|i1'", shape=f"({count >> 11}, 2048)"))],
                             bad_files.zipfile.ZIP_DEFLATED)


def worst_files():
    """Bad files that are large, or say that they are."""
    made = bad_files.all_files()
    for name in ("shape_large.npy", "shape_huge.npy", "records_deep.npy", "bomb.npz", "claims_2_gib.npz", "members.npz",
                 "w_rows.npz", "deep_tensor.safetensors", "deep_shape.safetensors", "names_deep.safetensors",
                 "length_huge.safetensors"):
        yield name, made[name][0]
    names = [chr(ord("a") + i % 26) * 40 + str(i) for i in range(120_000)]
    yield "many_tensors.safetensors", bad_files.tensors(
        "{" + ",".join(f'"{name}":{bad_files.entry("U8", "[0]", "[0,0]")}' for name in names) + "}", b"")
    yield "much_metadata.safetensors", bad_files.with_metadata(
        json.dumps({"names": json.dumps(["a"] * 1_200_000)}))
    yield "bomb_of_bytes.npz", deflated_zeros(64 << 20)
    # Text that inflates: the list alone would take gigabytes.
    wide = bad_files.npy(bytes(128 << 20), "'<U8192'", shape="(4096,)")
    yield "bomb_of_text.npz", bad_files.archive(
        [("H.npy", bad_files.npy(bytes(4096), "'|i1'", shape="(4096, 1)")), ("names.npy", wide[:-1] + b"\xff")],
        bad_files.zipfile.ZIP_DEFLATED)
    yield "bomb_of_names.npz", bad_files.archive(
        [("H.npy", bad_files.npy()), ("names.npy", bad_files.npy(bytes(64 << 20), "'<U1'", shape=f"({16 << 20},)"))],
        bad_files.zipfile.ZIP_DEFLATED)
    yield "bomb_of_labels.npz", bad_files.archive(
        [("H.npy", bad_files.npy()), ("labels.npy", bad_files.npy(bytes(64 << 20), "'|i1'", shape=f"({64 << 20},)"))],
        bad_files.zipfile.ZIP_DEFLATED)


@case
def the_worst_files_take_little_memory(directory):
    (directory / "good.npz").write_bytes(bad_files.npz())
    baseline = peak_of(directory / "good.npz", 0)
    for name, data in worst_files():
        path = directory / name
        path.write_bytes(data)
        peak = peak_of(path, 5)
        assert IS_SANITIZED or peak < baseline + 64 * MIB, (name, (peak - baseline) / MIB)
        path.unlink()


@case
def pickles_are_refused_with_a_line_that_converts_them(directory):
    if np is None:
        return
    directory = directory / 'of "torch"'
    directory.mkdir()
    h = np.arange(12.0).reshape(4, 3)
    np.save(directory / "ragged.npy", np.array(h.tolist(), dtype=object), allow_pickle=True)
    np.save(directory / "dictionary.npy", {"H": h, "labels": [0, 1, 1, 0]}, allow_pickle=True)
    np.savez(directory / "objects.npz", H=h, names=np.array(["a", "b", "c", "d"], dtype=object))
    (directory / "a.pkl").write_bytes(bad_files.pickle.dumps({"H": h}))
    try:
        import torch
    except ImportError:
        print("no PyTorch here: its files are not converted")
    else:
        x = torch.tensor(h).requires_grad_()
        torch.save(x, directory / "tensor.pt")
        torch.save({"H": x.bfloat16(), "labels": torch.tensor([0, 1, 1, 0]), "step": 30, "note": "text"},
                   directory / "step_of_dictionary.pth")
        torch.save(x.half(), directory / "old.bin", _use_new_zipfile_serialization=False)
    for path in sorted(directory.iterdir()):
        error = refused(5, "metrics", path)
        line = error.split("convert it in Python with: ")[1].rstrip("\n")
        subprocess.run([sys.executable, "-c", line], check=True)
        plain = path.with_suffix(".plain.npz" if path.suffix == ".npz" else ".npz")
        report = measured(plain)
        assert report["shape"]["n"] == 4 and report["shape"]["d"] == 3, (path, report["shape"])
        assert abs(report["metrics"]["norm_h"] - np.linalg.norm(h)) < 1e-9, path
        if "dictionary" in path.name:
            assert report["shape"]["K"] == 2, report
        if path.suffix == ".pth":
            assert report["step"] == 30, report
        plain.unlink()


@case
def an_interrupt_ends_it_with_130(directory):
    for step in range(200):
        (directory / f"s_{step}.npy").write_bytes(bad_files.npy(random.Random(step).randbytes(300 * 200), "'|i1'",
                                                                shape="(300, 200)"))
    master, slave = pty.openpty()
    process = subprocess.Popen([PROGRAM, "metrics", directory], stdout=subprocess.PIPE, stderr=slave,
                               env={**os.environ, "TERM": "xterm"})
    os.close(slave)
    shown = b""
    while b" of 200: " not in shown:
        shown += os.read(master, 65536)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    while b"cancelled" not in shown:
        shown += os.read(master, 65536)
    os.close(master)
    assert process.returncode == 130 and out == b"", (process.returncode, out)


if __name__ == "__main__":
    sys.exit(main())
