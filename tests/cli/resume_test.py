"""What `mlpctl train --resume` goes on with."""

import json
import signal
import subprocess
import time
import unittest

from support import PROGRAM, TrainTest, environment, run, write_set


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

    def test_a_run_of_the_map_goes_on_as_one_and_not_as_the_layers(self):
        settings = ("--recipe", "quick", "--epochs", 3, "--batch-size", 64, "--clean-epochs", 1)
        whole = self.state(*settings)
        self.state(*settings, "--max-steps", 4, "--checkpoint", self.kept)
        self.assertEqual(self.state(*settings, "--resume", self.kept), whole)
        layers = self.arguments(*settings, "--weights", "layers", "--resume", self.kept)
        self.assertIn('the run had weights "map", not "layers"', self.refused(2, *layers))
        self.plain("--epochs", 1, "--checkpoint", self.kept)
        other = self.arguments("--recipe", "plain", "--weights", "map", "--resume", self.kept)
        self.assertIn('the run had weights "layers", not "map"', self.refused(2, *other))

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
            self.assertIn("its last 20 % on calmer pictures; its last 1 on", result.stderr)
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


if __name__ == "__main__":
    unittest.main()
