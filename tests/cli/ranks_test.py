"""Training by several processes: under torchrun, under mpirun, and started as Slurm would."""

import array
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import time
import unittest

from support import PROGRAM, ROOT, ProgramTest, environment, needs, write_set

PYTHON = ROOT / ".venv/bin/python"
# Within which the end of a rank has to end all.
MOST_SECONDS = 30


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def own_ranks(size, port=None):
    """The environment of each rank, as a user sets it who has no launcher."""
    port = port or free_port()
    where = {"WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return [where | {"RANK": str(rank)} for rank in range(size)]


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


class RanksTest(ProgramTest):
    def setUp(self):
        super().setUp()
        # 35 steps of an epoch, the last of 6 pictures.
        self.data = write_set(self.folder / "data", train=550, test=100)
        self.before = {path.name for path in self.folder.iterdir()}

    def arguments(self, out, *more):
        fixed = ["train", "--data", self.data, "--out", self.folder / out, "--seed", 5, "--batch-size", 16]
        return [str(word) for word in [*fixed, "--threads", 1, *more]]

    def start(self, variables, arguments):
        """A process for each rank's variables."""
        started = []
        for own in variables:
            process = subprocess.Popen(
                [PROGRAM, *arguments],
                env=environment(**own),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            self.addCleanup(self.end, process)
            started.append(process)
        return started

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def ended(self, process, seconds=120):
        """Exit code, standard output and standard error."""
        out, error = process.communicate(timeout=seconds)
        return process.returncode, out, error

    def train(self, variables, out, *more):
        """Trains with a process for each rank's variables; all have to succeed, and rank 0 alone talks."""
        processes = self.start(variables, self.arguments(out, *more))
        for rank, process in enumerate(processes):
            code, printed, error = self.ended(process)
            self.assertEqual(code, 0, error)
            if rank > 0:
                self.assertEqual((printed, error), ("", ""))
        return self.folder / out

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

    def made(self):
        return {path.name for path in self.folder.iterdir()} - self.before


class Equality(RanksTest):
    """An epoch with changed pictures and one with those as they are; largest difference of a parameter."""

    PLAN = ("--epochs", 2, "--clean-epochs", 1)
    MOST = 2e-4

    def test_ranks_agree_with_one_process_and_with_themselves(self):
        alone = self.alone("alone.safetensors", *self.PLAN)
        for size in (2, 3, 4):
            shared = self.train(own_ranks(size), f"{size}.safetensors", *self.PLAN)
            self.assertLess(difference(alone, shared), self.MOST)
        again = self.train(own_ranks(3), "again.safetensors", *self.PLAN)
        self.assertEqual(parameters(again), parameters(self.folder / "3.safetensors"))
        self.assertEqual(self.made(), {f"{name}.safetensors" for name in ("alone", 2, 3, 4, "again")})

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


def wait_for(holds, processes, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert all(process.poll() is None for process in processes), [p.communicate() for p in processes]
        assert time.monotonic() < end
        time.sleep(0.001)


class Losses(RanksTest):
    """A rank that is lost ends all in time, with a sentence that names it and nothing half-written."""

    def setUp(self):
        super().setUp()
        self.log, self.checkpoint = self.folder / "log.jsonl", self.folder / "run.pt"

    def endless(self, size):
        more = ["--epochs", 100000, "--log", self.log, "--checkpoint", self.checkpoint]
        return self.start(own_ranks(size), self.arguments("out.pt", *more))

    def epochs(self):
        return self.log.read_text().count('"event":"epoch"') if self.log.exists() else 0

    def check_lost(self, processes, lost, since):
        for rank, process in enumerate(processes):
            if rank == lost:
                continue
            code, printed, error = self.ended(process, MOST_SECONDS)
            self.assertEqual(code, 1, error)
            self.assertEqual(printed, "")
            own = f"rank {rank}: " if rank else ""
            self.assertIn(f"mlpctl: {own}rank {lost} ({socket.gethostname()})", error)
            self.assertEqual(error.count("mlpctl: "), 1, error)
        self.assertLess(time.monotonic() - since, MOST_SECONDS)
        self.assertLessEqual(self.made(), {"log.jsonl", "run.pt"})
        self.done("load", self.checkpoint)

    def test_a_rank_that_is_killed_in_a_step(self):
        for lost in (1, 0):
            self.log.unlink(missing_ok=True)
            processes = self.endless(3)
            wait_for(lambda: self.epochs() >= 2, processes)
            time.sleep(0.05)
            since = time.monotonic()
            processes[lost].kill()
            self.check_lost(processes, lost, since)

    def test_a_rank_that_is_stopped(self):
        processes = self.endless(2)
        wait_for(lambda: self.epochs() >= 2, processes)
        since = time.monotonic()
        processes[1].send_signal(signal.SIGSTOP)
        self.check_lost(processes, 1, since)

    def test_rank_0_that_is_stopped(self):
        processes = self.endless(2)
        wait_for(lambda: self.epochs() >= 2, processes)
        since = time.monotonic()
        processes[0].send_signal(signal.SIGSTOP)
        self.check_lost(processes, 0, since)

    def is_writing(self, process):
        """Whether a file without a name, which will take an output's place, is open."""
        folder = f"/proc/{process.pid}/fd"
        try:
            links = [os.readlink(f"{folder}/{name}") for name in os.listdir(folder)]
        except OSError:
            return False
        return any(link.startswith(f"{self.folder}/#") for link in links)

    def test_ranks_that_are_killed_while_a_checkpoint_is_written(self):
        for lost in (0, 1):
            self.log.unlink(missing_ok=True)
            processes = self.endless(2)
            wait_for(lambda: self.epochs() >= 2 and self.is_writing(processes[0]), processes)
            since = time.monotonic()
            processes[lost].kill()
            self.check_lost(processes, lost, since)

    def test_an_error_of_one_is_told_by_all(self):
        ranks = own_ranks(2)
        first = self.start(ranks[:1], self.arguments("out.pt"))
        self.data = self.folder / "nowhere"
        second = self.start(ranks[1:], self.arguments("out.pt"))
        code, _, error = self.ended(second[0])
        self.assertEqual(code, 1)
        self.assertTrue(error.startswith("mlpctl: rank 1: "), error)
        code, _, error = self.ended(first[0], MOST_SECONDS)
        self.assertEqual(code, 1)
        self.assertIn("mlpctl: rank 1 (", error)
        self.assertIn("ended: ", error)
        self.assertIn("nowhere", error)

    def test_other_settings_than_rank_0_has(self):
        ranks = own_ranks(2)
        first = self.start(ranks[:1], self.arguments("out.pt"))
        second = self.start(ranks[1:], self.arguments("out.pt", "--lr", 0.5))
        code, _, error = self.ended(second[0])
        self.assertEqual(code, 2, error)
        self.assertIn("mlpctl: rank 1: other settings, data or weights", error)
        self.assertEqual(self.ended(first[0], MOST_SECONDS)[0], 1)
        self.assertEqual(self.made(), set())


class Meeting(RanksTest):
    def refused_rank(self, code, variables, *more):
        return self.refused(code, *self.arguments("out.pt", "--rendezvous-timeout", 2, *more), env=variables)

    def test_variables_that_contradict_each_other(self):
        said = self.refused_rank(2, own_ranks(2)[1] | {"RANK": "2"})
        self.assertIn("RANK 2 and WORLD_SIZE 2", said)
        self.assertIn("WORLD_SIZE is not", self.refused_rank(2, {"RANK": "0"}))
        self.assertIn("set MASTER_ADDR", self.refused_rank(2, {"RANK": "0", "WORLD_SIZE": "2"}))

    def test_a_rank_that_does_not_come(self):
        since = time.monotonic()
        said = self.refused_rank(1, own_ranks(2)[0])
        self.assertIn("rank 1 of 2 did not come to 127.0.0.1:", said)
        self.assertIn("within 2 s (--rendezvous-timeout)", said)
        self.assertIn("rank 0 cannot be reached at 127.0.0.1:", self.refused_rank(1, own_ranks(2)[1]))
        self.assertLess(time.monotonic() - since, MOST_SECONDS)

    def test_a_rank_that_is_killed_on_the_way(self):
        ranks = own_ranks(3)
        arguments = self.arguments("out.pt", "--rendezvous-timeout", 4)
        first = self.start(ranks[:2], arguments)
        time.sleep(1)
        first[1].kill()
        code, _, error = self.ended(first[0], MOST_SECONDS)
        self.assertEqual(code, 1)
        self.assertIn("of 3 did not come", error)
        self.assertEqual(self.made(), set())

    def test_a_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            said = self.refused_rank(1, own_ranks(2, taken.getsockname()[1])[0])
        self.assertIn("is taken by another program: set MASTER_PORT", said)

    def test_another_machine_s_address(self):
        said = self.refused_rank(1, own_ranks(2)[0] | {"MASTER_ADDR": "192.0.2.1"})
        self.assertIn("192.0.2.1 (MASTER_ADDR) is not this machine", said)

    def test_a_network_interface_that_is_not_there(self):
        ranks = [each | {"GLOO_SOCKET_IFNAME": "none7"} for each in own_ranks(2)]
        said = ""
        for process in self.start(ranks, self.arguments("out.pt", "--rendezvous-timeout", 5)):
            code, _, error = self.ended(process, MOST_SECONDS)
            self.assertEqual(code, 1)
            self.assertTrue(error.startswith("mlpctl: "), error)
            self.assertEqual(error.count("\n"), 1, error)
            said += error
        self.assertIn("none7 (GLOO_SOCKET_IFNAME)", said)

    def test_what_listens_is_bound_to_the_master_s_address_and_a_lone_process_listens_nowhere(self):
        log = self.folder / "log.jsonl"
        endless = ("--epochs", 100000, "--log", log)
        for variables in (own_ranks(2), [{}]):
            log.unlink(missing_ok=True)
            processes = self.start(variables, self.arguments("out.pt", *endless))
            wait_for(lambda: log.exists() and '"epoch"' in log.read_text(), processes)
            found = [address for process in processes for address in listening(process.pid)]
            self.assertEqual(set(found), {"0100007F"} if len(variables) > 1 else set())
            for process in processes:
                process.kill()

    def test_what_one_process_alone_can_do(self):
        words = {"--no-fold is for one process": ["--no-fold"], "--device cuda is for one process": ["--device", "cuda"]}
        for sentence, more in words.items():
            self.assertIn(sentence, self.refused_rank(2, own_ranks(2)[0], *more))

    def test_auto_goes_on_with_a_checkpoint_that_is_named(self):
        self.assertIn("give --checkpoint FILE", self.refused(2, *self.arguments("out.pt", "--resume", "auto")))


def listening(pid):
    """The addresses, as the kernel writes them, at which a process waits for connections."""
    inodes = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            inodes.add(os.readlink(f"/proc/{pid}/fd/{name}"))
        except FileNotFoundError:
            continue
    found = []
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in inodes:
                found.append(words[1].split(":")[0])
    return found


if __name__ == "__main__":
    unittest.main()
