"""A folder as a disk may hold it, replayed from the calls that a program made."""

import dataclasses
import os

SYS_WRITE, SYS_PWRITE, SYS_WRITEV = 1, 18, 20
TEMPORARY = os.O_TMPFILE


def written(content, writes):
    """The content after these writes, each (place, bytes); without a place it appends."""
    content = bytearray(content)
    for place, part in writes:
        place = len(content) if place is None else place
        content[place : place + len(part)] = part
    return bytes(content)


@dataclasses.dataclass
class Inode:
    synced: bytes = b""
    pending: list = dataclasses.field(default_factory=list)  # of writes since, in order
    # What other_than was asked last, and its answer.
    looked_at: list = dataclasses.field(default_factory=list)
    other: int = None

    def now(self):
        return written(self.synced, self.pending)

    def sync(self):
        self.synced, self.pending = self.now(), []

    def after_cut(self):
        """What may be there of it."""
        yield self.now()
        if not self.pending:
            return
        yield self.synced
        yield written(self.synced, self.pending[:-1])
        yield written(self.synced, self.pending[: len(self.pending) // 2])
        yield self.synced + bytes(len(self.now()) - len(self.synced))
        place, last = self.pending[-1]
        yield written(self.synced, [*self.pending[:-1], (place, last[: len(last) // 2])])

    def other_than(self, allowed):
        """The size of the first content that a cut may leave and that is none of these; or nothing."""
        asked = [self.synced, len(self.pending), *allowed]
        if list(map(id, asked)) != list(map(id, self.looked_at)):
            others = (len(content) for content in self.after_cut() if content not in allowed)
            self.looked_at, self.other = asked, next(others, None)
        return self.other


class Disk:
    """One folder, its files and the descriptors of the program."""

    def __init__(self, folder, old):
        self.folder = folder
        self.names = {name: Inode(content) for name, content in old.items()}
        self.pending = []  # of the folder: functions that change a dictionary of names
        self.open = {}
        self.versions = {name: [content] for name, content in old.items()}
        self.committed = {name: 0 for name in old}

    def inside(self, path):
        return path.startswith(self.folder + "/")

    def change(self, function):
        self.pending.append(function)

    def current(self):
        names = dict(self.names)
        for function in self.pending:
            function(names)
        return names

    def give_name(self, name, inode):
        if not name.endswith(".tmp"):
            self.versions.setdefault(name, [None]).append(inode.now())
            self.committed.setdefault(name, 0)

    def do_open(self, fd, path, flags):
        if flags & TEMPORARY == TEMPORARY and path == self.folder:
            self.open[fd] = Inode()
        elif path == self.folder:
            self.open[fd] = self
        elif self.inside(path) and flags & os.O_ACCMODE != os.O_RDONLY:
            name = path[len(self.folder) + 1 :]
            inode = self.current().get(name)
            if inode is None:
                inode = Inode()
                self.change(lambda names: names.update({name: inode}))
            self.open[fd] = inode

    def do_link(self, fd, name):
        inode = self.open[fd]
        self.change(lambda names: names.update({name: inode}))
        self.give_name(name, inode)

    def do_rename(self, old, new):
        inode = self.current()[old]

        def move(names):
            if names.get(old) is inode:
                del names[old]
            names[new] = inode

        self.change(move)
        self.give_name(new, inode)

    def do_unlink(self, name):
        self.change(lambda names: names.pop(name, None))

    def sync(self):
        """Of the folder."""
        self.names, self.pending = self.current(), []
        for name in self.versions:
            self.committed[name] = len(self.versions[name]) - 1

    def after_cut(self):
        """The names that may be there."""
        for count in range(len(self.pending) + 1):
            names = dict(self.names)
            for function in self.pending[:count]:
                function(names)
            yield names
        for function in self.pending:
            names = dict(self.names)
            function(names)
            yield names


def calls_of(trace):
    """The records, each with the place and the bytes that it wrote."""
    at = 0
    while at < len(trace):
        end = trace.index(b"\n", at)
        parts = trace[at:end].decode(errors="surrogateescape").split("\t")
        at = end + 1
        if len(parts) < 8 or int(parts[2]) < 0:
            continue
        kind, number, result, *arguments, first, second = parts
        content = b""
        if int(number) in (SYS_WRITE, SYS_PWRITE, SYS_WRITEV):
            content = trace[at : at + int(result)]
            at += int(result)
        arguments = [int(a) for a in arguments]
        place = arguments[2] if int(number) == SYS_PWRITE else None
        yield kind, int(result), arguments, first, second, (place, content)


def replay(disk, call):
    kind, result, arguments, first, second, write = call
    name = lambda path: os.path.basename(path)
    if kind == "open":
        disk.do_open(result, first, arguments[2])
    elif kind == "write" and isinstance(disk.open.get(arguments[0]), Inode):
        disk.open[arguments[0]].pending.append(write)
    elif kind == "fsync" and arguments[0] in disk.open:
        disk.open[arguments[0]].sync()
    elif kind == "link" and disk.inside(second):
        disk.do_link(int(name(first)), name(second))
    elif kind == "rename" and disk.inside(second):
        disk.do_rename(name(first), name(second))
    elif kind == "unlink" and disk.inside(first):
        disk.do_unlink(name(first))
    elif kind == "close":
        disk.open.pop(arguments[0], None)
    else:
        return False
    return True


def replayed(calls, folder, old):
    """The disk after each call that concerns it."""
    disk = Disk(folder, old)
    for call in calls:
        if replay(disk, call):
            yield call, disk
