"""`mlpctl predict --files-from`: lists of names as other programs write them, answered as they come."""

import json
import os
import pathlib
import subprocess
import unittest

from support import PROGRAM, ROOT, ProgramTest, cost_of, environment, needs, pictures, run
from write_pictures import png


class ListsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.path = self.model()

    def fill(self, count):
        images, _ = pictures(count, seed=7)
        names = []
        for number in range(count):
            path = self.folder / f"{number:03}.png"
            path.write_bytes(png(images[number * 784 : (number + 1) * 784], 28, 28))
            names.append(str(path))
        return names

    def command(self, *arguments):
        return [PROGRAM, "predict", "--model", str(self.path), *map(str, arguments)]

    def predict(self, *arguments, code=0, **options):
        result = run("predict", "--model", self.path, *arguments, **options)
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stdout

    def write_list(self, names, end="\n"):
        path = self.folder / "list"
        path.write_text(end.join(names) + end)
        return path


class Lists(ListsTest):
    def test_a_list_is_answered_as_its_names_are(self):
        names = self.fill(20)
        expected = self.predict("--json", "--logits", *names)
        for end, options in (("\n", ()), ("\r\n", ()), ("\0", ()), ("\0", ("-0",)), ("\0", ("--null",))):
            with self.subTest(end=end, options=options):
                text = end.join(names) + end
                self.assertEqual(self.predict("--json", "--logits", *options, "--files-from", "-", input=text), expected)
                file = self.folder / "list"
                file.write_text(text, newline="")
                self.assertEqual(self.predict("--json", "--logits", *options, "--files-from", file), expected)

    def test_paths_come_before_lists_and_lists_in_their_order(self):
        names = self.fill(4)
        first = self.write_list(names[2:3])
        second = self.folder / "second"
        second.write_text(names[3])
        given = ("--files-from", second, names[1], "--files-from", first, names[0])
        answers = [json.loads(line)["file"] for line in self.predict("--json", *given).splitlines()]
        self.assertEqual(answers, [names[1], names[0], names[3], names[2]])

    def test_a_list_is_never_something_else(self):
        name = self.folder / "P5 x"
        name.write_bytes(pathlib.Path(self.fill(1)[0]).read_bytes())
        self.assertIn("P5 x", self.predict("--files-from", "-", input="P5 x\n", cwd=self.folder))
        self.assertIn("-   error  P5 y: no such file", self.predict("--files-from", "-", input="P5 y\n", code=1))

    def test_a_picture_that_cannot_be_read_is_a_line_among_the_answers(self):
        names = self.fill(2)
        broken = self.folder / "broken.png"
        broken.write_bytes(pathlib.Path(names[0]).read_bytes()[:60])
        text = "\n".join([names[0], str(broken), "gone.png", names[1]])
        lines = self.predict("--files-from", "-", input=text, code=1).splitlines()
        self.assertEqual(len(lines), 4)
        self.assertRegex(lines[1], f"^-   error  {broken}: is cut off")
        self.assertEqual(lines[2], "-   error  gone.png: no such file")
        answers = [json.loads(line) for line in self.predict("--json", "--files-from", "-", input=text, code=1).splitlines()]
        self.assertEqual([a["file"] for a in answers], text.split("\n"))
        self.assertEqual([sorted(a) for a in answers[1:3]], [["error", "file"]] * 2)

    def test_what_is_at_odds_is_refused(self):
        name = self.fill(1)[0]
        for arguments in ((), ("-0", name), ("-", "--files-from", "-"), ("--files-from", "-", "--files-from", "-")):
            self.refused(2, "predict", "--model", self.path, *arguments)
        out = self.folder / "out.png"
        self.refused(2, "predict", "--model", self.path, "--annotate", out, name, "--files-from", "-")
        gone = self.predict("--files-from", self.folder / "gone", code=1)
        self.assertEqual(gone, f"-   error  {self.folder}/gone: no such file\n")
        self.assertIn("Is a directory", self.predict("--files-from", self.folder, code=1))

    @unittest.skipIf(os.environ["TEST_SANITIZED"] == "ON", "a sanitizer keeps what was freed")
    def test_a_list_of_any_length_takes_the_same_memory(self):
        memory = []
        for count in (100, 50_000):
            path = self.write_list([f"{number}.png" for number in range(count)])
            code, printed, _, held = cost_of(*self.command("--files-from", path)[1:])
            self.assertEqual((code, printed.count("-   error  ")), (1, count))
            memory.append(held)
        self.assertLess(memory[1], memory[0] + 8_000_000)


class Partner(ListsTest):
    """A program that writes a name and waits for its answer."""

    def ask(self, process, name, end):
        process.stdin.write((name + end).encode())
        process.stdin.flush()
        return process.stdout.readline().decode()

    def test_each_name_has_its_answer_before_the_next_is_written(self):
        names = self.fill(3)
        for end, options in (("\n", ()), ("\0", ("-0",)), ("\n", ("--threads", "1")), ("\n", ("--threads", "2"))):
            command = self.command("--json", *options, "--files-from", "-")
            with self.subTest(options=options), subprocess.Popen(
                command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            ) as process:  # fmt: skip
                for name in [*names, "gone.png", *names]:
                    self.assertEqual(json.loads(self.ask(process, name, end))["file"], name)
                process.stdin.close()
                self.assertEqual(process.wait(timeout=60), 1)

    def test_what_is_done_is_told_while_the_next_name_is_on_its_way(self):
        names = self.fill(30)
        with subprocess.Popen(
            self.command("--files-from", "-"), env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            process.stdin.write(("\n".join(names) + "\n" + names[0][:-3]).encode())
            process.stdin.flush()
            for name in names:
                self.assertIn(name, process.stdout.readline().decode())
            process.stdin.write(names[0][-3:].encode())
            process.stdin.close()
            self.assertIn(names[0], process.stdout.read().decode())
            self.assertEqual(process.wait(timeout=60), 0)

    def test_a_named_pipe_is_read_until_its_writers_are_gone(self):
        name = self.fill(1)[0]
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        with subprocess.Popen(
            self.command("--files-from", pipe), env=environment(), stdout=subprocess.PIPE
        ) as process:
            with open(pipe, "w", encoding="utf-8") as writer:
                for _ in range(2):
                    print(name, file=writer, flush=True)
                    self.assertIn(name, process.stdout.readline().decode())
            self.assertEqual(process.wait(timeout=60), 0)


class Launchers(ListsTest):
    """Programs that spread names over processes."""

    def answers_of(self, command, names, end="\n"):
        done = subprocess.run(
            command, env=environment(), input=(end.join(names) + end).encode(), capture_output=True, timeout=200, check=True
        )
        return sorted(done.stdout.decode().splitlines())

    def test_xargs(self):
        names = self.fill(40)
        names.append(str(self.folder / "a name.png"))
        os.link(names[0], names[-1])
        expected = sorted(self.predict("--json", *names).splitlines())
        command = ["xargs", "-0", "-P", "2", "-n", "16", *self.command("--json")]
        self.assertEqual(self.answers_of(command, names, "\0"), expected)

    @needs("parallel")
    def test_parallel(self):
        # More than the 1 kB that go to one process.
        names = self.fill(60)
        expected = sorted(self.predict("--json", *names).splitlines())
        program = self.command("--json", "--threads", "1", "--files-from", "-")
        for how in (["--pipe", "-N", "16"], ["--pipe", "--round-robin", "--block", "1k"]):
            command = ["parallel", "-j", "2", *how, " ".join(program)]
            self.assertEqual(self.answers_of(command, names), expected)

    def test_a_slurm_array(self):
        names = self.fill(20) + ["gone.png"]
        path, out = self.write_list(names), self.folder / "answers"
        expected = sorted(self.predict("--json", "--files-from", path, code=1).splitlines())
        script = ROOT / "scripts" / "scale" / "slurm_array.sh"
        folder = os.pathsep.join([str(pathlib.Path(PROGRAM).parent), os.environ["PATH"]])
        codes = []
        for task in range(3, 6):
            env = environment(PATH=folder, SLURM_ARRAY_TASK_ID=str(task), SLURM_ARRAY_TASK_MIN="3", SLURM_ARRAY_TASK_COUNT="3")
            codes.append(subprocess.run([script, self.path, path, out], env=env, capture_output=True, check=False).returncode)
        self.assertEqual(sorted(codes), [0, 0, 1])
        self.assertEqual(sorted(file.name for file in out.iterdir()), ["3.jsonl", "4.jsonl", "5.jsonl"])
        found = [line for file in out.iterdir() for line in file.read_text().splitlines()]
        self.assertEqual(sorted(found), expected)


if __name__ == "__main__":
    unittest.main()
