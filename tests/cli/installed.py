"""An installed tree, and the LibTorch that the build was made with, for tests that need either."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from support import ProgramTest, environment

BUILD = pathlib.Path(os.environ["TEST_BUILD"]).resolve()
TRAINS = os.environ["TEST_TRAINS"] == "ON"
# The folder of libtorch_cpu.so.
LIBTORCH = (BUILD / "lib" / "libtorch").resolve()


class InstalledTest(ProgramTest):
    """Has in `tree` what `cmake --install` gives, moved to another place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = pathlib.Path(tempfile.mkdtemp()).resolve()
        cls.addClassCleanup(shutil.rmtree, folder)
        install = [os.environ["TEST_CMAKE"], "--install", BUILD, "--prefix", folder / "first"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        cls.tree = (folder / "first").rename(folder / "moved")
        cls.program = cls.tree / "bin" / "mlpctl"

    @property
    def library(self):
        return next(self.tree.glob("lib*/**/libmlpctl_torch.so"))

    def installed(self, *arguments, before=(), **variables):
        """Runs it in the test's folder, where no LibTorch can be found but by these variables."""
        variables = {"PATH": "/nowhere", "LIBTORCH": "", "LD_LIBRARY_PATH": ""} | variables
        return subprocess.run(
            [*before, self.program, *map(str, arguments)],
            cwd=self.folder,
            env=environment(**variables),
            capture_output=True,
            text=True,
            check=False,
        )
