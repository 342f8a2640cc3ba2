"""A link of a given bandwidth and latency between two network namespaces; needs root.

For kernels without netem: each namespace has a TUN device, and this process carries the packets, each
as late as the link would bring it. Both directions are independent of each other.
"""

import collections
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

NEW_NETWORK, SET_DEVICE, IS_TUN_WITHOUT_HEADER = 0x40000000, 0x400454CA, 0x1001
# As large as they may be, so that few have to be carried.
LARGEST_PACKET = 65000
ADDRESSES = ["10.77.0.1", "10.77.0.2"]
NAMES = ["mlpctl-bench-0", "mlpctl-bench-1"]


def ip(*words) -> None:
    subprocess.run(["ip", *map(str, words)], check=True)


def open_end(index: int) -> int:
    """A TUN device that is up in a namespace of its own."""
    ip("netns", "add", NAMES[index])
    with open(f"/run/netns/{NAMES[index]}", encoding="utf-8") as there, open("/proc/self/ns/net", encoding="utf-8") as here:
        set_namespace = ctypes.CDLL(None, use_errno=True).setns
        if set_namespace(there.fileno(), NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, SET_DEVICE, struct.pack("16sH22x", b"link", IS_TUN_WITHOUT_HEADER))
        set_namespace(here.fileno(), NEW_NETWORK)
    inside = ["-n", NAMES[index]]
    ip(*inside, "link", "set", "lo", "up")
    ip(*inside, "link", "set", "dev", "link", "mtu", LARGEST_PACKET, "up")
    ip(*inside, "address", "add", ADDRESSES[index], "peer", ADDRESSES[1 - index], "dev", "link")
    return device


class Direction:
    def __init__(self, source: int, target: int, bits_a_second: float, latency: float):
        self.source, self.target = source, target
        self.seconds_a_byte, self.latency = 8 / bits_a_second, latency
        self.free, self.on_the_way = 0.0, collections.deque()

    def take(self) -> None:
        packet = os.read(self.source, LARGEST_PACKET)
        self.free = max(self.free, time.perf_counter()) + len(packet) * self.seconds_a_byte
        self.on_the_way.append((self.free + self.latency, packet))

    def give(self) -> float:
        """Delivers what is due; when the next is."""
        while self.on_the_way:
            due, packet = self.on_the_way[0]
            if due > time.perf_counter():
                return due
            os.write(self.target, packet)
            self.on_the_way.popleft()
        return float("inf")


def carry(bits_a_second: float, latency: float) -> None:
    """Until the process is ended."""
    ends = [open_end(0), open_end(1)]
    ways = {ends[i]: Direction(ends[i], ends[1 - i], bits_a_second, latency) for i in (0, 1)}
    print("up", flush=True)
    while True:
        due = min(way.give() for way in ways.values())
        wait = max(0.0, due - time.perf_counter()) if due < float("inf") else None
        for end in select.select(ends, [], [], wait)[0]:
            ways[end].take()


class Link:
    """The link while a with block runs."""

    def __init__(self, bits_a_second: float, latency: float):
        self.words = [bits_a_second, latency]

    def __enter__(self):
        command = [sys.executable, __file__, *map(str, self.words)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "up\n":
            self.__exit__()
            raise RuntimeError("no link between network namespaces can be made here")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        for name in NAMES:
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)

    @staticmethod
    def at_end(index: int, command: list) -> list:
        return ["ip", "netns", "exec", NAMES[index], *command]


if __name__ == "__main__":
    carry(*map(float, sys.argv[1:]))
