"""Running programs: once, for their wall time and peak memory, or as workers that answer rounds."""

import json
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Finished:
    seconds: float
    peak_mb: float
    code: int
    out: str
    err: str


def own_peak_mb() -> float:
    """The kernel lets a child inherit its parent's peak, so no child measures less than this."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(command, *, environment=None, expect=0) -> Finished:
    """Raises RuntimeError unless the exit status is `expect`."""
    command = [str(part) for part in command]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   env=os.environ | (environment or {}))
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        finished = Finished(seconds, usage.ru_maxrss / 1024, process.returncode, out.read(), err.read())
    if finished.code != expect:
        raise RuntimeError(f"{' '.join(command)} ended with {finished.code}: {finished.err.strip()}")
    return finished


class Worker:
    """A peer that keeps running between its rounds (peers/mnist.py has its side)."""

    def __init__(self, command, *, environment=None):
        self.command = [str(part) for part in command]
        self.err = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.err, text=True,
                                        env=os.environ | (environment or {}))

    def repeat(self, count: int) -> dict:
        """seconds, cpu_seconds, value and peak_mb of `count` repetitions."""
        try:
            self.process.stdin.write(f"{count}\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            self.err.seek(0)
            raise RuntimeError(f"{' '.join(self.command)} gave up: {self.err.read()[-2000:]}") from None

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.err.close()
