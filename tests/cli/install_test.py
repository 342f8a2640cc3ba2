"""`cmake --install` gives a tree that runs from anywhere."""

import os
import pathlib
import shutil
import subprocess
import unittest

from support import ProgramTest, environment, write_set

BUILD = os.environ["TEST_BUILD"]
TRAINS = os.environ["TEST_TRAINS"] == "ON"


class Install(ProgramTest):
    def setUp(self):
        super().setUp()
        first = self.folder / "first"
        subprocess.run(
            [os.environ["TEST_CMAKE"], "--install", BUILD, "--prefix", first],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        self.tree = self.folder / "moved"
        shutil.move(first, self.tree)

    def installed(self, *arguments):
        return subprocess.run(
            [self.tree / "bin" / "mlpctl", *map(str, arguments)],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def test_the_moved_tree_works_and_finds_its_data(self):
        version = self.installed("--version")
        self.assertIn(os.environ["TEST_VERSION"], version.stdout)
        model = self.folder / "m.pt"
        self.assertEqual(self.installed("save", "--init", "--out", model).returncode, 0)
        write_set(self.tree / "share" / "mlpctl" / "data" / "mnist")
        answer = self.installed("eval", "--model", model)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("of 100", answer.stdout)

    @unittest.skipUnless(TRAINS, "built without LibTorch")
    def test_the_moved_tree_trains(self):
        data = write_set(self.folder / "data")
        model = self.folder / "m.pt"
        result = self.installed("train", "--data", data, "--epochs", 1, "--out", model)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(model.exists())

    def test_no_file_looks_for_libraries_in_the_build_folder(self):
        files = [*self.tree.glob("bin/*"), *self.tree.glob("lib*/**/*.so*")]
        self.assertIn(self.tree / "bin" / "mlpctl", files)
        self.assertEqual(any("libmlpctl_torch.so" in path.name for path in files), TRAINS)
        for path in files:
            dynamic = subprocess.run(
                ["readelf", "-d", path], capture_output=True, check=True, text=True
            ).stdout
            self.assertIn("NEEDED", dynamic, path)
            self.assertNotIn(str(pathlib.Path(BUILD).resolve()), dynamic, path)


if __name__ == "__main__":
    unittest.main()
