"""How long scout-query takes until it reads the first page of the index."""
import os
import re
import shutil

from measure import Others, in_turn
from questions import COMMANDS

LINE = re.compile(r"(?:\d+\s+)?(\d+\.\d+) (\w+)\((.*)")


def run(bench, corpus):
    """strace -ttt stops the program at every call that it shows, which makes
    all of them later; so beside it the whole command without strace, and a
    program that does nothing."""
    corpus.prepare()
    question = COMMANDS[corpus.name][0]
    query = [bench.scout_query, "--no-config", "--index", corpus.index, "-q",
             "-e", question.text]
    commands = {"/bin/true": ["/bin/true"],
                "scout-query --version": [bench.scout_query, "--no-config",
                                          "--version"],
                "scout-query -q, rare word": query}
    results, others = in_turn(
        [lambda argv=argv: bench.stopwatch.run(argv, corpus.root)
         for argv in commands.values()], 4 * bench.runs)
    for who, runs in zip(commands, results):
        bench.report.add("startup", corpus.name, "fork to exit", who,
                         [r.wall * 1000 for r in runs], "ms", others)
    if not shutil.which("strace"):
        bench.report.note("startup", corpus.name, "first page",
                          "MISSING: there is no strace")
        return
    share = Others()
    times = [first_page(bench, corpus, query) for _ in range(4 * bench.runs)]
    bench.report.add("startup", corpus.name, "exec to first page of the index",
                     "scout, strace", [t * 1000 for t in times], "ms",
                     share.percent())


def first_page(bench, corpus, query):
    """Seconds from execve to the first read of data.mdb."""
    trace = os.path.join(bench.scratch, "trace")
    bench.stopwatch.run(["strace", "--seccomp-bpf", "-f", "-ttt", "-o", trace,
                         "-e", "trace=execve,openat,pread64"] + query,
                        corpus.root)
    start = handle = None
    with open(trace, encoding="utf-8", errors="replace") as f:
        for line in f:
            m = LINE.match(line)
            if not m:
                continue
            when, call, rest = float(m[1]), m[2], m[3]
            if call == "execve":
                start = when
            elif call == "openat" and "/data.mdb\"" in rest:
                handle = rest.rsplit("= ", 1)[1].strip()
            elif call == "pread64" and rest.split(",")[0] == handle:
                return when - start
    bench.failed("strace shows no page of the index being read")
    return float("nan")
