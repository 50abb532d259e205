"""What all peers have in common."""
import hashlib
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


def is_installed(package):
    p = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package],
                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                       check=False)
    return b"ok installed" in p.stdout


def package_version(package):
    return subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package],
        stdout=subprocess.PIPE, check=True).stdout.decode()


class Peer:
    """A program that does something that scout does too."""
    name = ""
    packages = ()

    def __init__(self, bench):
        self.bench = bench
        self.programs = os.path.join(bench.cache, "programs")

    def prepare(self):
        """Makes the peer usable; None, or why that is not possible."""
        return self.install() or self.compile()

    def install(self):
        missing = [p for p in self.packages if not is_installed(p)]
        if not missing:
            return None
        if os.geteuid() != 0:
            return "wants root once: apt-get install " + " ".join(missing)
        script = '. "$0/tools/packages.sh"; need_packages "$@"'
        p = subprocess.run(["sh", "-c", script, TOP] + missing, check=False)
        return "apt-get cannot install it" if p.returncode else None

    def compile(self):
        return None

    def run_compiler(self, source, target, argv):
        """Compiles if the source is younger than the program."""
        source = os.path.join(HERE, source)
        if os.path.exists(target) and \
                os.path.getmtime(target) > os.path.getmtime(source):
            return None
        os.makedirs(self.programs, exist_ok=True)
        if not shutil.which(argv[0]):
            return "there is no " + argv[0]
        p = subprocess.run(argv, stderr=subprocess.PIPE, check=False)
        if p.returncode:
            return "cannot be compiled:\n" + p.stderr.decode(errors="replace")
        return None

    def version(self):
        return package_version(self.packages[0])


class IndexPeer(Peer):
    """A peer that makes an index of the files in a list, and counts the
    documents that match a query in one process.  PROGRAM is used as
    described in fts5.c."""
    build_threads = 1

    def index_path(self, corpus):
        """One for each corpus as it is now."""
        with open(corpus.list, "rb") as f:
            key = hashlib.sha256(f.read()).hexdigest()[:12]
        return os.path.join(self.bench.cache, "indexes", "%s-%s-%s"
                            % (self.name, corpus.name, key))

    def program_argv(self):
        raise NotImplementedError

    def build_argv(self, corpus, path):
        return self.program_argv() + ["build", corpus.list, corpus.root, path,
                                      str(self.build_threads)]

    def build(self, corpus, path=None):
        """Builds anew, and returns what it took."""
        path = path or self.index_path(corpus)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        remove(path)
        return self.bench.stopwatch.run(self.build_argv(corpus, path))

    def need_index(self, corpus):
        path = self.index_path(corpus)
        if self.bench.rebuild_peers and path not in self.bench.rebuilt:
            remove(path)
        self.bench.rebuilt.add(path)
        if not os.path.exists(path):
            self.build(corpus)
        return path

    def index_bytes(self, corpus):
        return size_of(self.need_index(corpus))

    def best(self, corpus, queries, depth):
        """For each list of words, the names of the best documents that have any
        of them, by the peer's own BM25."""
        path = os.path.join(self.bench.scratch, "%s-%s-ranked" % (
            self.name, corpus.name))
        self.bench.stopwatch.run(self.program_argv() + [
            "build-ranked", corpus.list, corpus.root, path, "1"])
        lines = os.path.join(self.bench.scratch, self.name + ".queries")
        with open(lines, "w", encoding="utf-8") as f:
            f.writelines("\t".join(["or"] + q) + "\n" for q in queries)
        self.bench.stopwatch.run(self.program_argv() + [
            "best", path, lines, str(depth)])
        return [[n for n in line.split("\t") if n] for line in
                self.bench.stopwatch.printed().decode().split("\n")[:-1]]

    def query_line(self, question):
        """The question in the peer's words."""
        return "\t".join(question.form)

    def count(self, corpus, questions, repeat):
        """For each question (documents, ns), or None where the peer cannot
        answer."""
        path = self.need_index(corpus)
        queries = os.path.join(self.bench.scratch, self.name + ".queries")
        with open(queries, "w", encoding="utf-8") as f:
            f.writelines(self.query_line(q) + "\n" for q in questions)
        self.bench.stopwatch.run(self.program_argv() + [
            "query", path, queries, str(repeat)])
        answers = []
        for line in self.bench.stopwatch.printed().decode().splitlines():
            answers.append(None if line == "-" else tuple(
                int(x) for x in line.split("\t")))
        assert len(answers) == len(questions)
        return answers


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.unlink(path)


def size_of(path):
    """Bytes of a file, or of all files below a folder."""
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, f))
               for folder, _, files in os.walk(path) for f in files)
