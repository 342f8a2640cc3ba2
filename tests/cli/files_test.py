"""What becomes of the files that a command writes: links, modes, long names, killed runs."""

import os
import random
import subprocess
import time
import unittest

from support import PROGRAM, ProgramTest, environment, run


class WrittenFiles(ProgramTest):
    def save(self, out, **options):
        return run("save", "--init", "--seed", 1, "--out", out, **options)

    def names(self):
        return sorted(os.listdir(self.folder))

    def test_a_link_to_nothing_yet_stays_and_leads_to_the_file(self):
        (self.folder / "sub").mkdir()
        os.symlink("sub/second", self.folder / "out.pt")
        os.symlink("real.pt", self.folder / "sub/second")
        self.assertEqual(self.save(self.folder / "out.pt").returncode, 0)
        self.assertTrue(os.path.islink(self.folder / "out.pt"))
        self.assertTrue(os.path.islink(self.folder / "sub/second"))
        self.done("load", self.folder / "sub/real.pt")

    def test_a_ring_of_links_is_one_error_and_stays(self):
        os.symlink("b.pt", self.folder / "a.pt")
        os.symlink("a.pt", self.folder / "b.pt")
        sentence = self.refused(1, "save", "--init", "--out", self.folder / "a.pt")
        self.assertIn("a.pt: cannot be written: it is a link that leads to itself", sentence)
        self.assertTrue(os.path.islink(self.folder / "a.pt"))

    def test_a_read_only_file_is_not_replaced(self):
        out = self.model("out.pt")
        before = out.read_bytes()
        out.chmod(0o400)
        for force in ([], ["--force"]):
            sentence = self.refused(1, "save", "--init", "--seed", 2, "--out", out, *force)
            self.assertIn("is read-only; choose another name, or make it writable", sentence)
        self.assertEqual(out.read_bytes(), before)
        self.assertEqual(self.names(), ["out.pt"])

    @unittest.skipIf(os.geteuid() != 0, "needs root, to be another user")
    def test_another_users_file_is_not_replaced(self):
        out = self.model("out.pt")
        self.folder.chmod(0o777)
        result = self.save(out, user=4711)
        if result.returncode == 126 or "Permission denied" in result.stderr:
            self.skipTest("another user cannot run the program where it lies")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("is another user's and cannot be written", result.stderr)
        self.assertEqual(out.stat().st_uid, 0)

    def test_modes_are_those_of_the_umask_or_of_the_old_file(self):
        out = self.folder / "out.pt"
        for mask in (0o022, 0o077):
            self.assertEqual(self.save(out, umask=mask).returncode, 0)
            self.assertEqual(out.stat().st_mode & 0o7777, 0o666 & ~mask)
            out.chmod(0o640)
            self.assertEqual(self.save(out, umask=mask).returncode, 0)
            self.assertEqual(out.stat().st_mode & 0o7777, 0o640)
            out.unlink()

    def test_a_hard_link_keeps_the_old_state(self):
        out = self.model("out.pt")
        before = out.read_bytes()
        os.link(out, self.folder / "other.pt")
        self.done("save", "--init", "--seed", 2, "--out", out)
        self.assertNotEqual(out.read_bytes(), before)
        self.assertEqual((self.folder / "other.pt").read_bytes(), before)

    def test_names_as_long_as_the_system_takes_are_written(self):
        for length in (245, 250, 252):
            for _ in range(2):
                self.assertEqual(self.save(self.folder / ("n" * length + ".pt")).returncode, 0)
        self.assertEqual(len(self.names()), 3)
        sentence = self.refused(1, "save", "--init", "--out", self.folder / ("n" * 253 + ".pt"))
        self.assertIn("File name too long", sentence)

    def test_what_killed_runs_leave_goes_with_the_next(self):
        out = self.model("out.pt")
        self.addCleanup(random.seed)
        random.seed(1)
        for seed in range(40):
            process = subprocess.Popen(
                [PROGRAM, "save", "--init", "--seed", str(seed), "--out", out],
                env=environment(),
                stderr=subprocess.DEVNULL,
            )
            time.sleep(random.random() * 0.03)
            process.kill()
            process.wait()
            # Between its name and its place a new file cannot be hidden; the next run clears it away.
            self.assertLessEqual(len(self.names()), 2)
            self.done("load", out)
        self.done("save", "--init", "--out", out)
        self.assertEqual(self.names(), ["out.pt"])


if __name__ == "__main__":
    unittest.main()
