"""The tree that is indexed and searched while calls fail, and its copies.

Every worker has a World of its own: a tree to build an index of, and a second
one with an index to read.
"""

import os
import shutil
import subprocess
import time

FRESH_SECONDS = 2.1  # younger files count as changed since the index was made
TIMEOUT_SECONDS = 120  # only against a hang

ANSWERED = [["alpha"], ['"two words"'], ["alpha NEAR/3 beta"],
            ["delta OR w1*"], ["new"]]


class Result:
    def __init__(self, code, out, err):
        self.code, self.out = code, out
        self.err = err.decode("utf-8", "replace")

    def __repr__(self):
        return "code %s, out %r, err %r" % (
            self.code, self.out[:300], self.err[:900])


def write(folder, path, data):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def make_tree(tree):
    """A repository, so that every kind of ignore file is read."""
    write(tree, ".git/info/exclude", b"excluded\n")
    write(tree, ".git/HEAD", b"ref: refs/heads/main\n")
    write(tree, ".gitignore", b"*.o\nbuilt/\n")
    write(tree, "a.txt", b"alpha two words beta\nnothing\nalpha\n")
    write(tree, "b.c", b"int alpha; /* two words */\nint beta;\n" * 40)
    write(tree, "b.o", b"alpha object\n")
    write(tree, "built/out.txt", b"alpha built\n")
    write(tree, "empty", b"")
    write(tree, "binary", b"alpha\0beta\n")
    write(tree, "excluded", b"alpha excluded\n")
    write(tree, "sub/.ignore", b"private*\n")
    write(tree, "sub/private.txt", b"alpha private\n")
    write(tree, "sub/c.txt", b"alpha gamma gamma beta\n\nend of two words")
    write(tree, "sub/deep/.gitignore", b"tmp\n")
    write(tree, "sub/deep/tmp", b"alpha tmp\n")
    write(tree, "sub/deep/d.txt", b"delta\nalpha and beta\n" * 3)
    write(tree, "sub/utf16.txt", "\ufeffalpha größe two words\nbeta\n".encode(
        "utf-16-le"))
    # a word that no index term can tell from others
    write(tree, "wild.txt", ("alpha a" + "\u0301\u0323" * 1500 +
                             " beta\n").encode())
    # enough candidates for several threads
    for i in range(36):
        write(tree, "many/%02d.txt" % i, b"number %d\nbeta alpha w%d\n" % (
            i, i * 7))


def change_tree(tree):
    write(tree, "a.txt", b"alpha two words again beta\n")
    write(tree, "new.txt", b"something new with alpha\n")
    os.remove(os.path.join(tree, "sub/deep/d.txt"))


def make_home(home):
    write(home, ".gitconfig", b"[core]\n\texcludesFile = ~/.excludes\n")
    write(home, ".excludes", b"*.bak\n")
    write(home, ".config/scout/config", b"# nothing\n--no-heading\n")


class World:
    def __init__(self, folder, bin_dir):
        self.folder, self.bin = folder, bin_dir
        self.home = os.path.join(folder, "home")
        self.tree = os.path.join(folder, "build", "tree")
        self.index = os.path.join(self.tree, "index")
        self.saved = os.path.join(folder, "saved")
        self.read_tree = os.path.join(folder, "read", "tree")
        self.read_index = os.path.join(self.read_tree, "index")
        self.report = os.path.join(folder, "report")
        self.right = {}  # results without a fault, by scenario
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith("SCOUT_") and k != "LD_PRELOAD"}
        self.env.update(HOME=self.home, LC_ALL="C.UTF-8",
                        XDG_CONFIG_HOME=os.path.join(self.home, ".config"))

    def run(self, argv, cwd=None, env=None):
        try:
            p = subprocess.run(argv, cwd=cwd or self.folder,
                               env=dict(self.env, **(env or {})),
                               stdin=subprocess.DEVNULL, capture_output=True,
                               timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired as e:
            return Result("hang", e.stdout or b"", e.stderr or b"")
        return Result(p.returncode, p.stdout, p.stderr)

    def tool(self, *args):
        return self.run([os.path.join(self.bin, "scout-index"), *args])

    def build_args(self, threads):
        """Several segments, and an index inside the tree it describes."""
        return ["build", "--threads", str(threads), "--memory", "16M",
                "--segment-docs", "5", "--index", self.index, self.tree]

    def run_args(self, kind, threads):
        """Of an update, which merges the segments here, or a compact."""
        return [kind, "--threads", str(threads), "--memory", "16M", "--index",
                self.index]

    def answers(self, index):
        """What an index says of some words, no file being asked."""
        return [(r.code, r.out, r.err) for r in (
            self.run([os.path.join(self.bin, "scout-query"), "--index", index,
                      "--verify", "never", "-c", *query])
            for query in ANSWERED)]

    def content(self, index):
        """All that an index says, or None if there is none."""
        dump = self.tool("dump", "--content", "--index", index)
        if dump.code == 2 and "no index in" in dump.err:
            return None
        skipped = self.tool("stats", "--list-skipped", "--index", index)
        if dump.code != 0 or skipped.code != 0:
            return b"unreadable: %s %s" % (repr(dump).encode(),
                                           repr(skipped).encode())
        return dump.out + skipped.out

    def build_clean(self):
        done = self.tool(*self.build_args(1))
        if done.code != 0 or done.err:
            raise RuntimeError("a build without faults: %r" % done)

    def make(self):
        """The old index, the tree after it changed, and the new index."""
        make_home(self.home)
        os.makedirs(self.tree)
        make_tree(self.tree)
        self.build_clean()
        shutil.copytree(self.index, self.saved)
        self.old = self.content(self.index)
        self.old_answers = self.answers(self.index)
        change_tree(self.tree)
        self.build_clean()
        self.new = self.content(self.index)
        self.new_answers = self.answers(self.index)
        if self.old_answers == self.new_answers:
            raise RuntimeError("the answers do not tell old from new")
        self.make_readable()

    def make_readable(self):
        """An index of which some files changed since."""
        os.makedirs(self.read_tree)
        make_tree(self.read_tree)
        deleted = os.path.join(self.folder, "deleted")
        write(self.folder, "deleted", b"b.c\0many/03.txt\0")
        time.sleep(FRESH_SECONDS)
        done = self.tool("build", "--threads", "1", "--segment-docs", "30",
                         "--delete-docs", deleted,
                         "--index", self.read_index, self.read_tree)
        if done.code != 0 or done.err:
            raise RuntimeError("a build without faults: %r" % done)
        write(self.read_tree, "many/07.txt", b"alpha changed beta\n")
        os.remove(os.path.join(self.read_tree, "many/08.txt"))

    def restore(self, with_index):
        shutil.rmtree(self.index, ignore_errors=True)
        if with_index:
            shutil.copytree(self.saved, self.index)

    def leftovers(self):
        """What stands in the index folder and does not belong there."""
        with open(os.path.join(self.index, "CURRENT")) as f:
            live = f.read().strip()
        wanted = {"CURRENT", "CACHEDIR.TAG", "lock", live}
        more = set(os.listdir(self.index)) ^ wanted
        inside = os.listdir(os.path.join(self.index, live))
        return more | (set(inside) ^ {"data.mdb", "lock.mdb"})
