"""A model and five pictures for the tests of `mlpctl predict`."""

import json

from support import ProgramTest, pictures, run
from write_pictures import png


class PredictTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.path = self.model()
        self.images, _ = pictures(5, seed=5)
        self.names = []
        for number in range(5):
            name = self.folder / f"{number}.png"
            name.write_bytes(png(self.images[number * 784 : (number + 1) * 784], 28, 28))
            self.names.append(str(name))

    def predict(self, *arguments, **options):
        return run("predict", "--model", self.path, *arguments, **options)

    def lines(self, *arguments, **options):
        result = self.predict("--json", *arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return [json.loads(line) for line in result.stdout.splitlines()]
