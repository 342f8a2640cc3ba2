"""What `mlpctl train --tensorboard` writes is what TensorBoard reads."""

import io
import pathlib
import subprocess
import unittest

from PIL import Image
from support import MLPCTL
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.plugins.hparams import metadata
from tensorboard_run import TensorBoardTest


class Files(TensorBoardTest):
    def read(self):
        events = event_accumulator.EventAccumulator(
            str(self.board), size_guidance={event_accumulator.IMAGES: 0, event_accumulator.TENSORS: 0})
        return events.Reload()

    def steps(self, events, tag):
        return [each.step for each in events.Scalars(tag)]

    def test_curves_pictures_and_settings(self):
        self.train("--epochs", 3, "--clean-epochs", 1, "--lr", 0.01)
        events = self.read()
        for tag in ("loss/train", "loss/test", "accuracy/test", "learning_rate", "seconds"):
            self.assertEqual(self.steps(events, tag), [1, 2, 3], tag)
        accuracy = events.Scalars("accuracy/test")[-1].value
        self.assertTrue(0 <= accuracy <= 1, accuracy)

        changed = events.Images("training_pictures")
        self.assertEqual([each.step for each in changed], [1, 2])  # the clean epoch changes none
        self.assertNotEqual(changed[0].encoded_image_string, changed[1].encoded_image_string)
        page = Image.open(io.BytesIO(changed[0].encoded_image_string))
        self.assertEqual(page.size, (12 * 28, 8 * 28))

        (confusion,) = events.Images("confusion")
        self.assertEqual(Image.open(io.BytesIO(confusion.encoded_image_string)).size, (240, 240))
        (table,) = events.Tensors("confusion_counts")
        rows = table.tensor_proto.string_val[0].decode().splitlines()[2:]
        counts = [[int(cell) for cell in row.split("|")[2:-1]] for row in rows]
        right = sum(counts[i][i] for i in range(10))
        self.assertEqual(sum(map(sum, counts)), 100)
        self.assertAlmostEqual(right / 100, accuracy, places=6)

        start = events.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data
        settings = metadata.parse_session_start_info_plugin_data(start.content).hparams
        self.assertEqual(settings["recipe"].string_value, "handwriting")
        self.assertEqual(settings["lr"].number_value, 0.01)
        self.assertEqual(settings["augment.rotate"].number_value, 12)
        end = events.SummaryMetadata(metadata.SESSION_END_INFO_TAG).plugin_data
        self.assertEqual(metadata.parse_session_end_info_plugin_data(end.content).status, 1)

        for file in self.board.iterdir():
            self.assertRegex(file.name, r"^events\.out\.tfevents\.\d{10}\.")
            self.assertNotIn(str(self.folder).encode(), file.read_bytes())

    def test_a_resumed_run_goes_on_and_no_step_is_doubled(self):
        self.train("--epochs", 2, recipe="plain")
        self.train("--epochs", 4, "--resume", self.path("run.pt"), recipe="plain")
        self.assertEqual(len(list(self.board.iterdir())), 2)
        self.assertEqual(self.steps(self.read(), "loss/train"), [1, 2, 3, 4])

    def test_a_fresh_run_takes_the_place_of_an_old_one(self):
        self.train("--epochs", 3, recipe="plain")
        self.train("--epochs", 2, recipe="plain")
        self.assertEqual(self.steps(self.read(), "loss/train"), [1, 2])

    def test_what_is_no_folder_is_told_before_training(self):
        self.board = self.folder / "file"
        self.board.write_text("x")
        done = subprocess.run(
            [MLPCTL, "train", "--data", self.data, "--out", self.path("m.pt"), "--tensorboard", self.board],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("file: cannot be written: it is no folder", done.stderr)
        self.assertFalse(pathlib.Path(self.path("m.pt")).exists())


del TensorBoardTest  # A base alone has no tests.

if __name__ == "__main__":
    unittest.main()
