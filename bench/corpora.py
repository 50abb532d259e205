"""The trees that scout is measured on."""
import json
import os
import subprocess

from measure import output_of

HERE = os.path.dirname(os.path.abspath(__file__))


def rebuild_flags(program):
    """A build that is measured reads all files; an older scout-index does so
    without being told."""
    known = b"--rebuild" in output_of([program, "build", "--help"])
    return ["--rebuild"] if known else []


class Corpus:
    """A tree, its index, and the list of the files that the index has.

    Peers get the same list, so that everybody reads the same bytes.
    """

    def __init__(self, name, root, scratch, bench):
        self.name = name
        self.root = root
        self.index = os.path.join(scratch, name + ".index")
        self.list = os.path.join(scratch, name + ".list")
        self.bench = bench
        self.stats = None

    def build_argv(self, *flags):
        program = self.bench.scout_index
        return [program, "build", "-q", *rebuild_flags(program), *flags,
                "--index", self.index, self.root]

    def prepare(self):
        """Builds the index that queries are asked of, and lists its files."""
        if self.stats:
            return
        self.bench.stopwatch.run(self.build_argv())
        self.read_stats()
        with open(self.list, "wb") as f:
            f.writelines(path + b"\0" for path in self.documents())

    def read_stats(self):
        self.stats = json.loads(output_of(
            [self.bench.scout_index, "stats", "--json", "--index",
             self.index]))

    def documents(self):
        """Paths of the documents; those that dump would escape are left
        out."""
        out = output_of([self.bench.scout_index, "dump", "--docs", "--index",
                         self.index])
        paths = [line.rsplit(b"\t", 1)[1] for line in out.splitlines()
                 if line.startswith(b"document\t")]
        return sorted(p for p in paths if b"\\" not in p)


def find(name, folder):
    """The folder of a corpus, which is made if it is not there."""
    root = os.path.join(folder, name)
    if not os.path.isdir(root):
        subprocess.check_call(["sh", os.path.join(HERE, "corpora.sh"), folder])
    return root
