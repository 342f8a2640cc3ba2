"""Training by several processes: under torchrun, under mpirun, and started as Slurm would."""

import array
import json
import os
import pathlib
import struct
import subprocess
import unittest

from ranks import RanksTest, by_network, free_port, own_ranks, wait_for
from support import PROGRAM, ROOT, environment, needs

PYTHON = ROOT / ".venv/bin/python"


def slurm_ranks(size):
    """What srun sets, by its manual; there is no Slurm here."""
    return [
        {
            "SLURM_JOB_ID": str(os.getpid()),
            "SLURM_STEP_ID": "0",
            "SLURM_PROCID": str(rank),
            "SLURM_LOCALID": str(rank),
            "SLURM_NODEID": "0",
            "SLURM_NTASKS": str(size),
            "SLURM_STEP_NUM_TASKS": str(size),
            "SLURM_STEP_NODELIST": "localhost",
            "SLURM_STEP_TASKS_PER_NODE": str(size),
        }
        for rank in range(size)
    ]


def parameters(path):
    """The values of a safetensors file, by name."""
    data = pathlib.Path(path).read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    found = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            found[name] = array.array("f", data[8 + size + begin : 8 + size + end])
    return found


def difference(one, other):
    """The largest of any parameter."""
    one, other = parameters(one), parameters(other)
    assert one.keys() == other.keys()
    return max(abs(a - b) for name in one for a, b in zip(one[name], other[name], strict=True))


class Equality(RanksTest):
    """An epoch with changed pictures and one with those as they are; largest difference of a parameter."""

    PLAN = ("--epochs", 2, "--clean-epochs", 1)
    MOST = 2e-4

    def launch(self, launcher, out, *more, **variables):
        done = subprocess.run(
            [*map(str, launcher), PROGRAM, *self.arguments(out, *more)],
            env=environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=200,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def alone(self, out, *more):
        self.done(*self.arguments(out, *more))
        return self.folder / out

    def test_ranks_agree_with_one_process_and_with_themselves(self):
        alone = self.alone("alone.safetensors", *self.PLAN)
        for size in (2, 3, 4):
            shared = self.train(own_ranks(size), f"{size}.safetensors", *self.PLAN)
            self.assertLess(difference(alone, shared), self.MOST)
        again = self.train(own_ranks(3), "again.safetensors", *self.PLAN)
        self.assertEqual(parameters(again), parameters(self.folder / "3.safetensors"))
        network = self.train(by_network(own_ranks(3)), "network.safetensors", *self.PLAN)
        self.assertEqual(parameters(network), parameters(again))
        names = ("alone", 2, 3, 4, "again", "network")
        self.assertEqual(self.made(), {f"{name}.safetensors" for name in names})

    def test_layer_by_layer(self):
        # LibTorch's tensors on the CPU, summed as those of CUDA devices are but by Gloo.
        layers = ("--no-fold", *self.PLAN)
        alone = self.alone("alone.safetensors", *layers)
        for size in (2, 3):
            shared = self.train(own_ranks(size), f"{size}.safetensors", *layers)
            self.assertLess(difference(alone, shared), self.MOST)
        again = self.train(by_network(own_ranks(3)), "again.safetensors", *layers)
        self.assertEqual(parameters(again), parameters(self.folder / "3.safetensors"))
        cut = ("--checkpoint", self.folder / "run.pt", "--resume", "auto", *layers)
        self.train(own_ranks(2), "cut.safetensors", *cut, "--max-steps", 20)
        self.train(own_ranks(3), "cut.safetensors", *cut)
        self.assertLess(difference(alone, self.folder / "cut.safetensors"), self.MOST)

    @needs("mpirun")
    def test_mpirun(self):
        self.train(own_ranks(2), "own.safetensors", *self.PLAN)
        mpirun = ["mpirun", "--oversubscribe", "-np", 2]
        root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        done = self.launch(mpirun, "mpi.safetensors", *self.PLAN, **root)
        self.assertEqual(done.stdout.count("2 epochs, test accuracy"), 1)
        self.assertIn("2 ranks by Open MPI, each cpu, 1 thread", done.stderr)
        self.assertEqual(parameters(self.folder / "mpi.safetensors"), parameters(self.folder / "own.safetensors"))

    def test_torchrun_and_its_restarts(self):
        own = self.train(own_ranks(2), "own.safetensors", *self.PLAN)
        torchrun = [PYTHON, "-m", "torch.distributed.run", "--nproc-per-node", 2, "--master-port", free_port()]
        once = "test ! -e failed && [ $RANK = 1 ] && touch failed && exit 1; exec \"$@\""
        restarted = [*torchrun, "--max-restarts", 1, "--no-python", "--", "sh", "-c", f"cd {self.folder}; {once}", "sh"]
        done = self.launch(restarted, "torchrun.safetensors", *self.PLAN, "--log", self.folder / "log.jsonl")
        self.assertTrue((self.folder / "failed").exists())
        self.assertIn("2 ranks by torchrun, each cpu, 1 thread", done.stderr)
        self.assertEqual(parameters(self.folder / "torchrun.safetensors"), parameters(own))
        # Under torchrun, whose store the ranks meet in.
        layers = ("--no-fold", "--epochs", 1)
        self.launch([*torchrun, "--no-python", "--"], "layers.safetensors", *layers)
        own = self.train(own_ranks(2), "own layers.safetensors", *layers)
        self.assertEqual(parameters(self.folder / "layers.safetensors"), parameters(own))

    def test_slurm_by_its_variables(self):
        own = self.train(own_ranks(2), "own.safetensors", *self.PLAN)
        slurm = self.train(slurm_ranks(2), "slurm.safetensors", *self.PLAN)
        self.assertEqual(parameters(slurm), parameters(own))

    def test_a_shell_of_salloc_makes_no_rank(self):
        shell = slurm_ranks(2)[0]
        del shell["SLURM_STEP_ID"]
        self.done(*self.arguments("out.pt", "--epochs", 1), env=shell)

    def test_a_run_goes_on_with_other_ranks(self):
        whole = self.alone("whole.safetensors", *self.PLAN)
        cut = ("--checkpoint", self.folder / "run.pt", "--resume", "auto", *self.PLAN)
        self.train(own_ranks(2), "cut.safetensors", *cut, "--max-steps", 20)
        self.train(own_ranks(3), "cut.safetensors", *cut, "--max-steps", 50)
        self.alone("cut.safetensors", *cut)
        self.assertLess(difference(whole, self.folder / "cut.safetensors"), self.MOST)

    def test_a_termination_of_any_rank_keeps_the_work_of_all(self):
        log = self.folder / "log.jsonl"
        processes = self.start(own_ranks(2), self.arguments("out.pt", "--epochs", 100000, "--log", log))
        wait_for(lambda: log.exists() and '"epoch"' in log.read_text(), processes)
        processes[1].terminate()
        for process in processes:
            self.assertEqual(self.ended(process)[0], 143)
        self.done("load", self.folder / "out.pt")


if __name__ == "__main__":
    unittest.main()
