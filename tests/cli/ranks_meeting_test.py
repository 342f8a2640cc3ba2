"""How the processes of a training meet, and what keeps them from it."""

import os
import pathlib
import socket
import time
import unittest

from ranks import MOST_SECONDS, RanksTest, own_ranks, wait_for


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
        # An address of documents, which nobody answers at, and a name of nobody's.
        for host in ("192.0.2.1", "nobody.invalid"):
            said = self.refused_rank(1, own_ranks(2)[1] | {"MASTER_ADDR": host})
            self.assertIn(f"rank 0 cannot be reached at {host}:", said)
        # Four times two seconds, and what it takes to start.
        self.assertLess(time.monotonic() - since, 4 * (2 + 2))

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

    def test_devices_that_are_not_there(self):
        for process in self.start(own_ranks(2), self.arguments("out.pt", "--device", "cuda:7")):
            code, _, error = self.ended(process, MOST_SECONDS)
            self.assertIn(code, (1, 2), error)
            self.assertIn("--device cuda:7: ", error)
            self.assertEqual(error.count("\n"), 1, error)
        self.assertEqual(self.made(), set())

    def test_what_ended_another_rank_names_options_too(self):
        first, second = own_ranks(2)
        processes = self.start([first], self.arguments("out.pt", "--device", "cuda:7"))
        processes += self.start([second], self.arguments("out.pt", "--device", "cpu"))
        for process in processes:
            code, _, error = self.ended(process, MOST_SECONDS)
            self.assertIn(code, (1, 2), error)
            self.assertIn("--device cuda:7: ", error)
            self.assertNotIn("`", error)
        self.assertEqual(self.made(), set())

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
