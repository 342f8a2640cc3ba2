"""The lines of README that use an ONNX model, in Python and in C++, run as they stand."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import numpy
import onnxruntime
from onnx_files import OnnxTest, drawn, idx
from support import mlpctl

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Debian's libonnxruntime-dev, where it is installed, or where scripts/setup.sh unpacked it.
HEADERS = [pathlib.Path(root) / "include" / "onnxruntime" for root in ("/usr", sys.prefix)]
PROGRAM = """
#include <cstdint>
#include <cstdio>

int main() {
  std::array<float, 28 * 28> image;
  Ort::Env env;
  Ort::Session session(env, "mlp.onnx", Ort::SessionOptions());
  while (std::fread(image.data(), sizeof(float), image.size(), stdin) == image.size()) {
    for (const float logit : logits_of(session, image)) std::printf("%.9g ", logit);
  }
}
"""


def headers():
    return next((folder for folder in HEADERS if (folder / "onnxruntime_cxx_api.h").is_file()), None)


class Readme(OnnxTest):
    def setUp(self):
        super().setUp()
        text = (ROOT / "README.md").read_text()
        self.section = text[text.index("### ONNX") :]
        pictures = drawn(20)
        pathlib.Path(self.path("pictures")).write_bytes(idx(pictures))
        lines = mlpctl("predict", "--model", self.pt, "--json", "--logits", self.path("pictures")).splitlines()
        self.expected = numpy.array([json.loads(line)["logits"] for line in lines])
        self.images = pictures.reshape(-1, 1, 28, 28).astype(numpy.float32) / 255
        self.saved()

    def lines_in(self, language):
        return re.search(rf"```{language}\n(.*?)```", self.section, re.DOTALL).group(1)

    def test_python(self):
        names = {"image": self.images}
        with contextlib.chdir(self.folder):
            exec(compile(self.lines_in("python"), "README.md", "exec"), names)
        self.assertLess(numpy.abs(names["logits"] - self.expected).max(), 1e-5)

    def test_cpp(self):
        if headers() is None:
            print("NOT TESTED: the headers of ONNX Runtime are not installed (libonnxruntime-dev)", file=sys.stderr)
            self.skipTest("no onnxruntime_cxx_api.h")
        source, program = self.path("use.cpp"), self.path("use")
        pathlib.Path(source).write_text(self.lines_in("cpp") + PROGRAM)
        library = next(pathlib.Path(onnxruntime.__file__).parent.glob("capi/libonnxruntime.so.*"))
        # The wheel has the library under its whole version alone, and programs ask for the major one.
        os.symlink(library, self.path("libonnxruntime.so." + library.name.split(".")[2]))
        compiler = os.environ.get("CXX") or shutil.which("c++")
        subprocess.run(
            [compiler, "-std=c++20", "-isystem", headers(), source, "-o", program, library,
             f"-Wl,-rpath,{self.folder}"], check=True)
        done = subprocess.run([program], input=self.images.tobytes(), cwd=self.folder, capture_output=True, check=True)
        logits = numpy.array(done.stdout.split(), float).reshape(-1, 10)
        self.assertEqual(logits.shape, self.expected.shape)
        self.assertLess(numpy.abs(logits - self.expected).max(), 1e-5)


del OnnxTest  # A base alone has no tests.

if __name__ == "__main__":
    unittest.main()
