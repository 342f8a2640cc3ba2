#!/usr/bin/env python3
"""Labels pictures with mlpctl on Spark, partitions in and Parquet out.

    spark_predict.py --model mlp.pt scans answers            a folder of pictures
    spark_predict.py --model mlp.pt 'shards/*.tar' answers   tar archives, WebDataset's among them
    spark_predict.py --model mlp.pt mnist.parquet answers    a table as Hugging Face writes it: the column
                                                             image, a struct of bytes and path, and label

INPUT may be several of one kind. Each task has one mlpctl, which answers for all of the task's
pictures; what cannot be read has a row with its error, so has each file of a folder that is no picture.
A folder and archives lie where every node finds them under the same path, and so does mlpctl; the model
is sent along. A task that fails leaves no rows; Spark tries it again, on one machine with --master 'local[2,4]'
(two at once, four times) and as spark.task.maxFailures says on a cluster. Under spark-submit leave
--master out.

Needs PySpark 4 with pandas and pyarrow, and a Java of 17 or newer, which scripts/setup.sh --spark installs.
"""

import argparse
import glob
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading

SCHEMA = "file string, member string, label long, digit int, confidence double, note string, error string"
ROWS_AT_ONCE = 1000
BYTES_AT_ONCE = 64 << 20
PICTURES_A_TASK = 10_000
# Where mlpctl answered for all, some of them with an error.
SOME_UNREADABLE = 1


class Failure(RuntimeError):
    """What ends the work, in a sentence."""


class Predictor:
    """One mlpctl that answers for what is written to it."""

    def __init__(self, program, model, *arguments):
        self.said = tempfile.TemporaryFile()
        command = [program, "-q", "predict", "--json", "--threads", "1", "--model", model, *arguments]
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said)
        except OSError as error:
            where = f"{program} cannot be run on {socket.gethostname()} ({error.strerror})"
            raise Failure(f"{where}: every node needs mlpctl, in its PATH or where --mlpctl says") from None

    def write(self, pieces, last=False):
        """Writes while answers are read, or a full pipe would keep both waiting."""

        def feed():
            try:
                for piece in pieces:
                    self.process.stdin.write(piece)
                self.process.stdin.flush()
                if last:
                    self.process.stdin.close()
            except BrokenPipeError:
                pass  # That it ended is seen where its answers are read.

        self.feeder = threading.Thread(target=feed, daemon=True)
        self.feeder.start()

    def answers(self):
        """The answers as they come, without the count of what was left out at the end."""
        for line in self.process.stdout:
            if not line.endswith(b"\n"):
                return  # It died while it wrote.
            answer = json.loads(line)
            if "left_out" not in answer:
                yield answer

    def end(self):
        self.feeder.join()
        if self.process.wait() not in (0, SOME_UNREADABLE):
            raise self.failure()

    def failure(self):
        code = self.process.wait()
        self.said.seek(0)
        words = self.said.read()[-2000:].decode(errors="replace").strip()
        return Failure(f"mlpctl ended with {code} before its last answer: {words}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.said.close()


def batch_of(rows):
    import pyarrow

    types = {"string": pyarrow.string(), "long": pyarrow.int64(), "int": pyarrow.int32(), "double": pyarrow.float64()}
    fields = [column.split() for column in SCHEMA.split(", ")]
    return pyarrow.RecordBatch.from_pylist(rows, pyarrow.schema([(name, types[kind]) for name, kind in fields]))


def as_text(name):
    """None for what is not UTF-8, which stands otherwise in its answer."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return None


def label_files(batches, program, model, here):
    """Pictures and archives by their names, which are those of the folder `here` and stand in the answers as they
    are. How many an archive holds, its answers tell."""
    names = [name for batch in batches for name in batch.column("file").to_pylist()]
    # A worker has a working folder of its own.
    paths = [os.path.join(os.fsencode(here), name) for name in names]
    with Predictor(program, model(), "--null", "--files-from", "-") as mlpctl:
        mlpctl.write((path + b"\0" for path in paths), last=True)
        given = {as_text(path): as_text(name) for path, name in zip(paths, names, strict=True)}
        answers, left = mlpctl.answers(), set(filter(None, given))
        while rows := list(itertools.islice(answers, ROWS_AT_ONCE)):
            left.difference_update(row["file"] for row in rows)
            for row in rows:
                row["file"] = given.get(row["file"], row["file"])
            yield batch_of(rows)
        mlpctl.end()
        # What has no answer at all tells an end for another reason, such as a model that is none.
        if left:
            raise mlpctl.failure()


def tar_pieces(first, contents):
    """The pictures as members of a tar archive, which says where each ends."""
    for number, content in enumerate(contents, first):
        content = content or b""
        # By this name each is a picture, so that whatever it holds it has an answer.
        member = tarfile.TarInfo(f"{number}.png")
        member.size = len(content)
        yield member.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % tarfile.BLOCKSIZE)


def label_rows(batches, program, model):
    """Pictures that a table holds."""
    # An archive without pictures would be an error.
    batches = (batch for batch in batches if batch.num_rows > 0)
    if (first := next(batches, None)) is None:
        return
    with Predictor(program, model(), "-") as mlpctl:
        answers, begin = mlpctl.answers(), 0
        for batch in itertools.chain([first], batches):
            mlpctl.write(tar_pieces(begin, batch.column("bytes").to_pylist()))
            rows = list(itertools.islice(answers, batch.num_rows))
            mlpctl.feeder.join()
            if [row["member"] for row in rows] != [f"{begin + number}.png" for number in range(batch.num_rows)]:
                raise mlpctl.failure()
            for row, path, label in zip(rows, batch.column("path").to_pylist(), batch.column("label").to_pylist(), strict=True):
                if "error" in row:
                    row["error"] = row["error"].removeprefix(f"-[{row['member']}]: ")
                row.update(file=path, member=None, label=label)
            yield batch_of(rows)
            begin += batch.num_rows
        mlpctl.write([bytes(2 * tarfile.BLOCKSIZE)], last=True)
        mlpctl.end()


def files_in(folder):
    """Those that are not hidden."""
    names = []
    for where, below, files in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        names += (os.path.join(where, name) for name in sorted(files) if not name.startswith("."))
    return names


def is_table(path):
    return path.endswith(".parquet") or bool(glob.glob(os.path.join(glob.escape(path), "*.parquet")))


def program_for_workers(program):
    """A name without a folder is looked up in each worker's PATH."""
    return os.path.abspath(program) if os.sep in program else program


def sentence_of(error):
    """Of what workers said, the failure without the stacks around it; None where there is none."""
    found = re.search(rf"\b{Failure.__name__}: (.*)", str(error))
    return found and found[1]


def labelled(spark, options, model):
    """The table of answers, and how it comes to be."""
    inputs = [path for pattern in options.inputs for path in (sorted(glob.glob(pattern)) or [pattern])]
    program, here = program_for_workers(options.mlpctl), os.getcwd()
    if any(map(is_table, inputs)):
        rows = spark.read.parquet(*inputs)
        label = "label" if "label" in rows.columns else "null"
        rows = rows.selectExpr("image.bytes as bytes", "image.path as path", f"cast({label} as long) as label")
        if options.partitions:
            rows = rows.repartition(options.partitions)
        return rows.mapInArrow(lambda batches: label_rows(batches, program, model), SCHEMA)
    folders = [path for path in inputs if os.path.isdir(path)]
    names = [name for path in inputs for name in (files_in(path) if path in folders else [path])]
    if not names:
        raise SystemExit(f"spark_predict.py: {' '.join(inputs)}: there are no files in it")
    # An archive is a task's work; of pictures it takes many.
    tasks = options.partitions or (-(-len(names) // PICTURES_A_TASK) if folders else len(names))
    rows = [(os.fsencode(name),) for name in names]
    files = spark.sparkContext.parallelize(rows, min(tasks, len(rows))).toDF("file binary")
    return files.mapInArrow(lambda batches: label_files(batches, program, model, here), SCHEMA)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", metavar="INPUT", nargs="+")
    parser.add_argument("output", metavar="OUTPUT", help="folder of the Parquet files; one that is there is an error")
    parser.add_argument("--model", required=True)
    parser.add_argument("--mlpctl", default="mlpctl", help="the program on every node (default: %(default)s)")
    parser.add_argument("--master", help="local[2], local[2,4] with four attempts a task, spark://...")
    parser.add_argument("--partitions", type=int, help="how many tasks (default: by the input)")
    options = parser.parse_args(arguments)
    if not os.path.isfile(options.model):
        raise SystemExit(f"spark_predict.py: {options.model}: there is no such file")

    # Else Spark takes the python3 of PATH, which need not have what this one has.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark import SparkFiles
    from pyspark.errors import AnalysisException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("mlpctl predict")
    if options.master:
        builder = builder.master(options.master)
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", ROWS_AT_ONCE)
    builder = builder.config("spark.sql.execution.arrow.maxBytesPerBatch", BYTES_AT_ONCE)
    spark = builder.getOrCreate()
    try:
        spark.sparkContext.addFile(os.path.abspath(options.model))
        name = os.path.basename(options.model)
        labelled(spark, options, lambda: SparkFiles.get(name)).write.parquet(options.output)
    except AnalysisException as error:
        raise SystemExit(f"spark_predict.py: {error.getMessage()}") from None
    except Exception as error:
        if sentence := sentence_of(error):
            raise SystemExit(f"spark_predict.py: {sentence}") from None
        raise
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
