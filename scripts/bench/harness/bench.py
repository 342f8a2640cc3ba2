"""Where things are and how long to measure: what every section gets."""

import sys
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from . import machine, processes

HERE = Path(__file__).resolve().parent.parent
PEERS = HERE / "peers"


@dataclass
class Bench:
    mlpctl: Path
    data: Path
    build: Path
    figures: Path
    quick: bool
    rates: dict = field(default_factory=dict)

    @property
    def rounds(self) -> int:
        return 2 if self.quick else 5

    @property
    def thread_counts(self) -> list:
        return [1] if machine.cores() == 1 else [1, 2]

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def peer(self, name: str, *arguments) -> list:
        """The command line of a script under peers/."""
        return [sys.executable, PEERS / f"{name}.py", *arguments]

    def worker(self, name: str, threads: int, batch: int, model: Path | None = None) -> processes.Worker:
        options = ["--data", self.data, "--threads", threads, "--batch-size", batch]
        if model is not None:
            options += ["--model", model]
        environment = {"TORCHINDUCTOR_CACHE_DIR": str(self.build / "inductor")}
        if name.startswith("jax") and threads == 1:
            # JAX has no option for this; NPROC is what its CPU client sizes its pools by.
            environment |= {"NPROC": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
        return processes.Worker(self.peer(name, *options), environment=environment)

    def rate(self, threads: int) -> float:
        """Operations a second of the fastest matrix product found here."""
        if threads not in self.rates:
            self.rates[threads] = float(processes.run(self.peer("gemm_rate", threads)).out)
        return self.rates[threads]

    def with_images(self, count: int) -> "Bench":
        """The same, on a set of `count` training images made for it."""
        folder = self.build / f"images-{count}"
        processes.run(self.peer("write_set", self.data, folder, count))
        return replace(self, data=folder)

    @cached_property
    def model(self) -> Path:
        """A plainly trained model, made once a run."""
        target = self.build / "mlp.pt"
        processes.run([self.mlpctl, "train", "--data", self.data, "--recipe", "plain", "--epochs", 1,
                       "--out", target])
        return target

    @cached_property
    def onnx_model(self) -> Path:
        target = self.build / "mlp.onnx"
        processes.run(self.peer("onnx_file", self.model, target))
        return target
