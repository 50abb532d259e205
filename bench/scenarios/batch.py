"""Counting documents in one process, from the index alone."""
import json
import os

import answers
from measure import Others, geometric_mean
from questions import BATCH

PEERS = ("fts5", "xapian", "lucene", "tantivy", "lucene10")
REPEAT = 101


def scout_counts(bench, corpus, questions, program=None, repeat=REPEAT,
                 flags=()):
    """For each question (documents, ns)."""
    path = os.path.join(bench.scratch, "scout.queries")
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(q.text + "\n" for q in questions)
    bench.stopwatch.run([program or bench.scout_query, "--no-config",
                         "--index", corpus.index, "--verify=never", "--batch",
                         path, "--repeat", str(repeat), *flags])
    rows = [json.loads(x) for x in bench.stopwatch.printed().splitlines()]
    return [(row["count"], row["ns"]) for row in rows]


def run(bench, corpus):
    """Medians within a process, in turn over several processes."""
    corpus.prepare()
    questions = BATCH[corpus.name]
    answers.check_counts(bench, corpus, questions,
                         [c for c, _ in scout_counts(bench, corpus, questions,
                                                     repeat=1)])
    ask = {"scout": lambda: scout_counts(bench, corpus, questions)}
    for name in PEERS:
        if name in bench.peers:
            bench.peers[name].need_index(corpus)
            ask[name] = (lambda peer: lambda: peer.count(
                corpus, questions, REPEAT))(bench.peers[name])
    others = Others()
    rounds = [{who: f() for who, f in ask.items()} for _ in range(bench.runs)]
    share = others.percent()
    for i, question in enumerate(questions):
        for who in ask:
            got = [r[who][i] for r in rounds]
            if got[0] is None:
                bench.report.note("batch", corpus.name, question.label,
                                  "%s cannot answer" % who)
                continue
            bench.report.add("batch", corpus.name, question.label, who,
                             [ns / 1e6 for _, ns in got], "ms", share)
        bench.report.note("batch", corpus.name, question.label, "files: " +
                          ", ".join("%s %s" % (who, rounds[0][who][i][0])
                                    for who in ask if rounds[0][who][i]))
    for who in ask:
        if who != "scout":
            report_mean(bench, corpus, who, rounds, share)


def report_mean(bench, corpus, who, rounds, share):
    """How many times as long as scout the peer takes, over all questions."""
    means = [geometric_mean(theirs[1] / ours[1] for ours, theirs in zip(
        r["scout"], r[who]) if theirs) for r in rounds]
    bench.report.add("batch", corpus.name, "geometric mean of ratios",
                     who + "/scout", means, "ratio", share)
    slower = [q.label for q, *pairs in zip(BATCH[corpus.name], *(
        zip(r["scout"], r[who]) for r in rounds))
        if pairs[0][1] and sum(o[1] > t[1] for o, t in pairs) * 2 > len(pairs)]
    bench.report.note("batch", corpus.name, "slower than " + who,
                      ", ".join(slower) or "nowhere")
