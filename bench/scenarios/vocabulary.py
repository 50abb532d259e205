"""Words that stand for many terms, counted in one process from the index alone:
pieces, mistakes, parts, spellings, regexes inside words; beside what is to be
reached."""
import answers
from measure import Others
from questions import VOCABULARY
from scenarios.batch import scout_counts

REPEAT = 21
COMMANDS = {"scout": (), "scout -j1": ("-j1",)}


def run(bench, corpus):
    """Medians within a process, with all processors and with one, in turn."""
    corpus.prepare()
    groups = VOCABULARY[corpus.name]
    questions = [q for g in groups for q in g.questions]
    counts = [c for c, _ in scout_counts(bench, corpus, questions, repeat=1)]
    exact = [(q, c) for q, c in zip(questions, counts) if q.form[0] != "regex"]
    answers.check_counts(bench, corpus, *zip(*exact))
    others = Others()
    rounds = [{who: scout_counts(bench, corpus, questions, repeat=REPEAT,
                                 flags=flags)
               for who, flags in COMMANDS.items()} for _ in range(bench.runs)]
    share = others.percent()
    at = 0
    for group in groups:
        for question in group.questions:
            for who in COMMANDS:
                bench.report.add("vocabulary", corpus.name, question.label, who,
                                 [r[who][at][1] / 1e6 for r in rounds], "ms",
                                 share)
            at += 1
        note_group(bench, corpus, group, rounds, at)


def note_group(bench, corpus, group, rounds, end):
    """The slowest question of a group, beside the limit; medians of rounds."""
    n = len(group.questions)
    medians = [sorted(r["scout"][i][1] for r in rounds)[len(rounds) // 2] / 1e6
               for i in range(end - n, end)]
    worst = max(range(n), key=medians.__getitem__)
    bench.report.note("vocabulary", corpus.name, group.what,
                      "to reach: %s ms; slowest: %s, %.1f ms" % (
                          group.limit_ms, group.questions[worst].label,
                          medians[worst]))
