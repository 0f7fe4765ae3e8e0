"""The program as the tests call it, and how a file of test cases is run.

A test file is called with the program's path; it prints "N passed, N failed" and its status is 0 if none failed.
"""
import re
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

PROGRAM = str(Path(sys.argv[1]).resolve())
# A second, for a program without sanitizers.
SOON = 5.0 if re.search(r"/[at]san/", PROGRAM) else 1.0
CASES = []


def case(function):
    CASES.append(function)
    return function


def call(*arguments, env=None, cwd=None, timeout=120):
    """Runs the program; what it answers as (status, stdout, stderr)."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, env=env, cwd=cwd, timeout=timeout,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


def refused(status, *arguments, saying=(), **options):
    """A call that must end with that status, say those things on stderr and nothing on stdout."""
    code, out, err = call(*arguments, **options)
    assert code == status, f"{arguments}: status {code}, {status} expected; stderr: {err}"
    assert out == "", f"{arguments}: stdout: {out}"
    assert err.startswith("gramscope: "), err
    for text in saying:
        assert text in err, f"{arguments}: {text!r} not in {err!r}"
    return err


def succeeded(*arguments, **options):
    code, out, err = call(*arguments, **options)
    assert code == 0, f"{arguments}: status {code}; stderr: {err}"
    return out, err


def main():
    """Calls every case with an empty directory of its own. Returns the exit status."""
    passed = failed = 0
    for function in CASES:
        try:
            with tempfile.TemporaryDirectory(prefix="gramscope cli ") as directory:
                function(Path(directory))
            passed += 1
        except Exception:  # a case that fails is reported with the others
            failed += 1
            print(f"FAIL: {function.__name__}")
            traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
