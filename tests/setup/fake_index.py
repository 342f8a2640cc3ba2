"""Package indexes in a folder, of wheels that hold next to nothing."""

import hashlib
import zipfile

MEGABYTE = 1_000_000


def wheel(folder, name, version, requires=(), files=(), megabytes=0):
    """Writes a wheel that pip installs anywhere; `files` are the names of empty ones in it."""
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name.replace('-', '_')}/__init__.py", f"__version__ = {version!r}\n")
        for file in files:
            archive.writestr(file, b"")
        archive.writestr(f"{info}/padding", bytes(megabytes * MEGABYTE))
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


class Index:
    """A "simple" index: a page for each package, and the files beside the pages."""

    def __init__(self, folder):
        self.folder = folder
        self.url = (folder / "simple").as_uri()
        (folder / "files").mkdir(parents=True)
        (folder / "simple").mkdir()

    def add(self, name, version, **contents):
        path = wheel(self.folder / "files", name, version, **contents)
        page = self.folder / "simple" / name / "index.html"
        page.parent.mkdir(exist_ok=True)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        link = f'<a href="../../files/{path.name.replace("+", "%2B")}#sha256={digest}">{path.name}</a>\n'
        with page.open("a") as out:
            out.write(link)

    def add_cpu_torch(self, version):
        self.add("torch", version, requires=["filelock"], files=["torch/lib/libtorch_cpu.so"], megabytes=2)

    def add_cuda_torch(self, version):
        self.add(
            "torch",
            version,
            requires=["filelock", 'nvidia-cublas==1.0; platform_system == "Linux"'],
            files=["torch/lib/libtorch_cpu.so", "torch/lib/libtorch_cuda.so"],
            megabytes=5,
        )

    def add_others(self, names):
        for name, version in names:
            self.add(name, version)
        self.add("filelock", "3.0")
        self.add("nvidia-cublas", "1.0", megabytes=20)
