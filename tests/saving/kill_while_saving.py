"""Kills a process that saves, over and over, at random moments: what is saved is always whole.

    kill_while_saving.py SAVE_REPEATEDLY [--kills 500] [--seed 0]

The process saves a session and a 2 MiB array in turn, under the same two names, and reads at its start what the one before
left: it must be, to the byte, what one of them saved. The same is checked here, without the program's own readers. What a
killed process leaves half written must be gone when the same file has been saved again.
"""

import argparse
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from pathlib import Path

LEFTOVER = re.compile(r"\.(session\.toml|array\.npz)\.gramscope-[0-9]+-[0-9]+\.tmp")

NUMBERS = 262_144


class Torn(Exception):
    pass


def start(program, directory):
    process = subprocess.Popen([program, directory], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if process.stdout.readline() != "ready\n":
        raise Torn(process.communicate()[1].strip() or "it did not begin to save")
    return process


def kill(process):
    process.kill()
    errors = process.communicate()[1]
    if process.returncode != -signal.SIGKILL:
        raise Torn(f"it ended by itself: {errors.strip()}")


def saved_session(path):
    session = tomllib.loads(path.read_text())
    generation = session["ticks"]
    commands = session.get("command", [])
    if [command["value"] for command in commands] != [generation + i for i in range(generation % 8 * 25)]:
        raise Torn(f"{path}: not the commands of save {generation}")
    return generation


def saved_array(path):
    with zipfile.ZipFile(path) as archive:
        member = archive.read("numbers.npy")  # checks its sum
    numbers = member[-8 * NUMBERS:]
    if numbers != numbers[:8] * NUMBERS:
        raise Torn(f"{path}: of more than one save")
    return int.from_bytes(numbers[:8], "little")


def leftovers(directory):
    found = []
    for path in directory.iterdir():
        if LEFTOVER.fullmatch(path.name):
            found.append(path)
        elif path.name not in ("session.toml", "array.npz"):
            raise Torn(f"{path.name}: nobody would know where it is from")
    return found


def seconds_of_a_save(program, directory):
    process = start(program, directory)
    time.sleep(0.5)
    kill(process)
    return 0.5 / max(1, saved_session(directory / "session.toml"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    moments = random.Random(options.seed)
    in_the_middle = of_different_saves = 0
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        longest = 2.0 * seconds_of_a_save(options.program, directory)
        before = 0
        for _ in range(options.kills):
            process = start(options.program, directory)
            time.sleep(moments.uniform(0.0, longest))
            kill(process)
            session, numbers = saved_session(directory / "session.toml"), saved_array(directory / "array.npz")
            if not before <= min(session, numbers) <= max(session, numbers) <= min(session, numbers) + 1:
                raise Torn(f"save {session} of the session beside save {numbers} of the array, after {before}")
            before = min(session, numbers)
            of_different_saves += session != numbers
            found = leftovers(directory)
            in_the_middle += bool(found)
            if len(found) > 2:  # one of this process, and one of the other file, not saved again since
                raise Torn(f"leftovers pile up: {sorted(path.name for path in found)}")
        # Both files are saved at least once more.
        process = start(options.program, directory)
        while saved_array(directory / "array.npz") < before + 4:
            time.sleep(0.01)
        kill(process)
        if len(leftovers(directory)) > 1:
            raise Torn("leftovers of processes before the last one are still there")
    print(f"{options.kills} kills, {in_the_middle} in the middle of a file, {of_different_saves} between the two files; "
          f"{before} saves")
    if options.kills >= 100 and (in_the_middle < options.kills // 5 or of_different_saves == 0):
        raise Torn("hardly any of the kills met a save: this has shown nothing")


if __name__ == "__main__":
    try:
        main()
    except Torn as torn:
        sys.exit(f"kill_while_saving: {torn}")
