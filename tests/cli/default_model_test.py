"""What `mlpctl train` reaches on real MNIST when nothing is asked of it."""

import json
import os
import unittest

from support import ProgramTest

MODEL, DATA = os.environ["TEST_MODEL"], os.environ["TEST_DATA"]


class DefaultModel(ProgramTest):
    def test_it_is_accurate_and_its_probabilities_mean_what_they_say(self):
        report = json.loads(self.done("eval", "--model", MODEL, "--data", DATA, "--json"))
        # Seeds lie between 99.15 and 99.28 %; the mean of three must reach 99.1.
        self.assertGreaterEqual(report["accuracy"], 0.990)
        self.assertLessEqual(report["ece"], 0.01)


if __name__ == "__main__":
    unittest.main()
