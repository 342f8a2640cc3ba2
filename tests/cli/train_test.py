"""What `mlpctl train` does for its user: results and refusals."""

import json
import os
import pty
import subprocess
import unittest

from support import PROGRAM, TrainTest, environment, run, write_set


class Results(TrainTest):
    def test_it_learns_and_reports_plain_lines(self):
        result = run(*self.arguments("--epochs", 20))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(self.accuracy(self.out), 0.95)
        self.assertNotRegex(result.stdout + result.stderr, "[\r\x1b]")

    def test_the_same_seed_gives_the_same_file(self):
        files = []
        for seed in (1, 1, 2):
            self.done(*self.arguments("--epochs", 2, "--seed", seed))
            files.append(self.out.read_bytes())
        self.assertEqual(files[0], files[1])
        self.assertNotEqual(files[0], files[2])

    def test_the_log_tells_the_run_line_by_line(self):
        log = self.folder / "log.jsonl"
        self.done(*self.arguments("--epochs", 2, "--log", log))
        events = [json.loads(line) for line in log.read_text().splitlines()]
        self.assertEqual([e["event"] for e in events], ["start", "epoch", "epoch", "end"])
        self.assertEqual([e["epoch"] for e in events[1:3]], [1, 2])
        for name in ("train_loss", "test_loss", "test_accuracy", "lr", "seconds"):
            self.assertIsInstance(events[1][name], (int, float), name)
        self.assertAlmostEqual(events[2]["test_accuracy"], self.accuracy(self.out))

    def test_names_are_shown_as_escapes_and_the_json_stays_valid(self):
        self.out = os.fsdecode(os.fsencode(self.folder) + b"/l\xe9\x1b[2J.pt")
        log = self.folder / "log.jsonl"
        arguments = self.arguments("--max-steps", 2, "--log", log)
        result = run(*arguments, "-v")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("/l\\xe9\\x1b[2J.pt: ", result.stdout)
        self.assertIn("/l\\xe9\\x1b[2J.pt", result.stderr)
        self.assertNotIn("\x1b", result.stdout + result.stderr)
        answer = json.loads(self.done(*arguments, "--json"))
        self.assertTrue(answer["out"].endswith("/l\ufffd\x1b[2J.pt"), answer["out"])
        for line in log.read_text().splitlines():
            json.loads(line)

    def test_a_run_begins_with_three_lines_and_tells_all_when_asked(self):
        arguments = self.arguments("--max-steps", 2, "--lr", "0.5", "--no-augment")
        lines = run(*arguments).stderr.splitlines()
        self.assertEqual(len(lines), 3, lines)
        self.assertEqual(
            lines[0], f"data    {self.data}, 400 pictures to train on, 100 to test"
        )
        self.assertEqual(
            lines[1],
            "recipe  default (handwriting), 28 epochs; changed: lr 0.5, max_steps 2, augment none",
        )
        self.assertEqual(lines[2], "device  cpu, 1 thread")
        plain = run(*self.arguments("--epochs", 1, "--recipe", "plain")).stderr
        self.assertIn("recipe  plain, 1 epoch instead of 20\n", plain)
        everything = run(*arguments, "-v").stderr
        for name in ("batch_size", "weight_decay", "precision", "mlpctl", "libtorch"):
            self.assertRegex(everything, f"(?m)^{name} ")
        self.assertEqual(run(*arguments, "-q").stderr, "")

    def test_on_a_terminal_the_settings_are_not_coloured(self):
        main, terminal = pty.openpty()
        arguments = [PROGRAM, *map(str, self.arguments("--max-steps", 2))]
        subprocess.run(
            arguments, env=environment(), stderr=terminal, stdout=subprocess.DEVNULL, check=True
        )
        os.close(terminal)
        seen = b""
        try:
            while chunk := os.read(main, 4096):
                seen += chunk
        except OSError:
            pass
        os.close(main)
        self.assertIn(b"data    ", seen)
        self.assertNotIn(b"\x1b[32m", seen)

    def test_a_run_that_ends_within_an_epoch_tells_its_steps(self):
        text = self.done(*self.arguments("--max-steps", 2))
        self.assertEqual(text, f"{self.out}: 2 steps\n")
        text = self.done(*self.arguments("--max-steps", 5, "--batch-size", 100))
        self.assertEqual(text, f"{self.out}: 5 steps\n")
        self.assertEqual(self.done(*self.arguments("--max-steps", 1)), f"{self.out}: 1 step\n")
        answer = json.loads(self.done(*self.arguments("--max-steps", 2), "--json"))
        self.assertEqual((answer["epochs"], answer["steps"]), (0, 2))
        self.assertEqual(answer["reason"], "max-steps")
        self.assertRegex(self.done(*self.arguments("--epochs", 1)), ": 1 epoch, test accuracy")

    def test_pictures_that_are_laid_out_another_way_are_recognised(self):
        self.done(*self.arguments("--epochs", 20))
        odd = write_set(self.folder / "odd")
        for images in odd.glob("*-images-*"):
            content = images.read_bytes()
            body = bytearray(content[:16])
            for first in range(16, len(content), 784):
                for x in range(28):
                    body += content[first + x : first + 784 : 28]
            images.write_bytes(body)
        result = run("eval", "--model", self.out, "--data", odd)
        self.assertEqual(result.returncode, 0)
        self.assertIn("the pictures look transposed, as EMNIST's are", result.stderr)
        self.assertNotIn("transposed", result.stdout)
        before = self.out
        self.data, self.out = odd, self.folder / "next.pt"
        result = run(*self.arguments("--max-steps", 1, "--from", before))
        self.assertIn(f"{before} before training: the pictures look transposed", result.stderr)

    def test_first_epochs_that_learn_nothing_are_said_to_be_guessing(self):
        labels = self.data / "t10k-labels-idx1-ubyte"
        content = labels.read_bytes()
        labels.write_bytes(content[:8] + bytes((3 * value + 1) % 10 for value in content[8:]))
        more = ("--epochs", 3, "--batch-size", 8, "--recipe", "plain")
        lines = run(*self.arguments(*more)).stderr.splitlines()
        said = [i for i, line in enumerate(lines) if "guessing among ten classes" in line]
        self.assertEqual(len(said), 1, lines)
        # One epoch has too few steps to tell.
        self.assertTrue(lines[said[0] - 1].startswith("epoch 2/3"), lines)

    def test_an_onnx_model_is_what_save_makes_of_the_state(self):
        self.done(*self.arguments("--epochs", 1, "--recipe", "plain"))
        self.done("save", "--from", self.out, "--out", self.folder / "saved.onnx")
        self.out = self.folder / "trained.onnx"
        self.done(*self.arguments("--epochs", 1, "--recipe", "plain"))
        self.assertEqual(self.out.read_bytes(), (self.folder / "saved.onnx").read_bytes())
        self.done(*self.arguments("--epochs", 1, "--recipe", "plain", "--from", self.out))

    def test_it_goes_on_from_a_state(self):
        self.done(*self.arguments("--epochs", 3))
        loss = json.loads(
            self.done("eval", "--model", self.out, "--data", self.data, "--json")
        )["loss"]
        log = self.folder / "log.jsonl"
        self.done(*self.arguments("--epochs", 1, "--from", self.out, "--log", log))
        event = json.loads(log.read_text().splitlines()[1])
        self.assertLess(event["train_loss"], 2 * loss)

    def test_the_cpu_keeps_to_the_precision_that_is_faster(self):
        files = []
        for precision in ("float32", "bf16"):
            result = run(*self.arguments("--epochs", 1, "--precision", precision))
            self.assertEqual("float32" in result.stderr and "--no-fold" in result.stderr,
                             precision == "bf16", result.stderr)
            files.append(self.out.read_bytes())
        self.assertEqual(*files)

    def test_a_quick_run_trains_the_map_where_there_is_one_and_is_tested_at_its_end(self):
        log = self.folder / "log.jsonl"
        quick = self.arguments("--recipe", "quick", "--epochs", 3, "--log", log)
        self.assertIn("recipe  quick, 3 epochs instead of 14\n", run(*quick).stderr)
        events = [json.loads(line) for line in log.read_text().splitlines()]
        self.assertEqual(next(event for event in events if event["event"] == "start")["weights"], "map")
        tested = [event["test_accuracy"] is not None for event in events if event["event"] == "epoch"]
        self.assertEqual(tested, [False, False, True])
        answers = json.loads(self.done("eval", "--model", self.out, "--data", self.data, "--json"))
        self.assertGreater(answers["accuracy"], 0.5)
        self.assertIn("weights layers", run(*quick, "--no-fold", "--force").stderr)
        self.assertIn("--weights map is for one process",
                      self.refused(2, *quick, "--no-fold", "--weights", "map"))

    def test_it_goes_on_from_the_state_that_key_names(self):
        kept = self.folder / "kept.pt"
        self.done(*self.arguments("--epochs", 1, "--checkpoint", kept))
        more = self.arguments("--epochs", 1, "--from", kept, "--key")
        self.done(*more, "model_state_dict")
        message = self.refused(1, *more, "elsewhere")
        self.assertIn("no tensors at --key elsewhere", message)
        self.assertIn("--from", self.refused(2, *self.arguments("--key", "model_state_dict")))


class Refusals(TrainTest):
    def test_a_model_of_no_known_kind(self):
        for name in ("out", "out.bin", "out.PT", "out.pt.gz"):
            self.out = self.folder / name
            message = self.refused(2, *self.arguments())
            self.assertIn(f"--out {self.out}: name a .pt, .pth, .safetensors or .onnx file", message)

    def test_values_that_make_no_sense(self):
        for option, values in (
            ("--epochs", ("0", "-1", "three", "99999999999999999999", "1.5", "")),
            ("--batch-size", ("0", "-64", "x")),
            ("--lr", ("-1", "0", "nan", "fast")),
            ("--threads", ("0", "-1", "x")),
            ("--val-split", ("-1", "400", "x")),
            ("--seed", ("-1", "x")),
            ("--optimizer", ("newton",)),
            ("--schedule", ("yearly",)),
        ):
            for value in values:
                with self.subTest(option=option, value=value):
                    message = self.refused(2, *self.arguments("--max-steps", 1, option, value))
                    self.assertLess(len(message.splitlines()[0]), 120)
                    self.assertFalse(self.out.exists())

    def test_two_outputs_in_one_file_are_refused(self):
        self.refused(2, *self.arguments("--checkpoint", self.out))
        self.refused(2, *self.arguments("--log", self.out))
        other = self.out.parent / "." / ".." / self.out.parent.name / self.out.name
        self.refused(2, *self.arguments("--log", f"{self.out.parent}/./{self.out.name}"))
        self.refused(2, *self.arguments("--checkpoint", other))

    def test_what_would_be_without_effect_is_refused(self):
        for option, missing in (
            (("--schedule-from", "now"), "--resume"),
            (("--schedule-from", "start"), "--resume"),
            (("--checkpoint-every", 5), "--checkpoint"),
            (("--log-steps",), "--log"),
        ):
            message = self.refused(2, *self.arguments("--max-steps", 1, *option))
            self.assertIn(f"{option[0]} ", message)
            self.assertIn(f"give {missing} ", message)
            self.assertFalse(self.out.exists())

    def test_the_best_needs_a_validation_split(self):
        self.assertIn("--val-split", self.refused(2, *self.arguments("--keep", "best")))

    @unittest.skipIf(os.path.exists("/dev/nvidia0"), "this machine has CUDA")
    def test_cuda_where_there_is_none(self):
        message = self.refused(1, *self.arguments("--device", "cuda"))
        self.assertRegex(message, "^mlpctl: --device cuda: this LibTorch is a (CPU|CUDA) build")
        self.assertIn("use --device cpu", message)
        self.assertEqual(message.count("\n"), 1)

    def test_outputs_that_cannot_be_written_are_refused_before_the_data_is_looked_for(self):
        self.data = self.folder / "none"
        (self.folder / "folder.pt").mkdir()
        for out in (
            self.folder / "no" / "folder" / "out.pt",
            "/proc/out.pt",
            self.folder / "folder.pt",
        ):
            self.out = out
            self.assertIn(str(out), self.refused(1, *self.arguments()))

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_without_permission(self):
        locked = self.folder / "locked"
        locked.mkdir(mode=0o500)
        self.out = locked / "out.pt"
        self.assertIn("ermission", self.refused(1, *self.arguments()))

    def test_no_data(self):
        self.data = self.folder / "none"
        self.assertIn("fetch-data.sh", self.refused(1, *self.arguments()))
        self.assertFalse(self.out.exists())

    def test_a_loss_that_is_not_finite_ends_the_run_with_a_hint(self):
        self.done("save", "--init", "--out", self.out)
        old = self.out.read_bytes()
        result = run(*self.arguments("--lr", "1e30", "--optimizer", "sgd", "--epochs", 5))
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("--lr", result.stderr)
        self.assertEqual(self.out.read_bytes(), old)


if __name__ == "__main__":
    unittest.main()
