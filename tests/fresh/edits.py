"""A random tree, and random edits of it.

Everything that a user, an editor or a build does to files: writing, renaming
files and folders, replacing, touching, back-dating, deleting, changing ignore
files, turning text binary, and edits that leave size and times as they were.
"""

import gzip
import mmap
import os
import shutil
import stat

WORDS = ["apple", "Apple", "berry", "cherry_pie", "date", "elder", "fig",
         "grape", "Straße", "日本", "kmalloc", "kfree", "x1", "été"]
QUERY_WORDS = ["apple", "berry", "cherry_pie", "fig", "grape", "strasse", "日",
               "kmalloc", "kfree", "x1", "été"]
FOLDERS = ["a", "a/b", "a-b", "src", "src/deep", "src/deep/er", "logs", ".hid",
           "build", "doc"]
NAMES = ["one.c", "two.c", "three.h", "four.txt", "five.log", "six", ".dot",
         "seven.txt", "eight.md", "a b", "nine.o", "zehn.txt"]
IGNORE_FILES = [".gitignore", ".ignore", ".rgignore", ".scoutignore"]
IGNORE_RULES = ["*.log", "build/", "/six", "*.o", "!nine.o", "deep", "*.txt",
                "!seven.txt", "src/*.c", "a b", "logs/**", "#none", "zehn*"]


def text(rng):
    lines = []
    for _ in range(rng.randrange(0, 12)):
        lines.append(" ".join(rng.choice(WORDS)
                              for _ in range(rng.randrange(0, 9))))
    out = "\n".join(lines).encode()
    return out + (b"\n" if rng.random() < 0.8 else b"")


class Tree:
    """A folder below root; every edit leaves it a folder."""

    def __init__(self, root, rng, packed=False):
        self.root, self.rng = root, rng
        self.packed = packed            # compressed files, too
        self.maps = []                  # files mapped for writing
        self.log = []
        os.makedirs(root, exist_ok=True)

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def walk(self):
        """As os.walk, always in the same order, without .git and .scout."""
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(set(folders) - {".git", ".scout"})
            yield folder, sorted(files)

    def any_folder(self):
        return self.rng.choice([folder for folder, _ in self.walk()])

    def any_file(self):
        files = [os.path.join(folder, name) for folder, names in self.walk()
                 for name in names
                 if not os.path.islink(os.path.join(folder, name))]
        return self.rng.choice(files) if files else None

    def any_place(self):
        """Where a file may be made: its folder is there, perhaps made now."""
        rng = self.rng
        folder = self.any_folder()
        if rng.random() < 0.3:
            folder = self.path(rng.choice(FOLDERS))
        try:
            os.makedirs(folder, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            folder = self.root
        return os.path.join(folder, rng.choice(NAMES))

    def write(self, path, data):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.islink(path):
            os.unlink(path)
        with open(path, "wb") as f:
            f.write(data)

    # --- edits: each returns what it did, or None if it could not

    def make(self):
        path = self.any_place()
        data = text(self.rng)
        if self.packed and self.rng.random() < 0.3:
            path += ".gz"
            data = gzip.compress(data, 1)
        self.write(path, data)
        return path

    def append(self):
        path = self.any_file()
        if path:
            with open(path, "ab") as f:
                f.write(text(self.rng))
        return path

    def same_size(self):
        """Other words of the same length, times as they fall."""
        path = self.any_file()
        if not path:
            return None
        with open(path, "r+b") as f:
            data = f.read()
            f.seek(0)
            f.write(data.replace(b"apple", b"berry").replace(b"fig", b"x1 "))
        return path

    def same_size_and_mtime(self):
        path = self.any_file()
        if not path:
            return None
        st = os.stat(path)
        with open(path, "r+b") as f:
            data = f.read()
            f.seek(0)
            f.write(data.replace(b"berry", b"apple").replace(b"date", b"x1  "))
        os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))
        return path

    def replace(self):
        """As editors save: a new file renamed over the old one."""
        path = self.any_file()
        if not path:
            return None
        st = os.stat(path)
        with open(path, "rb") as f:
            data = f.read()
        other = path + ".tmp~"
        self.write(other, data.replace(b"kmalloc", b"kfree  "))
        if self.rng.random() < 0.5:
            os.utime(other, ns=(st.st_atime_ns, st.st_mtime_ns))
        os.rename(other, path)
        return path

    def touch(self):
        path = self.any_file()
        if path:
            os.utime(path)
        return path

    def backdate(self):
        path = self.any_file()
        if path:
            os.utime(path, (1e9, 1e9 + self.rng.randrange(1000)))
        return path

    def delete(self):
        path = self.any_file()
        if path:
            os.unlink(path)
        return path

    def delete_folder(self):
        folder = self.any_folder()
        if folder == self.root or self.rng.random() < 0.5:
            return None
        shutil.rmtree(folder)
        return folder

    def rename(self):
        path = self.any_file()
        if not path:
            return None
        to = self.any_place()
        if os.path.isdir(to) or not os.path.exists(path):
            return None
        os.rename(path, to)
        return "%s -> %s" % (path, to)

    def swap(self):
        """Two files change their names: contents of the same size, perhaps."""
        one, two = self.any_file(), self.any_file()
        if not one or one == two:
            return None
        os.rename(one, one + ".swap")
        os.rename(two, one)
        os.rename(one + ".swap", two)
        return "%s <-> %s" % (one, two)

    def rename_folder(self):
        folder = self.any_folder()
        if folder == self.root:
            return None
        to = self.path(self.rng.choice(FOLDERS))
        if (to + "/").startswith(folder + "/") or os.path.lexists(to) or \
                not os.path.isdir(os.path.dirname(to)):
            return None
        os.rename(folder, to)
        return "%s -> %s" % (folder, to)

    def file_to_folder(self):
        path = self.any_file()
        if not path:
            return None
        os.unlink(path)
        os.mkdir(path)
        self.write(os.path.join(path, "inner.txt"), text(self.rng))
        return path

    def link(self):
        path, to = self.any_file(), self.any_place()
        if not path or os.path.lexists(to):
            return None
        if self.rng.random() < 0.5:
            os.link(path, to)
        else:
            os.symlink(path, to)
        return to

    def binary(self):
        path = self.any_file()
        if not path:
            return None
        with open(path, "r+b") as f:
            data = f.read()
            f.seek(0)
            if b"\0" in data:
                f.write(data.replace(b"\0", b" "))
            else:
                f.write(data.replace(b" ", b"\0", 1))
        return path

    def ignore(self):
        path = os.path.join(self.any_folder(), self.rng.choice(IGNORE_FILES))
        if os.path.isdir(path):
            return None
        if os.path.exists(path) and self.rng.random() < 0.4:
            os.unlink(path)
            return "no " + path
        rules = self.rng.sample(IGNORE_RULES, self.rng.randrange(0, 3))
        self.write(path, "".join(r + "\n" for r in rules).encode())
        return "%s: %s" % (path, rules)

    def repository(self):
        path = os.path.join(self.any_folder(), ".git")
        if os.path.isdir(path):
            shutil.rmtree(path)
            return "no " + path
        os.makedirs(os.path.join(path, "info"))
        if self.rng.random() < 0.3:
            self.write(os.path.join(path, "info/exclude"), b"*.md\n")
        return path

    def mode(self):
        path = self.any_file()
        if path:
            os.chmod(path, stat.S_IMODE(os.stat(path).st_mode) ^ 0o111)
        return path

    # --- edits that stat cannot show

    def map_one(self):
        """Maps a file and dirties it, so that a later store through the map
        changes no time (where the file system works like that)."""
        path = self.any_file()
        if not path or os.path.getsize(path) < 16:
            return
        fd = os.open(path, os.O_RDWR)
        m = mmap.mmap(fd, 0)
        os.close(fd)
        m[0] = m[0]
        self.maps.append((path, m))

    def store_in_maps(self):
        for path, m in self.maps:
            data = m[:]
            new = data.replace(b"apple", b"berry") if b"apple" in data else \
                data.replace(b"berry", b"apple")
            m[:] = new
            m.close()
            self.log.append("store in the map of %s" % path)
        self.maps = []

    EDITS = [make, make, make, append, same_size, same_size_and_mtime, replace,
             touch, backdate, delete, delete_folder, rename, rename, swap,
             rename_folder, file_to_folder, link, binary, ignore, ignore,
             repository, mode]

    def edit(self):
        f = self.rng.choice(self.EDITS)
        done = f(self)
        if done:
            self.log.append("%s %s" % (f.__name__, done))

    def fill(self, n):
        for _ in range(n):
            self.make()


def query(rng):
    """A random question in the query language."""
    def word():
        w = rng.choice(QUERY_WORDS)
        if rng.random() < 0.2 and w.isascii():
            return w[:rng.randrange(1, len(w) + 1)] + "*"
        return w

    kind = rng.randrange(9)
    if kind == 0:
        return "%s %s" % (word(), word())
    if kind == 1:
        return "%s OR %s" % (word(), word())
    if kind == 2:
        return "%s AND NOT %s" % (word(), word())
    if kind == 3:
        return '"%s %s"' % (rng.choice(QUERY_WORDS), rng.choice(QUERY_WORDS))
    if kind == 4:
        return "%s NEAR/%d %s" % (word(), rng.randrange(2, 6), word())
    if kind == 5:
        return rng.choice(['/app.e/', '/b[a-e]r+y fig/', '/^k/', 'lit:"e b"',
                           'lit:"kfree "'])
    return word()
