"""What `mlpctl train` does for its user: results, refusals, interruptions."""

import json
import os
import pathlib
import pty
import resource
import signal
import subprocess
import time
import unittest

from support import PROGRAM, ProgramTest, environment, run, write_set


class TrainTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data")
        self.out = self.folder / "out.pt"

    def arguments(self, *more):
        return ["train", "--data", self.data, "--out", self.out, "--threads", 1, *more]

    def accuracy(self, model):
        return json.loads(self.done("eval", "--model", model, "--data", self.data, "--json"))[
            "accuracy"
        ]


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
            "recipe  default (handwriting), 30 epochs; changed: lr 0.5, max_steps 2, augment none",
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

    def test_it_goes_on_from_the_state_that_key_names(self):
        kept = self.folder / "kept.pt"
        self.done(*self.arguments("--epochs", 1, "--checkpoint", kept))
        more = self.arguments("--epochs", 1, "--from", kept, "--key")
        self.done(*more, "model_state_dict")
        message = self.refused(1, *more, "elsewhere")
        self.assertIn("no tensors at --key elsewhere", message)
        self.assertIn("--from", self.refused(2, *self.arguments("--key", "model_state_dict")))


class Continuing(TrainTest):
    """400 pictures and batches of 64 are 7 steps an epoch."""

    def setUp(self):
        super().setUp()
        self.kept = self.folder / "kept.pt"

    def state(self, *more):
        self.done(*self.arguments(*more))
        return self.out.read_bytes()

    def plain(self, *more):
        return self.state("--recipe", "plain", *more)

    def test_a_run_cut_within_epochs_is_the_whole_run(self):
        settings = ("--epochs", 3, "--batch-size", 64, "--val-split", 50, "--keep", "best")
        whole = self.state(*settings)
        self.state(*settings, "--max-steps", 4, "--checkpoint", self.kept)
        self.state(*settings, "--max-steps", 11, "--resume", self.kept, "--checkpoint", self.kept)
        rest = self.arguments(*settings, "--resume", self.kept)
        rest[rest.index("--threads") + 1] = 2
        self.done(*rest)
        self.assertEqual(self.out.read_bytes(), whole)

    def test_an_interrupt_is_gone_on_from(self):
        settings = ("--epochs", 400, "--recipe", "plain", "--checkpoint", self.kept)
        log = self.folder / "log.jsonl"
        process = subprocess.Popen(
            [PROGRAM, *map(str, self.arguments(*settings, "--log", log))],
            env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.kill)
        end = time.monotonic() + 100
        while not (log.exists() and '"epoch"' in log.read_text()):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        printed = process.communicate(timeout=100)[0]
        self.assertEqual(process.returncode, 143)
        stopped = json.loads(log.read_text().splitlines()[-1])
        if stopped["kept_epoch"] == 0:
            self.assertNotIn("accuracy", printed)
        epochs = stopped["epochs"] + 2
        whole = self.plain("--epochs", epochs)
        again = self.plain("--epochs", epochs, "--resume", self.kept, "--log", log)
        self.assertEqual(again, whole)
        events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
        self.assertEqual(events.count("start"), 2)
        self.assertEqual(events.count("end"), 2)

    def test_checkpoints_every_so_many_steps_do_not_change_the_run(self):
        whole = self.plain("--epochs", 2)
        often = self.plain("--epochs", 2, "--checkpoint", self.kept, "--checkpoint-every", 3)
        self.assertEqual(often, whole)

    def test_a_run_past_its_last_step_ends_at_once(self):
        self.plain("--max-steps", 9, "--checkpoint", self.kept)
        before = self.out.read_bytes()
        self.assertEqual(self.plain("--max-steps", 5, "--resume", self.kept), before)

    def test_more_epochs(self):
        whole = self.plain("--epochs", 4)
        self.plain("--epochs", 2, "--checkpoint", self.kept)
        self.assertEqual(self.plain("--epochs", 4, "--resume", self.kept), whole)

    def test_more_epochs_of_a_course_start_where_one_says(self):
        self.state("--epochs", 2, "--checkpoint", self.kept)
        rates = {}
        for where in ("start", "now"):
            log = self.folder / f"{where}.jsonl"
            more = self.folder / f"{where}.pt"
            arguments = self.arguments("--epochs", 4, "--resume", self.kept, "--log", log,
                                       "--log-steps")
            if where == "now":
                arguments += ["--schedule-from", "now"]
            result = run(*arguments, "--checkpoint", more, "--max-steps", 11)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(f"--schedule-from {where}", result.stderr)
            arguments[arguments.index("--resume") + 1] = more
            cut = run(*arguments)
            self.assertEqual(cut.returncode, 0, cut.stderr)
            pieces = self.out.read_bytes()
            arguments[arguments.index("--resume") + 1] = self.kept
            self.done(*arguments)
            self.assertEqual(self.out.read_bytes(), pieces)
            events = map(json.loads, log.read_text().splitlines())
            rates[where] = [e["lr"] for e in events if e["event"] == "step"][:1]
        log = self.folder / "whole.jsonl"
        self.state("--epochs", 4, "--log", log, "--log-steps")
        events = map(json.loads, log.read_text().splitlines())
        whole = {e["step"]: e["lr"] for e in events if e["event"] == "step"}
        self.assertEqual(rates["start"], [whole[len(whole) // 2 + 1]])
        self.assertEqual(rates["now"], [whole[1]])
        message = self.refused(2, *self.arguments("--epochs", 1, "--resume", self.kept))
        self.assertIn("epochs 2, not 1", message)

    def test_other_settings_and_other_data_are_refused_by_name(self):
        self.plain("--epochs", 1, "--checkpoint", self.kept)
        more = self.arguments("--recipe", "plain", "--epochs", 2, "--resume", self.kept)
        for option, value, words in (
            ("--val-split", 50, "val_split 0, not 50"),
            ("--batch-size", 32, "batch_size 64, not 32"),
            ("--seed", 3, "seed 0, not 3"),
            ("--ema", 0.5, "ema 0.0, not 0.5"),
            ("--lr", 0.5, "--lr 0.5 is against its optimizer's lr 0.001"),
            ("--optimizer", "adamw", "--optimizer adamw is against its optimizer's optimizer adam"),
        ):
            self.assertIn(words, self.refused(2, *more, option, value))
        write_set(self.data, train=401)
        self.assertIn("other data", self.refused(2, *more))

    def test_a_checkpoint_may_replace_another_file_where_one_says_so(self):
        self.kept.write_text("no state file")
        self.refused(1, *self.arguments("--checkpoint", self.kept))
        self.plain("--epochs", 1, "--checkpoint", self.kept, "--force")
        self.plain("--epochs", 2, "--resume", self.kept)

    def test_a_checkpoint_is_no_safetensors(self):
        for name in ("kept.safetensors", "kept.SAFETENSORS", "kept", "kept.bin", ".pt"):
            kept = self.folder / name
            message = self.refused(2, *self.arguments("--checkpoint", kept))
            self.assertIn(f"--checkpoint {kept}: name a .pt or .pth file", message)
            self.assertFalse(kept.exists())
            self.assertFalse(self.out.exists())


class Refusals(TrainTest):
    def test_a_model_of_no_known_kind(self):
        for name in ("out", "out.bin", "out.PT", "out.pt.gz"):
            self.out = self.folder / name
            message = self.refused(2, *self.arguments())
            self.assertIn(f"--out {self.out}: name a .pt, .pth or .safetensors file", message)

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


class FullDisk(TrainTest):
    def old_file(self):
        """A state at the output, of 4 MB as the new one will be."""
        self.done("save", "--init", "--out", self.out)
        return self.out.read_bytes()

    def check_kept(self, result, folder, old):
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(self.out.read_bytes(), old)
        self.assertEqual([path.name for path in folder.iterdir()], ["out.pt"])

    def test_a_file_size_limit_leaves_the_old_file(self):
        folder = self.folder / "limited"
        folder.mkdir()
        self.out = folder / "out.pt"
        old = self.old_file()
        result = run(
            *self.arguments("--epochs", 1),
            # A process that ignores SIGXFSZ, as Python does, gets an error instead.
            restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
        )
        self.check_kept(result, folder, old)

    def test_a_full_file_system_leaves_the_old_file(self):
        folder = self.folder / "small"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(folder)], check=True)
        self.out = folder / "out.pt"
        old = self.old_file()
        result = run(*self.arguments("--epochs", 1), cwd=self.folder)
        self.check_kept(result, folder, old)
        self.assertIn("No space left", result.stderr)
        self.done("load", self.folder / "out.rescued.pt")


class Interruptions(TrainTest):
    def start(self):
        """A long run that has finished its first epoch."""
        log = self.folder / "log.jsonl"
        process = subprocess.Popen(
            [PROGRAM, *map(str, self.arguments("--epochs", 100000, "--log", log))],
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        end = time.monotonic() + 100
        while not (log.exists() and '"epoch"' in log.read_text()):
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        return process

    def check_ended(self, process, code):
        _, errors = process.communicate(timeout=100)
        self.assertEqual(process.returncode, code, errors)
        names = {path.name for path in self.folder.iterdir()}
        self.assertEqual(names - {"out.pt"}, {"data", "log.jsonl"})

    def test_a_signal_ends_after_the_batch_and_keeps_the_work(self):
        for sent, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.start()
            process.send_signal(sent)
            self.check_ended(process, code)
            self.assertGreater(self.accuracy(self.out), 0.2)
            self.out.unlink()
            pathlib.Path(self.folder / "log.jsonl").unlink()

    def test_a_second_signal_ends_at_once_and_the_file_is_whole(self):
        self.done("save", "--init", "--out", self.out)
        process = self.start()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        self.check_ended(process, 130)
        self.accuracy(self.out)


if __name__ == "__main__":
    unittest.main()
