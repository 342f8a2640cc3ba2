"""Ranks that hang while several processes train."""

import ctypes
import os
import signal
import time
import unittest

from ranks import MOST_SECONDS, LossesTest, by_network, own_ranks


def hold_first_thread(pid):
    """As a debugger does; the other threads go on."""
    seize, interrupt = 0x4206, 0x4207
    trace = ctypes.CDLL(None, use_errno=True).ptrace
    trace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    for request in (seize, interrupt):
        if trace(request, pid, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")
    assert os.WIFSTOPPED(os.waitpid(pid, 0)[1])


class Hangs(LossesTest):
    """They end all as ranks do that end."""

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


if __name__ == "__main__":
    unittest.main()
