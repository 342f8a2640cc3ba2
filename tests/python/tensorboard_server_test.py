"""What TensorBoard's own server answers about runs of `mlpctl train --tensorboard`, while they go on too."""

import io
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

from PIL import Image
from support import MLPCTL
from tensorboard.backend.event_processing import event_accumulator
from tensorboard_run import TensorBoardTest

PATIENCE = 120  # seconds


class Server(TensorBoardTest):
    def setUp(self):
        super().setUp()
        log = tempfile.TemporaryFile("w+")
        self.addCleanup(log.close)
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tensorboard.main", "--logdir", self.folder / "runs", "--host", "127.0.0.1",
             "--port", "0", "--reload_interval", "1", "--load_fast", "false"],
            stdout=log, stderr=log)
        self.addCleanup(self.end, self.server)
        self.url = self.wait_for(lambda: self.address_in(log))

    def end(self, process):
        process.kill()
        process.wait()

    def address_in(self, log):
        self.assertIsNone(self.server.poll())
        log.seek(0)
        found = re.search(r"http://127\.0\.0\.1:\d+/", log.read())
        return found and found.group(0) + "data/plugin/"

    def wait_for(self, look):
        """What `look` gives once it gives something."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(0.2)
        raise TimeoutError

    def ask(self, path, body=None, **query):
        url = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read()

    def answer(self, *arguments, **query):
        return json.loads(self.ask(*arguments, **query))

    def steps(self, tag="loss/train"):
        if tag not in self.answer("scalars/tags").get("a", {}):
            return []
        return [step for _, step, _ in self.answer("scalars/scalars", run="a", tag=tag)]

    def test_scalars_images_texts_and_settings(self):
        self.train("--epochs", 3, "--clean-epochs", 1, "--lr", 0.01)
        self.wait_for(lambda: "a" in self.answer("text/tags"))
        for tag in ("loss/train", "loss/test", "accuracy/test", "learning_rate", "seconds"):
            self.assertEqual(self.steps(tag), [1, 2, 3], tag)
        *_, last = self.answer("scalars/scalars", run="a", tag="accuracy/test")

        images = self.answer("images/tags")["a"]
        self.assertEqual(sorted(images), ["confusion", "training_pictures"])
        changed = self.answer("images/images", run="a", tag="training_pictures", sample=0)
        self.assertEqual([each["step"] for each in changed], [1, 2])  # the clean epoch changes none
        page = Image.open(io.BytesIO(self.ask("images/individualImage?" + changed[0]["query"] + "&")))
        self.assertEqual(page.size, (336, 224))

        self.assertEqual(self.answer("text/tags")["a"], ["confusion_counts"])
        (text,) = self.answer("text/text", run="a", tag="confusion_counts")
        rows = re.findall(r"<tr>(.*?)</tr>", text["text"], re.DOTALL)[1:]
        counts = [[int(cell) for cell in re.findall(r"<td[^>]*>(\d+)</td>", row)] for row in rows]
        right = sum(row[label] for label, row in enumerate(counts))
        self.assertAlmostEqual(right / sum(map(sum, counts)), last[2], places=6)

        experiment = self.answer("hparams/experiment", {"experimentName": ""})
        self.assertLessEqual({"recipe", "lr", "augment.rotate"}, {each["name"] for each in experiment["hparamInfos"]})
        groups = self.answer("hparams/session_groups", {
            "experimentName": "", "colParams": [], "startIndex": 0, "sliceSize": 10,
            "allowedStatuses": ["STATUS_SUCCESS"]})["sessionGroups"]
        self.assertEqual([(each["hparams"]["recipe"], each["hparams"]["lr"]) for each in groups],
                         [("handwriting", 0.01)])

    def test_a_watcher_sees_each_epoch_and_the_resumed_run_goes_on(self):
        arguments = [MLPCTL, *map(str, self.arguments("--epochs", 1_000_000, recipe="plain"))]
        training = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, training)
        seen = self.wait_for(self.steps)
        # They were there before the run ended, and it goes on.
        self.wait_for(lambda: self.steps()[-1] > seen[-1])
        self.assertIsNone(training.poll())
        training.send_signal(signal.SIGINT)
        self.assertEqual(training.wait(timeout=PATIENCE), 130)
        last = event_accumulator.EventAccumulator(str(self.board)).Reload().Scalars("loss/train")[-1].step
        self.train("--epochs", last + 2, "--resume", self.path("run.pt"), recipe="plain")
        self.assertEqual(len(list(self.board.iterdir())), 2)
        # The server looks into the folder once a second.
        self.wait_for(lambda: self.steps()[-1:] == [last + 2])
        # Its reader keeps a sample of a thousand steps, and the last one.
        steps = self.steps()
        self.assertEqual(steps, sorted(set(steps)))
        self.assertEqual(steps[0], 1)


del TensorBoardTest  # A base alone has no tests.

if __name__ == "__main__":
    unittest.main()
