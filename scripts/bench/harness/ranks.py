"""Training by several processes: how they are started, and what a step takes and sends."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass

from . import processes
from .bench import Bench

# In a network of its own a command's bytes are its own; /proc/net/dev has them by interface.
ISOLATED = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c",
            'ip link set lo up && "$@" >&2 && sed -n "s/^ *lo: *//p" /proc/self/net/dev', "sh"]
# Else ranks of one machine would leave their messages in memory, and find each other by the machine's name.
BY_NETWORK = {"GLOO_SOCKET_IFNAME": "lo"}


@dataclass(frozen=True)
class Step:
    seconds: float
    cpu_seconds: float = 0


def torchrun(ranks: int, *command) -> list:
    launcher = [sys.executable, "-m", "torch.distributed.run", "--master-port", free_port()]
    return [*launcher, "--nproc-per-node", ranks, *command]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def train_command(bench: Bench, batch: int, threads: int, epochs: int) -> list:
    return [bench.mlpctl, "train", "--data", bench.data, "--recipe", "plain", "--seed", 1, "--batch-size", batch,
            "--threads", threads, "--epochs", epochs, "--log", log(bench), "--out", bench.build / "ranks.pt"]


def log(bench: Bench):
    return bench.build / "ranks.jsonl"


def logged_step(bench: Bench, batch: int) -> float:
    """Seconds of a step in the last epoch, by the program's own clock."""
    events = [json.loads(line) for line in log(bench).read_text().splitlines()]
    return batch / [event for event in events if event["event"] == "epoch"][-1]["images_per_second"]


def alone(bench: Bench, batch: int, threads: int) -> Step:
    processes.run(train_command(bench, batch, threads, 2))
    return Step(logged_step(bench, batch))


def by_torchrun(bench: Bench, batch: int, ranks: int, environment: dict) -> Step:
    command = torchrun(ranks, "--no-python", "--", *train_command(bench, batch, 1, 2))
    processes.run(command, environment={"OMP_NUM_THREADS": "1"} | environment)
    return Step(logged_step(bench, batch))


def ddp_command(bench: Bench, batch: int, ranks: int, steps: int) -> list:
    peer = bench.peer("python_ddp", "--data", bench.data, "--batch-size", batch, "--threads", 1, "--steps", steps)[1:]
    return torchrun(ranks, *peer)


def ddp(bench: Bench, batch: int, ranks: int, steps: int) -> Step:
    """Rank 0's answer: a line of JSON."""
    out = processes.run(ddp_command(bench, batch, ranks, steps), environment={"OMP_NUM_THREADS": "1"} | BY_NETWORK).out
    return Step(json.loads(out)["seconds"])


def started(commands: list) -> float:
    """Runs commands side by side, each with an environment of its own; the processor time of them all."""
    children = [subprocess.Popen([str(word) for word in command], env=os.environ | environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                for command, environment in commands]
    spent = 0
    for child in children:
        with child.stderr as said:
            words = said.read().decode()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise RuntimeError(f"{child.args}: {words}")
        spent += usage.ru_utime + usage.ru_stime
    return spent


def own_ranks(size: int, address: str = "127.0.0.1") -> list:
    """The variables of each rank, as a user sets them who has no launcher."""
    where = {"WORLD_SIZE": str(size), "MASTER_ADDR": address, "MASTER_PORT": str(free_port())}
    return [where | {"RANK": str(rank)} for rank in range(size)]


def bytes_sent(command: list) -> int:
    environment = {"OMP_NUM_THREADS": "1"} | BY_NETWORK
    words = processes.run([*ISOLATED, *command], environment=environment).out.split()
    return int(words[0])  # On lo what is received is what was sent.


def bytes_a_step(command_of, steps: int) -> float:
    """Of all ranks together; the difference between one and three times so many steps, which leaves out the meeting."""
    return (bytes_sent(command_of(3)) - bytes_sent(command_of(1))) / (2 * steps)
