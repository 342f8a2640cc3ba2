"""A model and pictures for the tests of what `mlpctl predict` takes."""

import json

from support import ROOT, ProgramTest, pictures, run
from write_pictures import png

SEEDS = ROOT / "tests" / "fuzz" / "seeds" / "picture"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>\n'


class InputsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.path = self.model()
        images, _ = pictures(5, seed=5)
        self.images = images
        self.pngs = [png(images[at : at + 784], 28, 28) for at in range(0, 5 * 784, 784)]

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return str(path)

    def predict(self, *arguments, code=0, **options):
        options.setdefault("text", isinstance(options.get("input", ""), str))
        result = run("predict", "--model", self.path, *arguments, **options)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def answers(self, *arguments, **options):
        result = self.predict("--json", *arguments, **options)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def logits(self, *arguments, **options):
        return [answer["logits"] for answer in self.answers("--logits", *arguments, **options)]
