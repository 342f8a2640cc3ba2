#!/usr/bin/env python3
"""Installs Python packages with pip: says first what is downloaded and how large it is.

    python_packages.py [--cuda] [--torch] [REQUIREMENT...]

--torch adds PyTorch: its CPU build, from PyTorch's own index of CPU builds or any index that pip is
set to use. Exit 3 when there is only the CUDA build, which --cuda takes; 4 when there is none.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

TESTED = "2.13.0"  # taken where the index has it, else the newest
OLDEST = (2, 6, 0)
ONLY_CUDA = 3
NO_TORCH = 4
# The address that PyTorch's page of installation gives for its CPU builds; set to nothing, it is not asked.
CPU_INDEX = os.environ.get("MLPCTL_TORCH_INDEX", "https://download.pytorch.org/whl/cpu")
# An index that does not answer is given up soon; pip's own waiting is for one that answers slowly.
IMPATIENT = ["--timeout", "5", "--retries", "1"]


class Failure(Exception):
    def __init__(self, sentence, status=1):
        super().__init__(sentence)
        self.status = status


class OnlyCuda(Exception):
    """The index has no CPU build; the argument is the version that it has."""


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def no_answer(result):
    signs = "NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError"
    return re.search(signs, result.stderr) is not None


def reason_of(result):
    """The sentence for a pip that failed."""
    if no_answer(result) and re.search("from versions: none|No matching distribution", result.stderr):
        return (
            "no package index answers, so Python packages cannot be installed: is there a network, or does "
            f"pip have to be told of an index or a proxy? {without_pip()}"
        )
    errors = re.findall(r"^ERROR: (.*)", result.stderr, re.MULTILINE)
    return errors[0] if errors else (result.stderr.strip().splitlines() or ["pip failed"])[-1]


def release(version):
    """(2, 13, 0) of "2.13.0+cpu"; nothing for a pre-release."""
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(\+.*)?", version)
    return tuple(map(int, match.groups()[:3])) if match else None


def best(versions):
    """TESTED, else the newest."""
    tested = [version for version in versions if version.split("+")[0] == TESTED]
    return (tested or sorted(versions, key=release) or [None])[-1]


def listed_versions(index):
    """The versions of PyTorch for this Python, and the index as it is to be used further."""
    result = pip("index", "versions", "torch", *index, *IMPATIENT)
    if index and no_answer(result):
        # Asked again for every package it would cost minutes.
        print(f"  {CPU_INDEX} does not answer; looking at pip's own index alone", flush=True)
        return listed_versions([])
    if result.returncode != 0 and "No matching distribution" not in result.stderr:
        raise Failure(reason_of(result), NO_TORCH)
    line = re.search(r"^Available versions: (.*)", result.stdout, re.MULTILINE)
    versions = line.group(1).split(", ") if line else []
    versions = [version for version in versions if (release(version) or (0,)) >= OLDEST]
    if not versions:
        python = ".".join(platform.python_version_tuple()[:2])
        raise Failure(
            reason_of(result)
            if no_answer(result)
            else f"the package index has no PyTorch 2.6 or newer for Python {python} on "
            f"{platform.machine()}. {without_pip()}",
            NO_TORCH,
        )
    return versions, index


def plan_of(requirements, index):
    """What pip would install: its report's entries."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "report.json")
        result = pip("install", "--dry-run", "--quiet", "--report", path, *index, *requirements)
        if result.returncode != 0:
            raise Failure(reason_of(result))
        return json.loads(path.read_text())["install"]


def is_cuda(entry):
    """Whether a torch of pip's report is the CUDA build: it names libraries of NVIDIA's."""
    needs = entry["metadata"].get("requires_dist", [])
    return any(re.match(r"nvidia-|cuda-", need, re.IGNORECASE) for need in needs)


def cpu_torch(versions, index):
    """The requirement of the CPU build, which a plain version may be as well."""
    marked = best([version for version in versions if version.endswith("+cpu")])
    if marked:
        return f"torch=={marked}"
    plain = best([version for version in versions if "+" not in version])
    if plain is None:
        raise OnlyCuda(best(versions))
    requirement = f"torch==={plain}"
    entry = plan_of(["--no-deps", "--ignore-installed", requirement], index)[0]
    if is_cuda(entry):
        raise OnlyCuda(plain)
    return requirement


def without_pip():
    return "PyTorch itself is not needed where LIBTORCH is the folder of a LibTorch"


def cuda_torch(versions):
    version = best([version for version in versions if not version.endswith("+cpu")])
    if version is None:
        raise Failure("the package index has no CUDA build of PyTorch", NO_TORCH)
    return f"torch==={version}"


def with_nccl_headers(requirements, index):
    """With the headers that NCCL's needs, which the wheels for CUDA 13 come without, where the index has them."""
    entries = plan_of(requirements, index)
    versions = [entry["metadata"]["version"] for entry in entries if entry["metadata"]["name"] == "nvidia-cuda-runtime"]
    names = ("nvidia-cuda-crt", "nvidia-cuda-cccl")
    headers = [f"{name}=={version.rpartition('.')[0]}.*" for version in versions for name in names]
    try:
        plan_of([*requirements, *headers], index)
    except Failure:
        print(f"  the package index has no {' and '.join(names)}: several processes will train on the CPU alone", flush=True)
        return requirements
    return [*requirements, *headers]


def bytes_of(entry):
    """The size of a file to download, or 0 where its server does not say."""
    url = entry["download_info"]["url"]
    if url.startswith("file:"):
        return os.path.getsize(urllib.request.url2pathname(urllib.parse.urlparse(url).path))
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=5) as answer:
            return int(answer.headers.get("Content-Length", 0))
    except (OSError, ValueError):
        return 0


def described(entries):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sizes = list(pool.map(bytes_of, entries))
    megabytes = sum(sizes) / 1e6
    amount = f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"
    files = "1 file" if len(sizes) == 1 else f"{len(sizes)} files"
    text = f"{files}, {'at least ' if 0 in sizes else ''}{amount} to download"
    if any(entry["metadata"]["name"] == "torch" and is_cuda(entry) for entry in entries):
        text += ", about twice that on the disk"
    return text


def names_of(entries, requirements):
    """The asked-for ones with their versions: what they bring along is in the count of files."""
    asked = {re.split(r"[=<>!~ \[@]", requirement)[0].lower() for requirement in requirements}
    return ", ".join(
        f"{entry['metadata']['name']} {entry['metadata']['version']}"
        for entry in entries
        if entry["metadata"]["name"].lower() in asked
    )


def install(requirements, index):
    entries = plan_of(requirements, index)
    if not entries:
        return
    print(f"  {names_of(entries, requirements)}: {described(entries)}", flush=True)
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
    if subprocess.run([*command, *quiet, *index, *requirements], check=False).returncode != 0:
        raise Failure("pip could not install them")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuda", action="store_true")
    parser.add_argument("--torch", action="store_true")
    parser.add_argument("requirements", nargs="*")
    wanted = parser.parse_args()
    requirements = wanted.requirements
    index = []
    if wanted.torch:
        spec = os.environ.get("MLPCTL_TORCH_SPEC")
        if not spec and not wanted.cuda:
            index = ["--extra-index-url", CPU_INDEX] if CPU_INDEX else []
        versions, index = ([], []) if spec else listed_versions(index)
        torch = spec or (cuda_torch(versions) if wanted.cuda else cpu_torch(versions, index))
        requirements = [torch, *requirements]
        if wanted.cuda and not spec:
            requirements = with_nccl_headers(requirements, index)
    if requirements:
        install(requirements, index)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"setup.sh: {failure}", file=sys.stderr)
        sys.exit(failure.status)
    except OnlyCuda as only:
        print(f"  the package index has PyTorch only as its CUDA build, torch {only}", flush=True)
        sys.exit(ONLY_CUDA)
    except KeyboardInterrupt:
        sys.exit(130)
