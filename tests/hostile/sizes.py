"""Giant files: time and memory in proportion.

Seconds are printed beside those of a plain text, never asserted; what does not
end is stopped by a timeout.  Memory is asserted, with the margins below.
"""

import functools
import os
import random

from world import remove_tree, settle

MB = 1 << 20
BUILD_MARGIN = 64 * MB      # beyond --memory: programs, tables, mapped pages
POSITION_BYTES = 4          # for each place of the most frequent word
QUERY_MARGIN = 64 * MB      # what a query needs beside the below
LINE_FACTOR = 4             # times the longest line or word that it looks at
HIT_BYTES = 160             # for each line or word of one file that matches


def pieces(make, size):
    """Calls make(i) for bytes until size is reached."""
    done = i = 0
    while done < size:
        piece = make(i)
        yield piece
        done += len(piece)
        i += 1


@functools.lru_cache
def block(i, between):
    start = i * 2000
    return between.join(b"word%d thing word%d other" % (k % 5000, k % 777)
                        for k in range(start, start + 2000)) + between


def plain(size):
    yield b"needle begin\n"
    yield from pieces(lambda i: block(i % 10, b"\n"), size)


def one_line(size):
    yield from pieces(lambda i: block(i % 10, b" "), size)
    yield b"needle end"


def one_word(size):
    yield from pieces(lambda i: b"abcdefgh" * (MB // 8), size)


def marks_in_a_word(count):
    yield b"a"
    yield from pieces(lambda i: "\u0301\u0327".encode() * 5000, 2 * count)
    yield b" needle\n"


def words_with_marks(count):
    for i in range(count):
        yield ("w%d\u0301\u0327e\u0327\u0301 " % i).encode()
    yield b"needle\n"


def invalid(size):
    r = random.Random(1)
    yield from pieces(lambda i: bytes(r.choices(range(128, 256), k=65536)),
                      size)
    yield b" needle\n"


def short_lines(size):
    yield from pieces(lambda i: b"a\n" * 32768, size)
    yield b"needle\n"


def utf16(size):
    yield b"\xff\xfe"
    yield from pieces(lambda i: ("needle word line %d\n" % i).encode(
        "utf-16-le"), size)
    yield b"x"


# How many times a byte the most frequent word occurs, where it is very often.
MOST_FREQUENT = {"line.txt": 1 / 20, "short.txt": 1 / 2}


def make(w, name, content):
    tree = w.folder("size-" + name)
    with open(tree + "/" + name, "wb") as f:
        for piece in content:
            f.write(piece)
    return tree


def rate(r, size):
    return r.seconds / max(size / MB, 0.001)


def giants(w):
    """(name, content, queries with the memory they need beside the margin)"""
    big = 1024 * MB if w.long else 64 * MB
    marks = 1000000
    words = 1000000 if w.long else 100000
    bad = 10 * MB if w.long else 2 * MB
    short = 50 * MB if w.long else 4 * MB
    yield "plain.txt", plain(64 * MB), [
        (["-c", "needle"], 0), (["-n", "needle"], 0)]
    yield "line.txt", one_line(big), [
        (["-l", "needle"], 0), (["-c", "needle"], 0),
        (["-M", "80", "needle"], LINE_FACTOR * big)]
    yield "word.txt", one_word(big), [
        (["-l", "needle"], 0), (["-l", "abcdefgh*"], LINE_FACTOR * big)]
    yield "marks.txt", marks_in_a_word(marks), [
        (["-n", "needle"], LINE_FACTOR * 2 * marks)]
    yield "words.txt", words_with_marks(words), [
        (["-c", "needle"], 0), (["-M", "80", "needle"],
                                LINE_FACTOR * 20 * words)]
    yield "invalid.txt", invalid(bad), [
        (["-c", "needle"], 0), (["-M", "80", "needle"], LINE_FACTOR * bad)]
    yield "short.txt", short_lines(short), [
        (["-n", "needle"], 0), (["-n", "a"], HIT_BYTES * short // 2)]
    yield "utf16.txt", utf16(short), [
        (["-c", "needle"], HIT_BYTES * short // 36),
        (["-n", "line"], HIT_BYTES * short // 36 + LINE_FACTOR * short)]


def giant_files(w):
    """Built with two budgets, asked, compared with brute force."""
    yardstick = None
    cases = [(name, make(w, name, content), queries)
             for name, content, queries in giants(w)]
    settle()
    for name, tree, queries in cases:
        size = os.path.getsize(tree + "/" + name)
        index = w.tmp + "/size.idx"
        for memory in (64, 256):
            r = w.measured([w.bin + "/scout-index", "build", "--memory",
                            "%dM" % memory, "--index", index, tree])
            w.check("%s: build" % name, r.code == 0, r)
            yardstick = yardstick or rate(r, size)
            w.say("%s, %d MB, --memory %dM: %.4f s/MB, %.1f times plain "
                  "text, peak %d MiB" % (
                      name, size // MB, memory, rate(r, size),
                      rate(r, size) / yardstick, r.peak_bytes // MB))
            w.check("%s: the budget holds" % name,
                    r.peak_bytes <= memory * MB + BUILD_MARGIN +
                    POSITION_BYTES * MOST_FREQUENT.get(name, 0) * size,
                    r.peak_bytes)
        w.check("%s: nothing is left out" % name, w.skip_list(index) == {})
        for query, need in queries:
            ask(w, index, name, size, query, need)
        remove_tree(tree)


def ask(w, index, name, size, query, need):
    out, brute_out = w.tmp + "/out", w.tmp + "/out.brute"
    argv = [w.bin + "/scout-query", "--index", index]
    r = w.measured(argv + query, out)
    brute = w.measured(argv + ["--brute"] + query, brute_out)
    w.say("%s, %s: %.4f s/MB, peak %d MiB; brute %.4f s/MB, %d MiB" % (
        name, " ".join(query), rate(r, size), r.peak_bytes // MB,
        rate(brute, size), brute.peak_bytes // MB))
    w.check("%s, %s: as --brute" % (name, query), r.code == brute.code and
            same_bytes(out, brute_out), (r, brute))
    w.check("%s, %s: memory" % (name, query),
            r.peak_bytes <= QUERY_MARGIN + need, r.peak_bytes)
    hit = name not in ("word.txt",) or query[-1] != "needle"
    w.check("%s, %s: found" % (name, query), (r.code == 0) == hit, r)


def same_bytes(a, b):
    with open(a, "rb") as f, open(b, "rb") as g:
        while True:
            p, q = f.read(MB), g.read(MB)
            if p != q:
                return False
            if not p:
                return True


def sparse(w):
    """A giant file of NULs is binary, and not read to its end."""
    size = (1024 if w.long else 64) * MB
    tree = w.folder("sparse")
    with open(tree + "/holes", "wb") as f:
        f.truncate(size)
    w.write(tree, "text.txt", b"needle\n")
    settle()
    index = w.tmp + "/sparse.idx"
    r = w.measured([w.bin + "/scout-index", "build", "--index", index, tree])
    w.check("build", r.code == 0 and r.peak_bytes < 256 * MB + BUILD_MARGIN, r)
    w.check("it is binary", w.skip_list(index) == {b"holes": b"binary"})
    w.equal("sparse", index, ["needle"])
    r = w.measured([w.bin + "/scout-index", "build", "--binary", "--memory",
                    "64M", "--index", index, tree])
    w.say("NULs as text, %d MB: %.4f s/MB, peak %d MiB" % (
        size // MB, rate(r, size), r.peak_bytes // MB))
    w.check("build --binary", r.code == 0 and
            r.peak_bytes < 64 * MB + BUILD_MARGIN, r)
    w.equal("sparse as text", index, ["needle"], (("-l",), ("-c", "-H")))
