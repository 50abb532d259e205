"""The trees that the documents' examples run on.

Each has a folder of its own, and names in the documents that stand for it: the
home of somebody, /srv/src.  An example sees the folder, and what it prints is
compared with the names put back.
"""
import os
import re
import shutil

HERE = os.path.dirname(os.path.abspath(__file__))


class Tree:
    def __init__(self, tmp, name):
        self.folder = os.path.join(tmp, name)
        self.home = os.path.join(self.folder, "home")
        self.cwd = self.folder
        self.names = []         # (in the document, path here)
        os.makedirs(self.home)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())

    def stands_for(self, name, *parts):
        self.names.append((name, self.path(*parts)))

    def inward(self, text):
        for name, path in self.names:
            text = re.sub(r"(?<![\w/])%s(?![\w-])" % re.escape(name),
                          lambda m: path, text)
        return text

    def outward(self, text):
        for name, path in sorted(self.names, key=lambda n: -len(n[1])):
            text = text.replace(path, name)
        return text


def filler(lines, size):
    """So many lines of so many bytes without a word in them."""
    if not lines:
        return []
    return ["/" * (size // lines + (i < size % lines)) for i in range(lines)]


def excerpt(text):
    """{path: bytes} of lk.txt: the lines it has where they belong, and other
    lines of no words, so that each file has its size and its line numbers."""
    files = {}
    for part in re.split(r"^@ ", text, flags=re.M)[1:]:
        head, *rows = part.rstrip("\n").split("\n")
        name, count, size = head.split()
        known = {}
        for row in rows:
            number, line = row.split(":", 1)
            known[int(number)] = line
        size = int(size) - int(count) - sum(len(r.encode())
                                            for r in known.values())
        rest = iter(filler(int(count) - len(known), size))
        files[name] = "".join(
            (known[n] if n in known else next(rest)) + "\n"
            for n in range(1, int(count) + 1)).encode()
    return files


def lk(tmp, examples):
    """Folders mm and kernel of Linux: what lk.txt has of them, or, with
    --linux, all of them."""
    tree, linux = Tree(tmp, "lk"), examples.linux
    tree.stands_for("/home/ada", "home")
    tree.cwd = tree.home
    if linux:
        for part in ("mm", "kernel"):
            shutil.copytree(os.path.join(linux, part),
                            tree.path("home/lk", part), symlinks=True)
        return tree
    with open(os.path.join(HERE, "lk.txt"), encoding="utf-8") as f:
        for name, data in excerpt(f.read()).items():
            tree.write("home/lk/" + name, data)
    return tree


GIT_COMMIT = ("git add -A && git -c user.name=a -c user.email=a@example.org "
              "commit -q --allow-empty -m -")
SOURCE = {
    "drivers/net/a.c": "int kmalloc(size);\nkfree(p); /* fix use after free */\n"
                       "p->lock(p); if (copy_to_user(to, from, n)) return;\n",
    "drivers/b.c": "mutex_lock(&m);\nspinlock\nout of memory\nlock timeout\n",
    "drivers/b.h": "struct vmalloc;\nlock unlock\n",
    "drivers/c.c": "kmalloc may fail under a spinlock\n"
                   "p = kmalloc(n, GFP_KERNEL);\n",
    "drivers/d.c": "spin_lock(a);\n" + 40 * "\n" + "mutex_lock(m); mutex_unlock(m)"
                   ";\nout of memory: kill it\n" + 40 * "\n" +
                   "parse_header: recieve a Mutex\n" + 600 * "/* filler text */\n"
                   + "copy_from_user (to, from, n);\n",
    "fs/ext4.c": "ext4_inode\n",
    "Documentation/c.txt": "the lock, and\nthe unlock of kmalloc, ext4_dir\n",
}


def machine(tmp, examples):
    """A machine with a source tree that git keeps, logs, places for reports."""
    tree = Tree(tmp, "machine")
    for name, path in (("/srv/src/linux", "srv/src/linux"),
                       ("/srv/src", "srv/src"), ("/var/log", "var/log"),
                       ("/var/lib/scout", "var/lib/scout"),
                       ("/var/lib/prometheus/node-exporter",
                        "var/lib/prometheus/node-exporter"),
                       ("[DIR]", "srv/src"), ("DIR", "srv/src"),
                       ("~/src/linux", "srv/src/linux")):
        tree.stands_for(name, path)
        os.makedirs(tree.path(path), exist_ok=True)
    for name, text in SOURCE.items():
        tree.write("srv/src/linux/" + name, text)
    tree.write("srv/src/own.c", "int own;\nkmalloc may fail\n")
    tree.write("var/log/syslog", "kernel: out of memory\n")
    tree.cwd = tree.path("srv/src")
    for command in ("scout-index build DIR", "scout-index build DIR/linux",
                    "git init -q", *2 * (GIT_COMMIT,)):
        code, out = examples.shell(tree, command)
        if code:
            raise SystemExit("%s: %s" % (command, out))
    return tree


def stale(tmp, examples):
    """An index that its folder has gone on from, and that somebody reads."""
    tree = machine(tmp, examples)
    tree.write("srv/src/long.txt", "word of a long file\n" * 100000)
    for i in range(8):
        tree.write("srv/src/old/%d.txt" % i, "old %d\n" % i)
    examples.shell(tree, "scout-index update DIR")
    reader = examples.start(tree, "scout-query word")
    reader.stdout.read(1)       # from now on it waits for us
    for i in range(2):
        tree.write("srv/src/old/%d.txt" % i, "changed\n")
        examples.shell(tree, "scout-index update DIR")
    for i in range(12):
        tree.write("srv/src/new/%d.txt" % i, "new %d\n" % i)
    for i in range(3):
        tree.write("srv/src/old/%d.txt" % i, "another text\n")
    os.unlink(tree.path("srv/src/old/7.txt"))
    return tree


TREES = {"lk": lk, "machine": machine, "stale": stale}
