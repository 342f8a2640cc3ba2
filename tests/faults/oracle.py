"""What is promised of a command in which something fails, and whether it was kept."""

import json
import re

# Words of a library or of the C++ run time, which no sentence for a user holds.
FOREIGN = re.compile(r"internal error|terminate called|what\(\)|c10::|std::|basic_|Exception raised")
# Measured times and speeds.
TIMES = re.compile(r"[0-9.]+ s, [0-9]+ images/s|\"(seconds|images_per_second)\":[0-9.e+-]+")


def without_times(text):
    return TIMES.sub("", text)


def is_log(text, complete):
    """One JSON object a line; the last may be torn where the program failed."""
    lines = text.split(b"\n")
    if lines.pop() != b"" and complete:
        return False
    try:
        return all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False


def is_rescued(command, run, right, name):
    """Whether it is the model of a training that found no other place, and was told."""
    stem, _, end = name.partition(".rescued.")
    model = f"{stem}.{end}"
    told = f"; the state is in out/{name}\n" in run.stderr
    return command.trains and run.code == 1 and told and run.files[name] == right.files.get(model)


def wrong_files(command, run, right, versions):
    """An output that is neither as before nor complete; anything else that is there."""
    for name in run.files:
        if name not in command.outputs() and not is_rescued(command, run, right, name):
            return f"left {name}"
    for name in command.outputs():
        content = run.files.get(name)
        if name.endswith(".jsonl"):
            if content is not None and not is_log(content, run.code == 0):
                return f"{name} is no log: {content[-80:]!r}"
            if run.code == 0 and content is None:
                return f"{name} was not written and the program says nothing"
            continue
        if run.code == 0 and content != right.files[name]:
            return f"exit 0, but {name} is not complete"
        if content not in versions[name]:
            size = "missing" if content is None else f"{len(content)} bytes"
            return f"{name} is neither the old nor the new one: {size}"
    return None


def wrong_words(command, run, right, silent):
    if FOREIGN.search(run.stderr):
        return f"not our words: {run.stderr[-200:]!r}"
    if run.code == 0:
        if without_times(run.stdout) != without_times(right.stdout):
            return f"exit 0 with other results: {run.stdout[:200]!r}"
        return None
    if silent:
        return None
    lines = [line for line in run.stderr.splitlines() if line.startswith("mlpctl: ")]
    if not command.trains:
        # Leptonica's writer of PNG lets libpng speak for itself when there is no memory.
        lines = [line for line in run.stderr.splitlines() if line != "libpng warning: Out of memory"]
    if command.side:
        return None if lines else "no sentence"
    if len(lines) != 1 or not run.stderr.endswith("\n"):
        return f"{len(lines)} sentences: {run.stderr[-300:]!r}"
    return None


def judge(command, run, right, versions, absorbed=False, silent=False):
    """What is wrong with the run, or None. `right` is the run without a fault, `versions` what it
    made of each output, the old one first. An absorbed fault changes nothing; a silent one took
    away standard error."""
    if run.code is None:
        return "hangs"
    if run.code < 0:
        return f"signal {-run.code}"
    if run.code not in (0, 1):
        return f"exit {run.code}: {run.stderr[-200:]!r}"
    if absorbed and run.code != 0:
        return f"a passing fault is not survived: {run.stderr[-200:]!r}"
    return wrong_files(command, run, right, versions) or wrong_words(command, run, right, silent)
