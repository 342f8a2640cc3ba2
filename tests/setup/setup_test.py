"""Which LibTorch scripts/setup.sh takes, and what it says, with indexes that are made here."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from fake_index import Index

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
# Nothing listens there.
NOWHERE = "http://127.0.0.1:9/simple"
# Says that every system package is installed, so that setup.sh leaves the system alone.
DPKG_QUERY = "#!/bin/sh\necho 'ii 99'\n"
# Candidates of apt, as apt-cache policy prints them.
APT_CACHE = "#!/bin/sh\necho '  Candidate: {}'\n"
APT_GET = '#!/bin/sh\necho "apt-get $*" >>"$APT_LOG"\necho "Need to get 133 MB of archives."\n'
# For a user who is not root: apt-get tells its sources, and changes something through sudo alone.
ID = "#!/bin/sh\necho {}\n"
APT_GET_OF_A_USER = """#!/bin/sh
case $1 in
  indextargets) echo "http://mirror.test/debian bookworm" ;;
  *) echo "are you root?" >&2; exit 100 ;;
esac
"""
SUDO = '#!/bin/sh\necho "sudo $*" >>"$APT_LOG"\necho "Need to get 133 MB of archives."\n'


def system_packages_of_setup():
    text = (SCRIPTS / "setup.sh").read_text()
    return re.search(r"^packages=\((.*?)^\)", text, re.MULTILINE | re.DOTALL).group(1).split()


def packages_of_setup():
    """(name, version) of what setup.sh installs beside torch."""
    text = (SCRIPTS / "setup.sh").read_text()
    lists = re.findall(r"^(?:spark_)?python_\w+=\(([^)]*)\)$", text, re.MULTILINE)
    named = [word.partition("==") for words in lists for word in words.split()]
    return [(name, version or "1.0") for name, _, version in named]


class Setup(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.shared)
        subprocess.run([sys.executable, "-m", "venv", cls.shared / "with pip"], check=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", cls.shared / "venv"], check=True)
        # One pip for all of them: copying it takes longer than everything else.
        with_pip = next(cls.shared.glob("with pip/lib/python*/site-packages"))
        next(cls.shared.glob("venv/lib/python*/site-packages")).joinpath("pip.pth").write_text(f"{with_pip}\n")

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.checkout = self.folder / "a checkout of mine"
        self.checkout.mkdir()
        shutil.copytree(SCRIPTS, self.checkout / "scripts", ignore=shutil.ignore_patterns("bench"))
        shutil.copytree(self.shared / "venv", self.checkout / ".venv", symlinks=True)
        self.programs = self.folder / "programs"
        self.programs.mkdir()
        self.program("dpkg-query", DPKG_QUERY)
        self.program("apt-cache", APT_CACHE.format("(none)"))
        self.program("apt-get", APT_GET)
        self.program("id", ID.format(0))  # Who needs no sudo, which would install for real.
        self.own = Index(self.folder / "own")
        self.own.add_others(packages_of_setup())
        self.of_cpu_builds = Index(self.folder / "cpu")

    def program(self, name, text):
        path = self.programs / name
        path.write_text(text)
        path.chmod(0o755)

    def path_without(self, name):
        """A folder of links to the system's programs."""
        folder = self.folder / "others"
        folder.mkdir()
        for path in pathlib.Path("/usr/bin").iterdir():
            if path.name != name:
                (folder / path.name).symlink_to(path)
        return folder

    def setup(self, *arguments, **settings):
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "MLPCTL_")) and name != "LIBTORCH"
        }
        environment |= {
            "PATH": f"{self.programs}:{environment['PATH']}",
            "APT_LOG": str(self.folder / "apt.log"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": self.own.url,
            "PIP_NO_CACHE_DIR": "1",
            "MLPCTL_TORCH_INDEX": self.of_cpu_builds.url,
        }
        return subprocess.run(
            [self.checkout / "scripts" / "setup.sh", *arguments],
            env=environment | settings,
            capture_output=True,
            text=True,
            check=False,
        )

    def installed(self, package="torch"):
        found = list(self.checkout.glob(f".venv/lib/python*/site-packages/{package}-*.dist-info"))
        return found[0].name.split("-")[1].removesuffix(".dist") if found else None

    def assert_takes(self, version, result):
        self.assertEqual(result.returncode, 0, result.stderr + result.stdout)
        self.assertEqual(self.installed(), version)

    def assert_one_sentence(self, result, *parts):
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertIsNone(self.installed())

    def test_the_cpu_build_of_pytorchs_index_is_taken_and_its_size_said(self):
        self.own.add_cuda_torch("2.13.0")
        self.of_cpu_builds.add_cpu_torch("2.13.0+cpu")
        self.of_cpu_builds.add_cpu_torch("2.15.0+cpu")
        result = self.setup()
        self.assert_takes("2.13.0+cpu", result)
        self.assertRegex(result.stdout, r"torch 2\.13\.0\+cpu, .*numpy .*: \d+ files, 2 MB to download")
        again = self.setup(PIP_INDEX_URL=NOWHERE, MLPCTL_TORCH_INDEX=NOWHERE)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("all there", again.stdout)

    def test_a_cpu_build_of_pips_own_index_is_taken_when_pytorchs_does_not_answer(self):
        self.own.add_cuda_torch("2.13.0")
        self.own.add_cuda_torch("2.14.2")
        self.own.add_cpu_torch("2.14.0+cpu")
        self.own.add_cpu_torch("2.14.1+cpu")
        result = self.setup(MLPCTL_TORCH_INDEX=NOWHERE)
        self.assert_takes("2.14.1+cpu", result)
        self.assertIn("does not answer", result.stdout)

    def test_a_plain_version_that_is_a_cpu_build_is_taken(self):
        self.own.add_cpu_torch("2.5.1")
        self.own.add_cpu_torch("2.14.1")
        self.assert_takes("2.14.1", self.setup(MLPCTL_TORCH_INDEX=""))

    def test_the_cuda_build_is_taken_where_it_is_the_only_one_and_said(self):
        self.own.add_cuda_torch("2.13.0")
        self.own.add_cuda_torch("2.14.0+cu130")
        result = self.setup()
        self.assert_takes("2.13.0", result)
        self.assertIn("PyTorch only as its CUDA build, torch 2.13.0", result.stdout)
        self.assertIn("taking the CUDA build", result.stdout)
        self.assertRegex(result.stdout, r"torch 2\.13\.0, .*: \d+ files, 25 MB to download, about twice that on the disk")
        self.assertEqual(result.stderr, "")
        self.assertTrue(self.installed("nvidia_cublas"))

    def test_a_cuda_build_by_name_alone_is_taken_where_it_is_the_only_one(self):
        self.own.add_cuda_torch("2.14.0+cu130")
        self.assert_takes("2.14.0+cu130", self.setup())

    def test_the_cuda_build_is_taken_when_asked_for(self):
        self.own.add_cuda_torch("2.13.0")
        self.of_cpu_builds.add_cpu_torch("2.13.0+cpu")
        result = self.setup("--cuda")
        self.assert_takes("2.13.0", result)
        self.assertIn("25 MB to download, about twice that on the disk", result.stdout)

    def test_cuda_replaces_a_cpu_build(self):
        self.own.add_cuda_torch("2.13.0")
        self.of_cpu_builds.add_cpu_torch("2.13.0+cpu")
        self.assert_takes("2.13.0+cpu", self.setup())
        self.assert_takes("2.13.0", self.setup("--cuda"))
        self.assertTrue(self.installed("nvidia_cublas"))

    def test_an_index_without_torch_is_one_sentence(self):
        self.assert_one_sentence(self.setup(), "no PyTorch 2.6 or newer for Python", "LIBTORCH")

    def test_an_old_torch_alone_is_one_sentence(self):
        self.own.add_cpu_torch("2.5.1")
        self.assert_one_sentence(self.setup(), "no PyTorch 2.6 or newer for Python")

    def test_no_network_is_one_sentence(self):
        self.assert_one_sentence(
            self.setup(PIP_INDEX_URL=NOWHERE, MLPCTL_TORCH_INDEX=NOWHERE), "no package index answers", "LIBTORCH"
        )

    def test_the_distributions_build_is_taken_before_the_cuda_build(self):
        self.own.add_cuda_torch("2.13.0")
        self.program("apt-cache", APT_CACHE.format("2.6.0+dfsg-7"))
        result = self.setup()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("install -y -q --no-install-recommends python3-torch", (self.folder / "apt.log").read_text())
        self.assertIsNone(self.installed())
        self.assertIn("  133 MB to download", result.stdout)
        config = (self.checkout / ".venv" / "pyvenv.cfg").read_text()
        self.assertIn("include-system-site-packages = true", config)

    def test_an_older_build_of_the_distribution_is_not_taken(self):
        self.own.add_cuda_torch("2.13.0")
        self.program("apt-cache", APT_CACHE.format("1.13.1+dfsg-4"))
        self.assert_takes("2.13.0", self.setup())
        self.assertFalse((self.folder / "apt.log").exists())

    def test_a_build_of_the_distribution_that_may_not_be_installed_is_not_taken(self):
        self.own.add_cuda_torch("2.13.0")
        self.program("apt-cache", APT_CACHE.format("2.6.0+dfsg-7"))
        self.program("id", ID.format(1000))
        self.assert_takes("2.13.0", self.setup(PATH=f"{self.programs}:{self.path_without('sudo')}"))
        self.assertFalse((self.folder / "apt.log").exists())

    def test_a_user_without_rights_installs_through_sudo(self):
        self.of_cpu_builds.add_cpu_torch("2.13.0+cpu")
        self.program("dpkg-query", "#!/bin/sh\nexit 1\n")
        self.program("id", ID.format(1000))
        self.program("apt-get", APT_GET_OF_A_USER)
        self.program("sudo", SUDO)
        result = self.setup()
        self.assert_takes("2.13.0+cpu", result)
        self.assertIn("  133 MB to download", result.stdout)
        log = (self.folder / "apt.log").read_text()
        self.assertIn("apt-get update", log)
        for package in system_packages_of_setup():
            self.assertRegex(log, rf"install -y .* {re.escape(package)}( |$)")

    def test_a_user_without_rights_and_sudo_is_told_the_missing_packages(self):
        self.program("dpkg-query", "#!/bin/sh\nexit 1\n")
        self.program("id", ID.format(1000))
        result = self.setup(PATH=f"{self.programs}:{self.path_without('sudo')}")
        self.assert_one_sentence(result, "there is no sudo to install them", *system_packages_of_setup())

    def test_spark_is_installed_where_it_is_asked_for(self):
        self.of_cpu_builds.add_cpu_torch("2.13.0+cpu")
        self.program("dpkg-query", DPKG_QUERY.replace("\n", '\n[ "$4" != default-jre-headless ] || exit 1\n', 1))
        self.assert_takes("2.13.0+cpu", self.setup())
        self.assertIsNone(self.installed("pyspark"))
        self.assertFalse((self.folder / "apt.log").exists())
        self.program("apt-get", APT_GET + "[ $1 != indextargets ] || echo bookworm-backports\n")
        result = self.setup("--spark")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIsNotNone(self.installed("pyspark"))
        self.assertIn("default-jre-headless", (self.folder / "apt.log").read_text())

    def test_the_requirement_of_the_user_comes_first(self):
        self.own.add_cuda_torch("2.14.1")
        self.of_cpu_builds.add_cpu_torch("2.13.0+cpu")
        self.assert_takes("2.13.0+cpu", self.setup())
        self.assert_takes("2.14.1", self.setup(MLPCTL_TORCH_SPEC="torch==2.14.1"))

    def test_a_libtorch_of_the_user_needs_no_torch(self):
        libtorch = self.folder / "libtorch"
        header = libtorch / "include" / "torch" / "csrc" / "api" / "include" / "torch" / "version.h"
        header.parent.mkdir(parents=True)
        header.touch()
        result = self.setup(LIBTORCH=str(libtorch))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIsNone(self.installed())
        self.assert_one_sentence(self.setup(LIBTORCH=str(self.folder)), "LIBTORCH is", "lib and include")


if __name__ == "__main__":
    unittest.main()
