"""scripts/scale/spark_predict.py on a real local Spark: its answers are those of one process.

The environment names the program (MLPCTL), the model (TEST_MODEL) and the folder of MNIST
(TEST_DATA). Passed over where PySpark, pandas, pyarrow or Java is not installed,
as they are by scripts/setup.sh --spark.
"""

import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["MLPCTL"]
COUNT, PARTS = 2000, 4
MISSING = [name for name in ("pyspark", "pandas", "pyarrow") if importlib.util.find_spec(name) is None]
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    MISSING.append("java")

# Gives some answers and is killed, the first time alone: after the folder ONCE is made it is mlpctl.
DIES_ONCE = """#!{python}
import os, subprocess, sys
try:
    os.mkdir({once!r})
except FileExistsError:
    os.execv({program!r}, [{program!r}, *sys.argv[1:]])
child = subprocess.Popen([{program!r}, *sys.argv[1:]], stdout=subprocess.PIPE)
for _ in range({answers}):
    sys.stdout.buffer.write(child.stdout.readline())
sys.stdout.flush()
child.kill()
sys.exit(child.wait() + 256)
"""


def write_pictures(folder):
    """MNIST's, the last of them spoilt; their names."""
    data = pathlib.Path(os.environ["TEST_DATA"]) / "t10k-images-idx3-ubyte"
    script = ROOT / "scripts" / "write_pictures.py"
    subprocess.run([sys.executable, script, data, folder, "--count", str(COUNT)], check=True)
    names = sorted(path.name for path in folder.iterdir())
    (folder / names[-1]).write_bytes(b"no picture")
    return names


def answer_of(row):
    """Without the file's name, which stands before the error."""
    error = row.get("error")
    return row.get("digit"), row.get("confidence"), error and error.split(": ")[-1]


class SparkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if MISSING:
            print(f"NOT TESTED: {', '.join(MISSING)} not installed", file=sys.stderr)
            raise unittest.SkipTest(f"{', '.join(MISSING)} not installed")
        # One Java for all; it starts sooner where it compiles less.
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        os.environ["PYSPARK_SUBMIT_ARGS"] = (
            "--conf spark.ui.enabled=false --conf spark.ui.showConsoleProgress=false "
            "--driver-java-options -XX:TieredStopAtLevel=1 pyspark-shell"
        )
        from pyspark import cloudpickle

        sys.path.insert(0, str(ROOT / "scripts" / "scale"))
        import spark_predict

        # As Spark sends the functions of a script that it is given to run.
        cloudpickle.register_pickle_by_value(spark_predict)
        # So that a task has given rows on before it dies.
        spark_predict.ROWS_AT_ONCE = 100
        cls.script = spark_predict

        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.pictures = cls.folder / "pictures"
        cls.names = write_pictures(cls.pictures)
        command = [PROGRAM, "predict", "--json", "--model", os.environ["TEST_MODEL"], cls.pictures]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 1, done.stderr
        cls.expected = {pathlib.Path(row["file"]).name: answer_of(row) for row in map(json.loads, done.stdout.splitlines())}
        assert len(cls.expected) == COUNT

    def test_a_model_that_is_none(self):
        out = self.folder / "no answers"
        self.refused("spark_predict.py: mlpctl ended with 1 before its last answer: ", "--model", __file__, "--mlpctl", PROGRAM, out=out)

    def test_a_program_that_is_not_there(self):
        out = self.folder / "nor here"
        where = pathlib.Path.cwd() / "nowhere" / "mlpctl"
        said = f"spark_predict.py: {where} cannot be run on "
        self.refused(said, "--model", os.environ["TEST_MODEL"], "--mlpctl", "nowhere/mlpctl", out=out)

    def refused(self, sentence, *options, out):
        with self.assertRaises(SystemExit) as ended:
            self.script.main([*options, "--master", "local[2]", str(self.pictures), str(out)])
        self.assertTrue(str(ended.exception).startswith(sentence), ended.exception)
        self.assertNotIn("\n", str(ended.exception))
        self.assertEqual(list(out.glob("*.parquet")), [])

    def labelled(self, source, program=PROGRAM):
        """The rows that the script wrote."""
        import pyarrow.parquet

        out = self.folder / f"answers of {self.id()}"
        options = ["--model", os.environ["TEST_MODEL"], "--mlpctl", str(program), "--master", "local[2,3]"]
        self.script.main([*options, "--partitions", str(PARTS), str(source), str(out)])
        self.assertEqual(len(list(out.glob("*.parquet"))), PARTS)
        rows = pyarrow.parquet.read_table(out).to_pylist()
        self.assertEqual(len(rows), COUNT)
        return rows

    def dying_once(self, answers=250):
        once, program = self.folder / f"{self.id()}.once", self.folder / f"{self.id()}.program"
        program.write_text(DIES_ONCE.format(python=sys.executable, once=str(once), program=PROGRAM, answers=answers))
        program.chmod(0o755)
        self.addCleanup(lambda: self.assertTrue(once.is_dir(), "no task died"))
        return program

    def test_paths_of_the_folder_that_it_is_started_in(self):
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        rows = self.labelled("pictures", program=os.path.relpath(PROGRAM))
        self.assertEqual({row["file"] for row in rows}, {f"pictures/{name}" for name in self.names})
        self.assertEqual({pathlib.Path(row["file"]).name: answer_of(row) for row in rows}, self.expected)

    def test_a_folder(self):
        rows = self.labelled(self.pictures)
        self.assertEqual({row["file"] for row in rows}, {str(self.pictures / name) for name in self.names})
        self.assertEqual({pathlib.Path(row["file"]).name: answer_of(row) for row in rows}, self.expected)

    def test_tar_shards_and_a_task_that_dies(self):
        (self.folder / "cls").write_bytes(b"7")
        for shard in range(PARTS):
            with tarfile.open(self.folder / f"{shard}.tar", "w") as archive:
                for name in self.names[shard::PARTS]:
                    archive.add(self.pictures / name, name)
                    archive.add(self.folder / "cls", name.replace("png", "cls"))
        rows = self.labelled(self.folder / "*.tar", self.dying_once())
        for row in rows:
            shard = self.names.index(row["member"]) % PARTS
            self.assertEqual(row["file"], str(self.folder / f"{shard}.tar"))
        self.assertEqual({row["member"]: answer_of(row) for row in rows}, self.expected)

    def test_a_table_and_a_task_that_dies(self):
        import pyarrow.parquet

        images = [{"bytes": (self.pictures / name).read_bytes(), "path": name} for name in self.names]
        labels = [number % 10 for number in range(COUNT)]
        table = pyarrow.table({"image": images, "label": labels})
        pyarrow.parquet.write_table(table, self.folder / "table.parquet")
        rows = self.labelled(self.folder / "table.parquet", self.dying_once())
        self.assertEqual({row["file"]: answer_of(row) for row in rows}, self.expected)
        self.assertEqual({row["file"]: row["label"] for row in rows}, dict(zip(self.names, labels, strict=True)))


if __name__ == "__main__":
    unittest.main()
