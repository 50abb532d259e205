"""Queries nobody should ask."""

import json

from world import settle

# A single argument of a program has at most 128 KiB.
ARGUMENT_BYTES = 120000


def repeated(piece, size):
    return (piece * (size // len(piece) + 1))[:size]


def hostile_queries(size):
    """(name, query, whether it may have an answer)"""
    n = size // 4
    yield "empty", b"", False
    yield "white space", b" \t " * 10, False
    yield "one long word", b"x" * size, False
    yield "many words", repeated(b"needle ", size), False
    yield "many operands", repeated(b"ab OR ", size) + b"ab", False
    yield "opening parentheses", b"(" * size, False
    yield "closing parentheses", b")" * size, False
    yield "nested", b"(" * (size // 2) + b"needle" + b")" * (size // 2), False
    yield "nested NOT", b"NOT " * n + b"needle", False
    yield "minus signs", b"-" * size, False
    yield "stars", b"*" * size, False
    yield "question marks", b"a" + b"?" * size, False
    yield "quotes", b'"' * size, False
    yield "backslashes", b'"' + b"\\" * size, False
    yield "one long phrase", b'"' + repeated(b"a b ", size) + b'"', False
    yield "NEARs", repeated(b"a NEAR b ", size), False
    yield "invalid UTF-8", b"\xff\xfe\x80" * (size // 3), False
    yield "marks", b"a" + b"\xcc\x81\xcc\xa7" * n, False
    yield "deep enough", b"(" * 150 + b"needle" + b")" * 150, True
    yield "too deep", b"(" * 300 + b"needle" + b")" * 300, False
    yield "at the limit", b" OR ".join(b"w%d" % i for i in range(4000)
                                       ) + b" OR needle", True
    yield "beyond it", b" OR ".join(b"w%d" % i for i in range(5000)), False
    yield "a word of 5000", b"y" * 5000, True
    yield "invalid and valid", b"needle \xff\xc3(", False
    yield "invalid only", b"\xc3\x28\xff", False
    yield "control characters", b"needle\x01\x02\x1b[31m", True
    yield "a huge distance", b"needle NEAR/99999999999999999999 hay", True
    yield "a large distance", b"needle NEAR/4294967295 hay", True
    yield "no distance", b"needle NEAR/0 hay", False


def queries(w):
    """As arguments: an answer or exit code 2, never a crash."""
    tree = w.folder("questions")
    w.write(tree, "a.txt", b"needle in the hay\n")
    settle()
    index = w.tmp + "/questions.idx"
    w.check("build", w.build(tree, index).code == 0)
    for name, query, may_answer in hostile_queries(ARGUMENT_BYTES):
        for extra in ([], ["--brute"]):
            r = w.query(index, "-c", *extra, "-e", query)
            w.check("%s %s: an answer or an error" % (name, extra),
                    r.code in ((0, 1) if may_answer else (1, 2)) and
                    (r.code == 1 or bool(r.err) != may_answer or
                     b"note: " in r.err), r)
            w.check("%s: the message is short and printable" % name,
                    len(r.err) < 2000 and b"\x1b" not in r.err, r)
        r = w.query(index, "--explain", "-e", query)
        w.check("%s: explained, or refused" % name, r.code in (0, 1, 2), r)
    r = w.query(index, *["-e", b"needle"] * 5000)
    w.check("five thousand -e", r.code == 2 and b"operands" in r.err, r)


def batches(w):
    """In a file: a megabyte, NUL bytes."""
    tree = w.folder("batches")
    w.write(tree, "a.txt", b"needle in the hay\n")
    settle()
    index = w.tmp + "/batches.idx"
    w.check("build", w.build(tree, index).code == 0)
    asked = [q.replace(b"\n", b" ") for _, q, _ in hostile_queries(1 << 20)]
    asked += [b"needle\0", b"\0", b"need\0le", b"needle"]
    path = w.write(w.tmp, "batch.txt", b"\n".join(asked) + b"\n")
    r = w.query(index, "--batch", path)
    lines = r.out.split(b"\n")[:-1]
    w.check("one answer for each", len(lines) == len(asked) and r.code == 2,
            (len(lines), len(asked), r.code, r.err))
    answers = [json.loads(line) for line in lines]
    w.check("each is a count or an error", all(
        ("count" in a) != ("error" in a) for a in answers))
    w.check("the last one is answered after all", answers[-1]["count"] == 1,
            answers[-1])
    w.check("too long is said to be too long", any(
        "65536" in a.get("error", "") for a in answers))


CASES = [queries, batches]
