"""Ranks that end, hang or lose their network while several processes train."""

import ctypes
import os
import signal
import socket
import time
import unittest

from ranks import MOST_SECONDS, RanksTest, by_network, own_ranks, wait_for
from support import write_set


def hold_first_thread(pid):
    """As a debugger does; the other threads go on."""
    seize, interrupt = 0x4206, 0x4207
    trace = ctypes.CDLL(None, use_errno=True).ptrace
    trace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    for request in (seize, interrupt):
        if trace(request, pid, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")
    assert os.WIFSTOPPED(os.waitpid(pid, 0)[1])


class Losses(RanksTest):
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

    def test_a_rank_that_is_killed_in_a_step(self):
        for ranks, lost in ((own_ranks(3), 1), (own_ranks(3), 0), (by_network(own_ranks(2)), 1)):
            processes = self.endless(ranks)
            time.sleep(0.05)
            since = time.monotonic()
            processes[lost].kill()
            self.check_lost(processes, lost, since)

    def test_ranks_that_sum_tensors(self):
        for lost in (1, 0):
            processes = self.endless(own_ranks(3), "--no-fold")
            since = time.monotonic()
            processes[lost].kill()
            self.check_lost(processes, lost, since)
        processes = self.endless(own_ranks(2), "--no-fold")
        processes[1].terminate()
        for process in processes:
            self.assertEqual(self.ended(process)[0], 143)

    def test_ranks_that_are_killed_at_the_end_of_an_epoch(self):
        # Of which the measuring on the test set is nine tenths.
        write_set(self.data, train=550, test=20000)
        for lost in (1, 0):
            processes = self.endless(own_ranks(2))
            time.sleep(0.2)
            since = time.monotonic()
            processes[lost].kill()
            self.check_lost(processes, lost, since)

    def test_a_rank_that_is_stopped(self):
        processes = self.endless(own_ranks(2))
        since = time.monotonic()
        processes[1].send_signal(signal.SIGSTOP)
        self.check_lost(processes, 1, since)

    def test_rank_0_that_is_stopped(self):
        processes = self.endless(by_network(own_ranks(2)))
        since = time.monotonic()
        processes[0].send_signal(signal.SIGSTOP)
        self.check_lost(processes, 0, since)

    def test_a_rank_whose_work_hangs_while_its_heart_beats(self):
        for ranks, lost in ((own_ranks(2), 1), (by_network(own_ranks(2)), 0)):
            processes = self.endless(ranks)
            since = time.monotonic()
            hold_first_thread(processes[lost].pid)
            self.check_lost(processes, lost, since)
            # It still sees by itself that the others do without it.
            self.assertIn("has done nothing for 15 s", self.ended(processes[lost], MOST_SECONDS)[2])

    def is_writing(self, process):
        """Whether a file without a name, which will take an output's place, is open."""
        folder = f"/proc/{process.pid}/fd"
        try:
            links = [os.readlink(f"{folder}/{name}") for name in os.listdir(folder)]
        except OSError:
            return False
        return any(link.startswith(f"{self.folder}/#") for link in links)

    def test_ranks_that_are_killed_while_a_checkpoint_is_written(self):
        for lost in (0, 1):
            processes = self.endless(own_ranks(2))
            wait_for(lambda: self.is_writing(processes[0]), processes)
            since = time.monotonic()
            processes[lost].kill()
            self.check_lost(processes, lost, since)

    def test_an_error_of_one_is_told_by_all(self):
        ranks = own_ranks(2)
        first = self.start(ranks[:1], self.arguments("out.pt"))
        self.data = self.folder / "nowhere"
        second = self.start(ranks[1:], self.arguments("out.pt"))
        code, _, error = self.ended(second[0])
        self.assertEqual(code, 1)
        self.assertTrue(error.startswith("mlpctl: rank 1: "), error)
        code, _, error = self.ended(first[0], MOST_SECONDS)
        self.assertEqual(code, 1)
        self.assertIn("mlpctl: rank 1 (", error)
        self.assertIn("ended: ", error)
        self.assertIn("nowhere", error)

    def test_other_settings_than_rank_0_has(self):
        ranks = own_ranks(2)
        first = self.start(ranks[:1], self.arguments("out.pt"))
        second = self.start(ranks[1:], self.arguments("out.pt", "--lr", 0.5))
        code, _, error = self.ended(second[0])
        self.assertEqual(code, 2, error)
        self.assertIn("mlpctl: rank 1: other settings, data or weights", error)
        self.assertEqual(self.ended(first[0], MOST_SECONDS)[0], 1)
        self.assertEqual(self.made(), set())


if __name__ == "__main__":
    unittest.main()
