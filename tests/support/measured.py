"""What a program costs, for the tests in Python. Standard library only."""

import os
import subprocess
import sys
import tempfile

# A process's memory is counted from that of the one that starts it, so a small one starts it.
LAUNCHER = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(child.pid, 0)
with open(sys.argv[1], "w") as cost:
    print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10, file=cost)
"""


def measured(command, **options):
    """Runs the command as subprocess.run does, with its exit code, its seconds of processor and the
    most memory it held, pages of mapped files included."""
    with tempfile.NamedTemporaryFile("r") as cost:
        launched = [sys.executable, "-S", "-c", LAUNCHER, cost.name, *map(os.fspath, command)]
        done = subprocess.run(launched, check=True, **options)
        code, seconds, memory = cost.read().split()
    done.returncode = int(code)
    return done, float(seconds), int(memory)
