#!/usr/bin/env python3
"""Pictures a second of labelling on Spark (scripts/scale/spark_predict.py) against mlpctl alone.

    spark.py --model mlp.pt [--pictures N] [--shards N] [--workers N]... [--folder DIR] [--mlpctl FILE]

Makes N pictures (a million: 1 GB) in tar archives, MNIST's training pictures again and again. Labels
them by mlpctl on one and two threads and on Spark with one and two executors of one core, each a
process of its own; requires the same answer for each picture, and removes the files. Needs what
setup.sh --spark installs.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from write_pictures import png  # noqa: E402

SIDE = 28
SPARK = ROOT / "scripts/scale/spark_predict.py"


def write_shards(images, folder, pictures, shards):
    """Pictures folder/NNN.tar of black ink on white paper."""
    ink, size = images.read_bytes()[16:], SIDE**2
    white = bytes(255 - value for value in range(256))
    contents = [png(ink[at : at + size].translate(white), SIDE, SIDE) for at in range(0, len(ink), size)[:pictures]]
    for shard in range(shards):
        with open(folder / f"{shard:03}.tar", "wb") as archive:
            for number in range(shard, pictures, shards):
                content = contents[number % len(contents)]
                member = tarfile.TarInfo(f"{number:07}.png")
                member.size = len(content)
                archive.write(member.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % tarfile.BLOCKSIZE))
            archive.write(bytes(2 * tarfile.BLOCKSIZE))


def timed(command, **options):
    begin = time.perf_counter()
    done = subprocess.run([str(word) for word in command], stderr=subprocess.PIPE, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return time.perf_counter() - begin


def answer_of(row):
    """A digit, and how sure: as many bits as it is printed with."""
    return row.get("digit"), row.get("confidence")


def answers_of_one(path):
    with open(path, encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        return {row["member"]: answer_of(row) for row in rows}


def answers_of_spark(folder):
    import pyarrow.parquet

    found = {}
    for part in sorted(folder.glob("*.parquet")):
        rows = pyarrow.parquet.read_table(part, columns=["member", "digit", "confidence"]).to_pylist()
        before = len(found)
        found.update((row["member"], answer_of(row)) for row in rows)
        if len(found) != before + len(rows):
            sys.exit(f"{part}: has rows twice")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--mlpctl", type=pathlib.Path, default=ROOT / "build/bin/mlpctl")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "data/mnist")
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--pictures", type=int, default=1_000_000)
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument("--workers", type=int, action="append", help="threads and executors (default: 1 and 2)")
    options = parser.parse_args()
    # Also for what runs it from a folder of its own.
    options.mlpctl = options.mlpctl.absolute()
    if not options.mlpctl.is_file():
        parser.error(f"{options.mlpctl}: there is no such program; scripts/build.sh makes it, --mlpctl names another")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        begin = time.perf_counter()
        write_shards(options.data / "train-images-idx3-ubyte", folder, options.pictures, options.shards)
        shards = sorted(folder.glob("*.tar"))
        size = sum(shard.stat().st_size for shard in shards)
        print(f"{options.pictures:,} pictures, {size / 1e9:.2f} GB, made in {time.perf_counter() - begin:.0f} s", flush=True)
        expected, alone = {}, {}

        def tell(what, seconds, one):
            share = f", {one / seconds:.2f} of mlpctl's rate" if one else ""
            print(f"{what}: {seconds:.1f} s, {options.pictures / seconds:,.0f} pictures a second{share}", flush=True)

        for threads in options.workers or [1, 2]:
            with open(folder / "answers", "w") as out:
                command = [options.mlpctl, "-q", "predict", "--json", "--threads", threads, "--model", options.model]
                alone[threads] = timed([*command, *shards], stdout=out)
            tell(f"mlpctl, {threads} thread{'s' * (threads > 1)}", alone[threads], None)
            found = answers_of_one(folder / "answers")
            expected = expected or found
            if len(found) != options.pictures or found != expected:
                sys.exit("mlpctl's answers differ by the number of threads")
        for executors in options.workers or [1, 2]:
            out = folder / f"spark-{executors}"
            command = [sys.executable, SPARK, "--model", options.model, "--mlpctl", options.mlpctl]
            command += ["--master", f"local-cluster[{executors},1,1024]", *shards, out]
            seconds = timed(command, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"}, stdout=subprocess.DEVNULL)
            tell(f"Spark, {executors} executor{'s' * (executors > 1)} of one core", seconds, alone[executors])
            if answers_of_spark(out) != expected:
                sys.exit("Spark's answers are not those of mlpctl alone")
        print("all answers are equal")


if __name__ == "__main__":
    main()
