"""Many threads at one index."""
import json
import os

from measure import Others, ratios
from questions import BATCH

SECONDS = 5
MANY = 64


def run(bench, corpus):
    """64 threads against as many as there are processors.  A pass is all
    questions of the batch once, counted."""
    corpus.prepare()
    program = bench.program("concurrency")
    queries = os.path.join(bench.scratch, "concurrency.queries")
    with open(queries, "w", encoding="utf-8") as f:
        f.writelines(q.text + "\n" for q in BATCH[corpus.name])
    few = os.cpu_count()
    got = {few: [], MANY: []}
    others = Others()
    for _ in range(bench.runs):
        for threads, kept in got.items():
            bench.stopwatch.run([program, corpus.index, queries, str(threads),
                                 str(SECONDS)])
            kept.append(json.loads(bench.stopwatch.printed()))
    share = others.percent()
    for threads, kept in got.items():
        who = "%d threads" % threads
        add = bench.report.add
        add("concurrency", corpus.name, "passes per second", who,
            [r["passes"] / SECONDS for r in kept], "1/s", share)
        for key in ("p50_ns", "p95_ns", "max_ns"):
            add("concurrency", corpus.name, "time of a pass, " + key[:-3], who,
                [r[key] / 1e6 for r in kept], "ms", share)
    bench.report.add("concurrency", corpus.name, "throughput",
                     "%d/%d threads" % (MANY, few),
                     ratios([r["passes"] for r in got[MANY]],
                            [r["passes"] for r in got[few]]), "ratio", share)
    # if all threads get the same share, a pass takes MANY / few as long
    bench.report.add("concurrency", corpus.name, "p95 of %d / fair share" %
                     MANY, "scout",
                     ratios([r["p95_ns"] for r in got[MANY]],
                            [r["p50_ns"] * MANY / few for r in got[few]]),
                     "ratio", share)
