"""In the built and the installed files: the marks of hardening, and nothing that is loaded from the
working folder."""

import os
import pathlib
import platform
import re
import shlex
import shutil
import subprocess
import unittest

from installed import BUILD, LIBTORCH, TRAINS, InstalledTest
from support import PROGRAM, environment, write_set
from write_pictures import png

SANITIZED = os.environ["TEST_SANITIZED"] == "ON"
OPTIMISED = os.environ["TEST_BUILD_TYPE"] in ("Release", "RelWithDebInfo", "MinSizeRel")
ENDBR64 = b"\xf3\x0f\x1e\xfa"


def readelf(*arguments):
    return subprocess.run(
        ["readelf", "-W", *arguments], capture_output=True, check=True, text=True
    ).stdout


class Marks(InstalledTest):
    def programs(self):
        return [pathlib.Path(PROGRAM), self.program]

    def libraries(self):
        return [BUILD / "lib" / "libmlpctl_torch.so", self.library] if TRAINS else []

    def test_no_run_path_has_an_empty_or_a_relative_part(self):
        for path in self.programs() + self.libraries():
            for parts in re.findall(r"(?:RPATH|RUNPATH).*\[(.*)\]", readelf("-d", path)):
                for part in parts.split(":"):
                    self.assertRegex(part, r"^(/|\$ORIGIN(/|$))", path)

    def test_relocations_are_read_only_and_no_memory_is_written_and_executed(self):
        for path in self.programs() + self.libraries():
            self.assertRegex(readelf("-d", path), r"BIND_NOW|FLAGS_1.*\bNOW\b", path)
            segments = readelf("-l", path)
            self.assertIn("GNU_RELRO", segments, path)
            self.assertRegex(segments, r"GNU_STACK .* RW +0x", path)
            self.assertNotRegex(segments, r"(LOAD|GNU_STACK) .* RWE ", path)

    def test_the_program_has_no_fixed_place(self):
        for path in self.programs():
            self.assertIn("DYN", readelf("-h", path), path)
            self.assertRegex(readelf("-d", path), "FLAGS_1.*PIE", path)

    def test_stacks_and_buffers_are_checked(self):
        for path in self.programs() + self.libraries():
            symbols = readelf("--dyn-syms", path)
            self.assertIn("__stack_chk_fail", symbols, path)
            if OPTIMISED and not SANITIZED and path in self.programs():
                self.assertRegex(symbols, r"__\w+_chk\b", path)

    @unittest.skipUnless(platform.machine() == "x86_64", "of x86-64")
    def test_indirect_calls_land_on_marks(self):
        for path in self.programs() + self.libraries():
            functions = len(re.findall("FUNC", readelf("--dyn-syms", path)))
            self.assertGreater(path.read_bytes().count(ENDBR64), max(200, functions // 2), path)
        for archive in self.tree.glob("lib*/**/*.a"):
            objects = len(re.findall("^File: ", readelf("-h", archive), re.M))
            marked = readelf("-n", archive).count("x86 feature: IBT, SHSTK")
            self.assertEqual(marked, objects, archive)


class WorkingFolder(InstalledTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data")
        self.model()
        (self.folder / "0.png").write_bytes(png(bytes(784), 28, 28))
        self.canary = self.folder / "canary"
        self.plant()

    def plant(self):
        """Libraries under the name of everything that is needed, which write a file when loaded."""
        source = self.folder / "planted.cpp"
        source.write_text(
            "#include <cstdio>\n"
            "__attribute__((constructor)) static void run() {"
            f' if (std::FILE* file = std::fopen("{self.canary}", "a")) std::fclose(file); }}\n'
        )
        library = self.folder / "planted.so"
        subprocess.run(
            [os.environ["TEST_CXX"], "-shared", "-fPIC", source, "-o", library], check=True
        )
        files = [self.program]
        names = {"libmlpctl_torch.so", "libleptonica.so.6", "liblept.so.5", "libheif.so.1"}
        if TRAINS:
            parts = ("c10", "torch_cpu", "torch")
            files += [self.library, *(LIBTORCH / f"lib{part}.so" for part in parts)]
            names |= {file.name for file in files[1:]}
        for file in files:
            names |= set(re.findall(r"NEEDED.*\[(.*)\]", readelf("-d", file)))
        for folder in (".", "lib", "torch/lib", "libtorch/lib", "glibc-hwcaps/x86-64-v2"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
            for name in names:
                if not name.startswith(("libc.so", "ld-linux")):
                    shutil.copy(library, self.folder / folder / name)
        for module in ("torch/__init__.py", "importlib/__init__.py", "os.py", "sitecustomize.py"):
            (self.folder / module).parent.mkdir(exist_ok=True)
            (self.folder / module).write_text(f"open({str(self.canary)!r}, 'a')\n")
        python = self.folder / "python3"
        python.write_text(f"#!/bin/sh\n>{self.canary}\n")
        python.chmod(0o755)

    def run_there(self, program, arguments, **variables):
        return subprocess.run(
            [program, *shlex.split(arguments)],
            cwd=self.folder,
            env=environment(**variables),
            capture_output=True,
            text=True,
            check=False,
        )

    def test_nothing_in_it_is_loaded(self):
        # The search path of programs too has an empty part here, which is the working folder.
        variables = {"PATH": f":{os.environ['PATH']}", "LIBTORCH": ""}
        for program in (PROGRAM, self.program):
            libtorch = f"--libtorch {shlex.quote(str(LIBTORCH))}" if program == self.program else ""
            commands = ["--version", "load model.pt", "predict --model model.pt 0.png"]
            if TRAINS:
                commands.append(f"train {libtorch} --data data --max-steps 1 --out new.pt")
            for command in commands:
                result = self.run_there(program, command, **variables)
                self.assertEqual(result.returncode, 0, f"{program} {command}: {result.stderr}")
                self.assertFalse(self.canary.exists(), f"{program} {command}")
        # Here it looks everywhere, and may find none.
        self.run_there(self.program, "train --data data --max-steps 1 --out new.pt", **variables)
        self.assertFalse(self.canary.exists())

    @unittest.skipIf(SANITIZED, "the planted libraries come before the sanitizer's")
    def test_they_would_be_noticed(self):
        instead = self.run_there(self.program, "--version", LD_LIBRARY_PATH=str(self.folder))
        self.assertNotEqual(instead.returncode, 0)
        self.run_there(self.program, "--version", LD_PRELOAD=str(self.folder / "libz.so.1"))
        self.assertTrue(self.canary.exists())


if __name__ == "__main__":
    unittest.main()
