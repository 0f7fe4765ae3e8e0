"""`gramscope theory`: what it prints, what it writes and what it refuses. NumPy recomputes what there is to recompute.

usage: theory.py GRAMSCOPE        prints "N passed, N failed"; the status is 0 if none failed
"""
import json
import math
import os
import pty
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

try:
    import numpy as np
except ImportError:
    np = None

from program import PROGRAM, SOON, case, main, refused, succeeded

FIXTURE = Path(__file__).parent.parent / "fixtures/max_margin.json"
KEYS = ["nuclear_norm", "duality_gap", "iterations", "seconds", "rank"]


def case_with_numpy(function):
    if np is None:
        print(f"{function.__name__}: no NumPy here: skipped")
        return function
    return case(function)


def random_problem(words, contexts, most, seed):
    """Supports of 1 to `most` words with unequal probabilities, contexts of unequal weight."""
    source = random.Random(seed)
    support = [source.sample(range(words), source.randint(1, most)) for _ in range(contexts)]
    parts = [[source.uniform(0.1, 1.0) for _ in each] for each in support]
    weights = [source.uniform(0.1, 1.0) for _ in support]
    return {"V": words, "support": support, "P": [[part / sum(each) for part in each] for each in parts],
            "pi": [weight / sum(weights) for weight in weights]}


def written(path, problem):
    path.write_text(json.dumps(problem))
    return path


def solved(path, *arguments):
    return json.loads(succeeded("theory", path, "--json", *arguments)[0])


def violation(logits, support):
    worst = 0.0
    for j, words in enumerate(support):
        inside = logits[words, j]
        outside = np.delete(logits[:, j], words)
        worst = max(worst, np.ptp(inside), outside.max() + 1.0 - inside.min())
    return worst


def cosines(columns):
    unit = columns / np.linalg.norm(columns, axis=0)
    return unit.T @ unit


def similarity(a, b):
    return (a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b)


def effective_rank(values):
    share = values**2 / (values**2).sum()
    share = share[share > 0]
    return math.exp(-(share * np.log(share)).sum())


@case
def the_optimal_values_of_a_semidefinite_solver(_):
    reports = solved(FIXTURE)
    known = json.loads(FIXTURE.read_text())["cases"]
    assert len(reports) == len(known) == 3
    for report, problem in zip(reports, known):
        assert list(report)[:5] == KEYS, list(report)
        assert abs(report["nuclear_norm"] - problem["nuclear_norm"]) <= 1e-5 * problem["nuclear_norm"], report
        assert report["lower_bound"] <= problem["nuclear_norm"] * (1 + 1e-6)
        assert report["duality_gap"] <= 1e-6
        gap = (report["nuclear_norm"] - report["lower_bound"]) / report["nuclear_norm"]
        assert abs(report["duality_gap"] - gap) < 1e-12
        assert report["margin_violation"] <= 1e-9
        assert report["iterations"] >= 0 and report["seconds"] >= 0
        assert (report["words"], report["contexts"]) == (problem["V"], len(problem["support"]))
        assert report["supports"] == len({tuple(sorted(words)) for words in problem["support"]})
        assert 0 < report["rank"] < problem["V"]


@case_with_numpy
def arrays_of_every_case_are_what_the_report_says(directory):
    reports = solved(FIXTURE, "--out", directory / "f.npz")
    arrays = np.load(directory / "f.npz")
    for i, (report, problem) in enumerate(zip(reports, json.loads(FIXTURE.read_text())["cases"])):
        logits = arrays[f"L_mm_{i}"]
        assert logits.shape == (problem["V"], len(problem["support"]))
        assert violation(logits, problem["support"]) <= 1e-9
        norm = np.linalg.norm(logits, "nuc")
        assert abs(norm - report["nuclear_norm"]) < 1e-6 * norm
        assert abs(norm - problem["nuclear_norm"]) < 1e-4 * norm
        assert not arrays[f"L_in_{i}"].any()


@case_with_numpy
def arrays_agree_with_numpy(directory):
    problem = random_problem(18, 40, 4, seed=5)
    problem["support"][7] = problem["support"][3][::-1]  # the same words in another order, other probabilities
    problem["P"][7] = problem["P"][3]
    report = solved(written(directory / "r.json", problem), "--out", directory / "r.npz")
    arrays = np.load(directory / "r.npz")
    assert set(arrays) == {"P", "pi", "L_in", "L_mm", "S_tilde", "W_mm", "H_mm", "corr_H_mm", "corr_W_mm", "corr_S_tilde",
                           "corr_S_tilde_T", "singular_values_mm", "singular_values_proxy"}
    shape = (18, 40)
    support, p, finite = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for j, (words, probabilities) in enumerate(zip(problem["support"], problem["P"])):
        support[words, j] = 1.0
        p[words, j] = probabilities
        finite[words, j] = np.log(probabilities) - np.mean(np.log(probabilities))
    proxy = support - support.mean(axis=0)

    def close(name, expected, tolerance=1e-12):
        assert arrays[name].shape == expected.shape, (name, arrays[name].shape, expected.shape)
        assert np.abs(arrays[name] - expected).max() <= tolerance, name

    close("P", p)
    close("pi", np.array(problem["pi"]))
    close("L_in", finite)
    close("S_tilde", proxy)
    logits, w, h = arrays["L_mm"], arrays["W_mm"], arrays["H_mm"]
    assert violation(logits, problem["support"]) <= 1e-9
    assert (logits[:, 3] == logits[:, 7]).all()
    scale = np.abs(logits).max()
    assert np.abs(w @ h - logits).max() <= 1e-8 * scale
    values = np.linalg.svd(logits, compute_uv=False)
    close("singular_values_mm", values[:len(arrays["singular_values_mm"])], 1e-9 * values[0])
    assert np.abs(w.T @ w - np.diag(arrays["singular_values_mm"])).max() <= 1e-9 * values[0]
    assert np.abs(h @ h.T - np.diag(arrays["singular_values_mm"])).max() <= 1e-9 * values[0]
    proxy_values = np.linalg.svd(proxy, compute_uv=False)
    close("singular_values_proxy", proxy_values[:len(arrays["singular_values_proxy"])], 1e-9 * proxy_values[0])
    assert len(arrays["singular_values_proxy"]) == np.linalg.matrix_rank(proxy)
    close("corr_H_mm", cosines(h))
    close("corr_W_mm", cosines(w.T))
    close("corr_S_tilde", cosines(proxy))
    close("corr_S_tilde_T", cosines(proxy.T))

    def equal(key, expected, tolerance=1e-10):
        assert abs(report[key] - expected) <= tolerance * max(1.0, abs(expected)), (key, report[key], expected)

    equal("nuclear_norm", values.sum(), 1e-6)
    equal("rank", (values > 1e-6 * values[0]).sum())
    equal("in_support_norm", np.linalg.norm(finite))
    equal("entropy_floor", -(np.array(problem["pi"]) * np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0)).sum())
    equal("effective_rank", effective_rank(values), 1e-7)
    equal("effective_rank_proxy", effective_rank(proxy_values), 1e-7)
    equal("sim_contexts", similarity(cosines(h), cosines(proxy)))
    equal("sim_words", similarity(cosines(w.T), cosines(proxy.T)))
    assert report["singular_values"] == arrays["singular_values_mm"].tolist()
    assert report["singular_values_proxy"] == arrays["singular_values_proxy"].tolist()


@case_with_numpy
def one_hot_labels_of_every_word_give_the_simplex(directory):
    report = solved(written(directory / "s.json", {"V": 9, "support": [[z] for z in range(9)]}), "--out",
                    directory / "s.npz")
    arrays = np.load(directory / "s.npz")
    assert np.abs(arrays["L_mm"] - (np.eye(9) - 1 / 9)).max() <= 1e-4
    assert np.abs(arrays["corr_H_mm"] - (np.eye(9) * 9 / 8 - 1 / 8)).max() <= 1e-4
    assert report["rank"] == 8 and abs(report["nuclear_norm"] - 8) < 1e-5
    assert report["entropy_floor"] == 0 and report["in_support_norm"] == 0
    assert report["sim_contexts"] > 1 - 1e-8 and report["sim_words"] > 1 - 1e-8


@case
def the_same_file_gives_the_same_bytes_and_replaces_what_was_there(directory):
    path = written(directory / "r.json", random_problem(12, 25, 3, seed=2))
    for name in ("a.npz", "b.npz"):
        (directory / name).write_text("something older")
        succeeded("theory", path, "--out", directory / name)
    assert (directory / "a.npz").read_bytes() == (directory / "b.npz").read_bytes()
    assert sorted(file.name for file in directory.iterdir()) == ["a.npz", "b.npz", "r.json"]


@case
def text_for_readers_is_aligned_and_says_what_the_numbers_mean(directory):
    out, err = succeeded("theory", FIXTURE)
    assert err == "", err
    parts = out.split("\n\n\n")
    assert len(parts) == 3 and parts[0].startswith("max_margin.json, case 1 of 3\n5 words, 5 contexts with "), out
    for text in ("nuclear norm    4.000000", "rank            4", "equally likely", "contexts        1.0000",
                 "Singular values            1         2         3         4\n",
                 "  L_mm                1.0000    1.0000    1.0000    1.0000\n"):
        assert text in parts[0], (text, parts[0])
    assert all(line == line.rstrip() and len(line) <= 110 for line in out.splitlines()), out
    path = written(directory / "one.json", {"V": 3, "support": [[2]], "P": [[1]]})
    out, _ = succeeded("theory", path)
    assert out.startswith("one.json\n3 words, 1 context with 1 support, entropy floor 0 nats\n"), out
    path = written(directory / "two.json", {"V": 3, "support": [[2, 0]], "P": [[0.75, 0.25]]})
    out, _ = succeeded("theory", path)
    norm = math.log(3) / math.sqrt(2)
    assert f"norm            {norm:.6g}\n" in out and "equally likely" not in out, out


@case
def one_problem_is_an_object_and_a_list_of_one_an_array(directory):
    problem = {"V": 4, "support": [[0, 1], [2]], "note": "a pair", "nuclear_norm": 2}
    one = solved(written(directory / "a.json", problem))
    listed = solved(written(directory / "b.json", {"note": "all", "cases": [problem]}), "--out", directory / "b.npz")
    assert isinstance(one, dict) and isinstance(listed, list) and len(listed) == 1
    assert {k: v for k, v in one.items() if k != "seconds"} == {k: v for k, v in listed[0].items() if k != "seconds"}
    assert b"L_mm_0.npy" in (directory / "b.npz").read_bytes()


@case
def a_proof_that_is_not_reached_is_said_with_the_gap(directory):
    path = written(directory / "r.json", random_problem(20, 40, 3, seed=1))
    out, err = succeeded("theory", path, "--json", "--iterations", 10, "--gap", "1e-9")
    report = json.loads(out)
    assert report["iterations"] == 10 and 1e-9 < report["duality_gap"] <= 1, report
    assert err.startswith("gramscope: warning: r.json: not proved to 1e-09 after 10 iterations, but to "), err
    assert f"{report['duality_gap']:.1e}; give more --iterations or a wider --gap\n" in err, err
    report = solved(path, "--gap", "0.1")
    assert report["duality_gap"] <= 0.1
    assert solved(path, "--gap", "1e-8")["iterations"] > report["iterations"]


@case
def a_malformed_file_is_refused_with_the_place(directory):
    path = directory / "bad file.json"
    good = {"V": 3, "support": [[0], [1, 2]]}
    for change, place in (({"support": [[0], [3]]}, "support[1][0]: "), ({"support": [[], [1]]}, "support[0]: "),
                          ({"support": [[0, 1, 2]]}, "support[0]: "), ({"P": [[1], [0.5, math.nan]]}, "1:"),
                          ({"P": [[1], [1.5, -0.5]]}, "P[1][0]: "), ({"P": [[1], [0.5, 0.4]]}, "P[1]: "),
                          ({"pi": [0.5, 0.6]}, "pi: "), ({"words": 3}, "words: ")):
        written(path, {**good, **change})
        err = refused(5, "theory", path, "--out", directory / "out.npz", saying=(f"gramscope: {path}:",))
        assert err[len(f"gramscope: {path}:"):].strip().startswith(place) and err.count("\n") == 1, (err, place)
    written(path, {"cases": [good, {**good, "support": [[0], [1, -1]]}]})
    refused(5, "theory", path, "--json", saying=(f"gramscope: {path}: cases[1].support[1][1]: -1 is not a word",))
    path.write_text('{"V": 3,\n "support": [[0], [1,]]}')
    refused(5, "theory", path, saying=(f"gramscope: {path}:2:22: not valid JSON",))
    assert [file.name for file in directory.iterdir()] == [path.name]
    refused(5, "theory", directory / "absent.json", saying=("absent.json: No such file",))
    refused(5, "theory", directory, saying=("is a directory",))
    refused(5, "theory", "-", saying=("gramscope: -: the standard input is not read; name a file",))
    os.mkfifo(directory / "pipe")
    refused(5, "theory", directory / "pipe", saying=("is not a regular file",))


@case
def what_is_wrong_in_the_arguments_is_known_before_the_work(directory):
    path = written(directory / "r.json", random_problem(12, 25, 3, seed=2))
    content = path.read_bytes()
    refused(2, "theory", saying=("FILE.json", "--points"))
    refused(2, "theory", path, "--points", "5", "--dimension", "3", saying=("either", "not both"))
    refused(2, "theory", "--points", "5", saying=("--dimension",))
    refused(2, "theory", "--dimension", "5", saying=("--points",))
    refused(2, "theory", "--points", "1", "--dimension", "3", saying=("--points 1", "from 2 to 2,000"))
    refused(2, "theory", "--points", "5", "--dimension", "0", saying=("--dimension 0", "from 1 to 4,096"))
    refused(2, "theory", "--points", "five", "--dimension", "3", saying=("--points",))
    refused(2, "theory", "--points", "5", "--dimension", "3", "--gap", "1e-3", saying=("--gap", "--points"))
    refused(2, "theory", path, path)
    refused(2, "theory", path, "--jsn", saying=("--json",))
    for gap in ("0", "-1", "1", "nan", "inf", "small"):
        refused(2, "theory", path, "--gap", gap, saying=("--gap", "1e-12" if gap != "small" else "small"))
    for iterations in ("0", "-5", "1000000000000", "many"):
        refused(2, "theory", path, "--iterations", iterations, saying=("--iterations",))
    refused(2, "theory", path, "--out", directory, saying=("--out", "is a directory"))
    refused(2, "theory", path, "--out", path, saying=("is the file that is read",))
    (directory / "link.json").symlink_to(path)
    refused(2, "theory", path, "--out", directory / "link.json", saying=("is the file that is read",))
    large = written(directory / "large.json", random_problem(200, 600, 5, seed=3))
    begin = time.monotonic()
    refused(1, "theory", large, "--gap", "1e-12", "--out", directory / "absent" / "x.npz", saying=("absent", "No such"))
    assert time.monotonic() - begin < SOON, "the work was done first"
    assert path.read_bytes() == content


@case
def directions_are_as_far_apart_as_they_can_be(_):
    def found(points, dimension):
        report = json.loads(succeeded("theory", "--points", points, "--dimension", dimension, "--json")[0])
        assert list(report) == ["points", "dimension", "largest_cosine", "bound", "bound_name", "bound_attained", "gap",
                                "seconds"]
        assert (report["points"], report["dimension"]) == (points, dimension)
        assert report["gap"] == report["largest_cosine"] - report["bound"] > -1e-9, report
        return report

    for points, dimension, cosine in ((5, 4, -1 / 4), (5, 9, -1 / 4), (7, 2, math.cos(2 * math.pi / 7)), (6, 4, 0.0)):
        report = found(points, dimension)
        assert abs(report["largest_cosine"] - cosine) < 1e-9 and report["bound_attained"], report
    report = found(12, 3)  # the icosahedron
    assert abs(report["largest_cosine"] - 1 / math.sqrt(5)) < 1e-6 and report["gap"] < 1e-6, report
    report = found(8, 3)  # the square antiprism, which is better than the cube's 1/3 and attains no bound
    assert abs(report["largest_cosine"] - math.cos(math.radians(74.8584922))) < 1e-6 and report["gap"] > 1e-3, report
    out, err = succeeded("theory", "--points", 12, "--dimension", 3)
    assert err == "" and out.startswith("12 directions in 3 dimensions\n"), out
    for text in ("found     0.4472", "63.4349°", "needs 11 dimensions"):
        assert text in out, (text, out)


@case_with_numpy
def directions_agree_with_numpy(directory):
    out, _ = succeeded("theory", "--points", 10, "--dimension", 4, "--out", directory / "d.npz", "--json")
    arrays = np.load(directory / "d.npz")
    directions = arrays["directions"]
    assert set(arrays) == {"directions", "cosines"} and directions.shape == (4, 10)
    assert np.abs(np.linalg.norm(directions, axis=0) - 1).max() < 1e-12
    assert np.abs(arrays["cosines"] - directions.T @ directions).max() < 1e-12
    largest = (directions.T @ directions - 2 * np.eye(10)).max()
    assert abs(largest - json.loads(out)["largest_cosine"]) < 1e-12


@case
def ctrl_c_ends_the_work_and_leaves_files_alone(directory):
    problem = random_problem(200, 600, 5, seed=3)
    path = written(directory / "r.json", {"cases": [{"V": 2, "support": [[0]]}, problem]})
    (directory / "out.npz").write_text("something older")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "theory", path, "--gap", "1e-12", "--iterations", "100000000", "--out", directory / "out.npz"],
        stdout=subprocess.PIPE, stderr=slave, env={**os.environ, "TERM": "xterm"})
    os.close(slave)
    shown = b""
    while b"Case 2 of 2: Solving for L_mm" not in shown:
        shown += os.read(master, 65536)
    process.send_signal(signal.SIGINT)
    begin = time.monotonic()
    out, _ = process.communicate(timeout=60)
    while b"cancelled" not in shown:
        shown += os.read(master, 65536)
    os.close(master)
    assert process.returncode == 130 and out == b"", (process.returncode, out)
    assert time.monotonic() - begin < 2 * SOON
    assert (directory / "out.npz").read_text() == "something older"
    assert sorted(file.name for file in directory.iterdir()) == ["out.npz", "r.json"]


if __name__ == "__main__":
    sys.exit(main())
