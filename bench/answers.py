"""Is the answer right?  Asked before anything is timed.

scout's own check is --brute, which reads every file and uses no index.  Where
the meanings are the same, ripgrep must agree too.  The counts of other peers
are printed but need not agree: they cut words elsewhere.
"""
from measure import output_of

# Forms that mean the same to ripgrep, for text in ASCII at least.
SAME_IN_RIPGREP = ("word", "phrase", "near")
CHECKED = set()         # ripgrep needs up to half a minute for one of them


def scout(bench, corpus, question, *flags):
    return output_of([bench.scout_query, "--no-config", "--index",
                      corpus.index, *flags, "-e", question.text],
                     cwd=corpus.root)


def check_counts(bench, corpus, questions, counts):
    """Counts of documents, for --batch."""
    for question, count in zip(questions, counts):
        brute = scout(bench, corpus, question, "-l", "--brute").count(b"\n")
        if brute != count:
            bench.failed("%s: %d files by the index alone, %d by --brute"
                         % (question.text, count, brute))
        check_files(bench, corpus, question)


def check_files(bench, corpus, question):
    """The files that match, against ripgrep's."""
    if "ripgrep" not in bench.peers or (corpus.name, question) in CHECKED or \
            question.form[0] not in SAME_IN_RIPGREP:
        return
    CHECKED.add((corpus.name, question))
    ours = set(scout(bench, corpus, question, "-l").splitlines())
    theirs = set(output_of(bench.peers["ripgrep"].list_argv(question),
                           cwd=corpus.root).splitlines())
    if ours != theirs:
        bench.report.note(
            "answers", corpus.name, question.label, "%d files only by scout, "
            "%d only by ripgrep, of %d" % (len(ours - theirs), len(
                theirs - ours), len(ours)))


def check_lines(bench, corpus, question):
    """Every line with its number, for the commands."""
    ours = scout(bench, corpus, question, "-n")
    if ours != scout(bench, corpus, question, "-n", "--brute"):
        bench.failed("%s: not what --brute prints" % question.text)
    if question.form[0] == "word" and "ripgrep" in bench.peers:
        theirs = output_of(bench.peers["ripgrep"].argv(question),
                           cwd=corpus.root)
        a, b = set(ours.splitlines()), set(theirs.splitlines())
        if a != b:
            bench.report.note(
                "answers", corpus.name, question.label, "%d lines only by "
                "scout, %d only by ripgrep, of %d" % (len(a - b), len(b - a),
                                                      len(a)))
    else:
        check_files(bench, corpus, question)
    return ours
