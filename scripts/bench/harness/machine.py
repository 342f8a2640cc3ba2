"""Which machine this is, and how fast it multiplies."""

import os
from pathlib import Path


def cores() -> int:
    return len(os.sched_getaffinity(0))


def processor() -> str:
    """The processor as it names itself, with what tells apart models that share a name."""
    fields = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    name = fields.get("model name", os.uname().machine)
    details = [f"family {fields['cpu family']} model {fields['model']}"] if "cpu family" in fields else []
    flags = fields.get("flags", fields.get("Features", "")).split()
    widest = [f for f in ("avx512f", "avx2", "sve", "asimd") if f in flags][:1]
    return ", ".join([name, *details, *widest, f"{cores()} core{'s' if cores() > 1 else ''}"])


def distribution() -> str:
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return os.uname().sysname
