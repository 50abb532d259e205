"""A model of a disk that may lose power.

What a program does to files is a row of changes.  Each belongs to the file or
folder that it changes.  A change is safe once a sync of that file or folder
that began after it has returned.  A change that is not safe may or may not have
reached the disk, each for itself:

- a name in a folder: made, removed, or moved (at once) within the folder;
- the length of a file, cut or grown, where what has grown reads as zeros, or
  as whatever lay on the disk before;
- the data of a write, as a whole or in pieces of 4096 or 512 bytes.

There is no other order between changes, be it in the same folder.  Of two
changes of the same piece or name the later one wins if both arrive; that the
earlier one arrives last is the same as that the later one does not arrive.
A write through a descriptor with O_DSYNC is safe by itself.  A folder that was
synced keeps its names; that says nothing of the folder above it.

What is written through a shared map is not recorded: such a file may hold
anything at all, as long as it is.
"""

import hashlib
import os
import random

ROOT = 0
NEVER = 1 << 60      # a record that does not come
WHOLE = 1 << 60      # no piece is larger
GARBAGE = random.Random(7).randbytes(1 << 18)


class NotModelled(Exception):
    """A call that this model has no idea of."""


class Disk:
    """Folders and files by number; a name leads to a number."""

    def __init__(self):
        self.folders = {ROOT: {}}
        self.files = {}
        self.last = ROOT

    def new_number(self):
        self.last += 1
        return self.last

    def copy(self):
        other = Disk()
        other.folders = {n: dict(names) for n, names in self.folders.items()}
        other.files = {n: bytearray(data) for n, data in self.files.items()}
        other.last = self.last
        return other

    def load(self, path, number=ROOT):
        """Takes in a real folder."""
        for name in sorted(os.listdir(path)):
            one = os.path.join(path, name)
            child = self.folders[number][name] = self.new_number()
            if os.path.isdir(one):
                self.folders[child] = {}
                self.load(one, child)
            else:
                with open(one, "rb") as f:
                    self.files[child] = bytearray(f.read())
        return self

    def walk(self, number=ROOT, path=""):
        """Pairs of path and data, None for a folder, as far as names lead."""
        for name, child in sorted(self.folders[number].items()):
            one = os.path.join(path, name)
            if child in self.folders:
                yield one, None
                yield from self.walk(child, one)
            else:
                yield one, self.files[child]

    def store(self, path):
        """Makes a real folder of it."""
        os.mkdir(path)
        for name, data in self.walk():
            one = os.path.join(path, name)
            if data is None:
                os.mkdir(one, 0o700)
                continue
            with open(os.open(one, os.O_WRONLY | os.O_CREAT | os.O_EXCL,
                              0o600), "wb") as f:
                f.write(data)

    def digest(self):
        h = hashlib.blake2b()
        for name, data in self.walk():
            kind = b"folder" if data is None else b"%d" % len(data)
            h.update(name.encode() + b"\0" + kind + b"\0")
            h.update(data or b"")
        return h.digest()

    def find(self, path):
        """The number of a path such as "index/CURRENT", or None."""
        number = ROOT
        for name in path.split("/") if path else []:
            number = self.folders.get(number, {}).get(name)
        return number


class Change:
    """One change that reaches the disk as a whole or not at all."""

    def __init__(self, owner):
        self.owner = owner          # number of the file or folder to sync
        self.record = None          # of the call that made it
        self.safe_at = NEVER        # the record from which on it is safe
        self.promised_at = NEVER    # the same, had no sync been ignored

    def pieces(self, size):
        return [self]


class Name(Change):
    """Folder, name -> file or folder; None removes the name."""

    def __init__(self, folder, name, child, is_folder=False, old_name=None):
        super().__init__(folder)
        self.name, self.child = name, child
        self.is_folder, self.old_name = is_folder, old_name

    def __str__(self):
        if self.child is None:
            return "-" + self.name
        return "+" + self.name if self.old_name is None else "%s>%s" % (
            self.old_name, self.name)

    def apply(self, disk, fill):
        names = disk.folders.setdefault(self.owner, {})
        if self.old_name is not None:
            names.pop(self.old_name, None)
        if self.child is None:
            names.pop(self.name, None)
            return
        names[self.name] = self.child
        kind = disk.folders if self.is_folder else disk.files
        kind.setdefault(self.child, {} if self.is_folder else bytearray())


class Length(Change):
    def __init__(self, number, length, only_grow):
        super().__init__(number)
        self.length, self.only_grow = length, only_grow

    def __str__(self):
        return "length %d" % self.length

    def apply(self, disk, fill):
        data = disk.files.setdefault(self.owner, bytearray())
        if len(data) < self.length:
            data += fill(len(data), self.length)
        elif not self.only_grow:
            del data[self.length:]


class Data(Change):
    def __init__(self, number, offset, data):
        super().__init__(number)
        self.offset, self.data = offset, data

    def __str__(self):
        return "%d+%d" % (self.offset, len(self.data))

    def apply(self, disk, fill):
        data = disk.files.setdefault(self.owner, bytearray())
        if len(data) < self.offset:
            data += fill(len(data), self.offset)
        data[self.offset:self.offset + len(self.data)] = self.data

    def pieces(self, size):
        result, at, end = [], self.offset, self.offset + len(self.data)
        while at < end:
            stop = min(end, at - at % size + size)
            piece = Data(self.owner, at, self.data[
                at - self.offset:stop - self.offset])
            piece.record = self.record
            result.append(piece)
            at = stop
        return result


def zeros(begin, end):
    return bytes(end - begin)


def garbage(begin, end):
    """What lay on the disk before."""
    out = bytearray()
    while len(out) < end - begin:
        out += GARBAGE[:end - begin - len(out)]
    return bytes(out)


class Record:
    def __init__(self, name, began, number, flags, path, data):
        self.name, self.began, self.number = name, began, number
        self.flags, self.path, self.data = flags, path, data


def read_records(path):
    """What kill_at --record wrote; see record.h."""
    records = []
    with open(path, "rb") as f:
        while True:
            head = f.readline()
            if not head:
                return records
            name, began, number, flags, npath, ndata = head.split()
            where = f.read(int(npath)).decode()
            data = f.read(int(ndata))
            if f.read(1) != b"\n":
                raise ValueError("a record that has no end")
            records.append(Record(name.decode(), int(began), int(number),
                                  int(flags), where, data))


class Recording:
    """What runs of a program did to a folder."""

    def __init__(self, name, root):
        self.name, self.root = name, root
        self.before = Disk().load(root)
        self.runs = []              # lists of records

    def finish(self):
        """Raises if the model does not end up where the folder did."""
        history = History(self)
        real = dict(Disk().load(self.root).walk())
        model = dict(history.now.walk())
        if real.keys() != model.keys():
            raise NotModelled("model %s, real %s" % (
                sorted(model), sorted(real)))
        for path in real:
            if history.now.find(path) not in history.mapped \
                    and real[path] != model[path]:
                raise NotModelled("%s is not what was recorded" % path)


def ignore_none(record, last):
    return False


class History:
    """The changes that a recording consists of, and when each is safe.

    ignores(record, last) says of a sync that the disk pays no heed to it; last
    is the record before it."""

    def __init__(self, recording, ignores=ignore_none):
        self.name = recording.name
        self.root, self.before = recording.root, recording.before
        self.now = self.before.copy()   # as the program sees it
        self.changes = []
        self.syncs = []             # records that are one
        self.commits = []           # writes into what stands, safe at once
        self.nrecords = 0
        self.mapped = set()
        for run in recording.runs:
            base, last = self.nrecords, None
            for r in run:
                self.add_record(r, base, ignores(r, last))
                self.nrecords += 1
                last = r

    def inside(self, path):
        if path != self.root and not path.startswith(self.root + "/"):
            return None
        return path[len(self.root) + 1:]

    def split(self, path):
        """The number of the folder, and the name in it."""
        folder, _, name = path.rpartition("/")
        number = self.now.find(folder)
        if number not in self.now.folders:
            raise NotModelled("no folder for %s" % path)
        return number, name

    def put(self, change, is_safe=False):
        change.record = self.nrecords
        if is_safe:
            change.safe_at = change.promised_at = self.nrecords
        change.apply(self.now, zeros)
        self.changes.append(change)

    def add_record(self, r, base, is_ignored):
        # a file without a name is gone after a crash
        if r.path.endswith(" (deleted)") or r.flags & os.O_TMPFILE \
                == os.O_TMPFILE and r.name == "open":
            return
        path = self.inside(r.path)
        if path is None:
            if r.name == "write" and r.path.startswith("/dev/"):
                return
            raise NotModelled("%s outside: %s" % (r.name, r.path))
        if r.name == "sync":
            self.sync(self.now.find(path), base + r.began, is_ignored)
        elif r.name in ("open", "mkdir", "unlink", "rename"):
            self.change_names(r, path)
        elif r.name != "flush":
            self.change_file(r, self.now.find(path), path)

    def sync(self, number, began, is_ignored):
        self.syncs.append(self.nrecords)
        for c in self.changes:
            if c.owner == number and c.record < began:
                c.promised_at = min(c.promised_at, self.nrecords)
                if not is_ignored:
                    c.safe_at = min(c.safe_at, self.nrecords)

    def change_names(self, r, path):
        folder, name = self.split(path)
        child = self.now.find(path)
        if r.name == "unlink":
            self.put(Name(folder, name, None))
        elif r.name == "rename":
            to_folder, to_name = self.split(self.inside(r.data.decode()))
            if to_folder != folder or r.flags:
                raise NotModelled("rename of %s to %r" % (path, r.data))
            self.put(Name(folder, to_name, child, child in self.now.folders,
                          name))
        elif child is None:
            self.put(Name(folder, name, self.now.new_number(),
                          r.name == "mkdir"))
        elif r.flags & os.O_TRUNC:
            self.put(Length(child, 0, False))

    def change_file(self, r, number, path):
        if number not in self.now.files:
            raise NotModelled("%s of %s" % (r.name, path))
        if r.name == "write":
            end = r.number + len(r.data)
            if end > len(self.now.files[number]):
                self.put(Length(number, end, True), r.flags)
            self.put(Data(number, r.number, r.data), r.flags)
            if r.flags and number <= self.before.last:
                self.commits.append(self.nrecords)
        elif r.name == "truncate":
            self.put(Length(number, r.number, False))
        elif r.name == "allocate" and not r.flags:
            self.put(Length(number, r.number, True))
        elif r.name == "map" and os.path.basename(path) == "lock.mdb":
            self.mapped.add(number)
            self.put(Data(number, 0, garbage(0, r.number)))
        else:
            raise NotModelled("%s of %s, %r" % (r.name, path, r.data[:80]))

    # A crash at time t comes when t records are done.

    def safe(self, t):
        return [c for c in self.changes if c.safe_at < t]

    def pending(self, t):
        return [c for c in self.changes if c.record < t <= c.safe_at]

    def disk(self, t, chosen, fill):
        """The disk after a crash at t, if these pending changes arrived."""
        disk = self.before.copy()
        changes = self.safe(t) + chosen
        for c in sorted(changes, key=lambda c: c.record):
            c.apply(disk, fill)
        return disk
