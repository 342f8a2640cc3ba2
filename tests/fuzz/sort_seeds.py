"""Sorts state files into the corpora of the fuzz targets: sort_seeds.py FILES CORPUS"""

import io
import pathlib
import sys
import zipfile


def target_of(data):
    if data[:4] == b"PK\3\4":
        return "zip"
    if data[257:262] == b"ustar":
        return "tar"
    if data[:1] == b"\x80":
        return "legacy"
    return "safetensors" if data[8:9] == b"{" else None


def data_pickle(data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return next(archive.read(n) for n in archive.namelist() if n.endswith("data.pkl"))
    except (zipfile.BadZipFile, StopIteration, RuntimeError, ValueError):
        return None


def main(files, corpus):
    for file in sorted(pathlib.Path(files).iterdir()):
        data = file.read_bytes()
        target = target_of(data)
        seeds = {target: data} if target else {}
        if target == "zip" and (pickle := data_pickle(data)):
            seeds["pickle"] = seeds["fit"] = pickle
        for name, seed in seeds.items():
            if len(seed) > 20000:
                continue
            folder = pathlib.Path(corpus, name)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / file.name).write_bytes(seed)


main(*sys.argv[1:])
