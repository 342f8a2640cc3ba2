"""Ranks that end or are killed while several processes train."""

import os
import time
import unittest

from ranks import MOST_SECONDS, LossesTest, by_network, own_ranks, wait_for
from support import write_set


class Losses(LossesTest):
    """A rank that ends or is killed ends all in time, with a sentence that names it and nothing half-written."""

    def test_a_rank_that_is_killed_in_a_step(self):
        for ranks, lost in ((own_ranks(3), 1), (own_ranks(3), 0), (by_network(own_ranks(2)), 1)):
            processes = self.endless(ranks)
            time.sleep(0.05)
            since = time.monotonic()
            processes[lost].kill()
            self.check_lost(processes, lost, since)

    def test_ranks_that_sum_tensors(self):
        processes = self.endless(own_ranks(3), "--no-fold")
        since = time.monotonic()
        processes[1].kill()
        self.check_lost(processes, 1, since)
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
