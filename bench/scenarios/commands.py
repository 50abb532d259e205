"""Commands from fork to exit, printing every line with its number."""
import answers
from measure import Failed, in_turn, ratios
from questions import COMMANDS

PEERS = ("ripgrep", "newest-ripgrep", "codesearch", "pipe")


def scout_argv(bench, corpus, question, program=None):
    return [program or bench.scout_query, "--no-config", "--index",
            corpus.index, "-n", "-e", question.text]


def run(bench, corpus):
    """Each peer in turn with scout; what is printed goes to a file."""
    corpus.prepare()
    for question in COMMANDS[corpus.name]:
        try:
            printed = answers.check_lines(bench, corpus, question)
        except Failed as e:
            if "not supported" not in str(e) and "release" not in str(e):
                raise
            bench.report.note("commands", corpus.name, question.label,
                              "not answered by this release")
            continue
        what = "%s (%d lines)" % (question.label, printed.count(b"\n"))
        compare(bench, corpus, question, what)


def compare(bench, corpus, question, what):
    peers = {"scout": scout_argv(bench, corpus, question)}
    for name in PEERS:
        argv = name in bench.peers and peer_argv(bench.peers[name], question,
                                                 corpus)
        if argv:
            peers[name] = argv
    results, others = in_turn(
        [lambda argv=argv: bench.stopwatch.run(argv, corpus.root, (0, 1, 123))
         for argv in peers.values()], bench.runs)
    ours = [r.wall for r in results[0]]
    for who, runs in zip(peers, results):
        bench.report.add("commands", corpus.name, what, who,
                         [r.wall * 1000 for r in runs], "ms", others)
        if who != "scout":
            bench.report.add("commands", corpus.name, what, "scout/" + who,
                             ratios(ours, [r.wall for r in runs]), "ratio",
                             others)
    bench.report.add("commands", corpus.name, what + ", user+sys", "scout",
                     [r.cpu * 1000 for r in results[0]], "ms", others)
    bench.report.add("commands", corpus.name, what + ", peak resident",
                     "scout", [r.peak_kib / 1024 for r in results[0]], "MiB",
                     others)


def peer_argv(peer, question, corpus):
    if peer.name in ("pipe", "codesearch"):
        return peer.argv(question, corpus)
    return peer.argv(question)
