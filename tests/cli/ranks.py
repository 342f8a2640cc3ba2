"""What the tests of training by several processes share."""

import os
import pathlib
import socket
import subprocess
import time

from support import PROGRAM, ProgramTest, environment, write_set

# Within which the end of a rank has to end all.
MOST_SECONDS = 30


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def own_ranks(size, port=None):
    """The environment of each rank, as a user sets it who has no launcher."""
    port = port or free_port()
    where = {"WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return [where | {"RANK": str(rank)} for rank in range(size)]


def by_network(ranks):
    """The same, who would else leave their messages in memory."""
    return [each | {"GLOO_SOCKET_IFNAME": "lo"} for each in ranks]


class RanksTest(ProgramTest):
    def setUp(self):
        super().setUp()
        # 35 steps of an epoch, the last of 6 pictures.
        self.data = write_set(self.folder / "data", train=550, test=100)
        self.before = {path.name for path in self.folder.iterdir()}

    def arguments(self, out, *more):
        fixed = ["train", "--data", self.data, "--out", self.folder / out, "--seed", 5, "--batch-size", 16]
        return [str(word) for word in [*fixed, "--threads", 1, *more]]

    def start(self, variables, arguments):
        """A process for each rank's variables."""
        started = []
        for own in variables:
            process = subprocess.Popen(
                [PROGRAM, *arguments],
                env=environment(**own),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            self.addCleanup(self.end, process)
            started.append(process)
        return started

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def ended(self, process, seconds=120):
        """Exit code, standard output and standard error."""
        out, error = process.communicate(timeout=seconds)
        return process.returncode, out, error

    def train(self, variables, out, *more):
        """Trains with a process for each rank's variables; all have to succeed, and rank 0 alone talks."""
        processes = self.start(variables, self.arguments(out, *more))
        for rank, process in enumerate(processes):
            code, printed, error = self.ended(process)
            self.assertEqual(code, 0, error)
            if rank > 0:
                self.assertEqual((printed, error), ("", ""))
        return self.folder / out

    def made(self):
        return {path.name for path in self.folder.iterdir()} - self.before


def wait_for(holds, processes, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert all(process.poll() is None for process in processes), [p.communicate() for p in processes]
        assert time.monotonic() < end
        time.sleep(0.001)


class LossesTest(RanksTest):
    """A rank that is lost ends all in time, with a sentence that names it and nothing half-written."""

    def setUp(self):
        super().setUp()
        self.log, self.checkpoint = self.folder / "log.jsonl", self.folder / "run.pt"

    def endless(self, ranks, *words):
        self.log.unlink(missing_ok=True)
        more = ["--epochs", 100000, "--log", self.log, "--checkpoint", self.checkpoint, *words]
        processes = self.start(ranks, self.arguments("out.pt", *more))
        wait_for(lambda: self.epochs() >= 2, processes)
        return processes

    def epochs(self):
        return self.log.read_text().count('"event":"epoch"') if self.log.exists() else 0

    def check_lost(self, processes, lost, since):
        for rank, process in enumerate(processes):
            if rank == lost:
                continue
            code, printed, error = self.ended(process, MOST_SECONDS)
            self.assertEqual(code, 1, error)
            self.assertEqual(printed, "")
            own = f"rank {rank}: " if rank else ""
            self.assertIn(f"mlpctl: {own}rank {lost} ({socket.gethostname()})", error)
            self.assertEqual(error.count("mlpctl: "), 1, error)
        self.assertLess(time.monotonic() - since, MOST_SECONDS)
        self.assertLessEqual(self.made(), {"log.jsonl", "run.pt"})
        self.done("load", self.checkpoint)
