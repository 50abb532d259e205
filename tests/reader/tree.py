"""A tree whose index has something of everything that the format page knows."""

import gzip
import os
import random


def write(top, name, data):
    path = os.path.join(os.fsencode(top), os.fsencode(name))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def lines_of(rng, words):
    """Words on lines of 0 to 12, so that some lines are empty."""
    lines, at = [], 0
    while at < len(words):
        n = rng.randrange(13)
        lines.append(" ".join(words[at:at + n]))
        at += n
    return "\n".join(lines) + "\n"


def spelt(rng, word):
    return rng.choice([word, word, word.upper(), word.capitalize(),
                       word[:2] + word[2:].upper()])


def edge_words(rng, i):
    """Terms that just are of a kind, or just are not: by the number of files,
    by occurrences a file, and by whether a bitset is the smaller form."""
    words = ["files%d" % n for n in (127, 128, 129, 256, 257) if i < n]
    if i < 130:
        words += ["ratio"] * 32 + ["above"] * (33 if i == 77 else 32)
    for share in range(15, 25):
        words += ["share%d" % share] * (rng.random() < share / 100)
    return words


def edge_files(top):
    """The same by the number of occurrences, words and lines."""
    for n in [*range(50, 75), 127, 128, 129, 255, 256, 257, 1023, 1024, 1025,
              2048, 4095, 4096, 4097, 7168, 8192, 8193]:
        write(top, "edge/%d" % n, b"times%d\n" % n * n)
    for n in range(14, 40):
        write(top, "edge/words%d" % n, b"files257 rare7 " * n)


def common_files(top, rng):
    """Terms in half of the files, in most, and in few: bitset blocks, packed
    ones, short lists."""
    for i in range(700):
        words = []
        for k in range(60):
            share = (k + 1) / 61
            if rng.random() < share:
                n = rng.choice([1, 1, 1, 2, 3, 40])
                words += [spelt(rng, "common%d" % k)] * n
        for k in range(120):
            if rng.random() < 0.06:
                words.append(spelt(rng, "rare%d" % k))
        words += edge_words(rng, i)
        rng.shuffle(words)
        name = "files/%s/%d.txt" % ("xyz"[i % 3] * (i % 5 + 1), i)
        write(top, name, lines_of(rng, words).encode())
    # Only in these, which are far from each other: wide gaps.
    for i in range(0, 700, 90):
        write(top, "files/far%d" % i, b"faraway " * 700)


def dense_files(top, rng):
    """Terms with many positions in few files; many line map records."""
    words = ["dense"] * 9000 + ["mid%d" % (i % 50) for i in range(12000)]
    rng.shuffle(words)
    write(top, "dense/one", lines_of(rng, words).encode())
    write(top, "dense/two", b"dense filler\n" * 5000)
    write(top, "dense/lines", b"\n" * 9000 + b"x\n" * 200 + b"no feed")
    write(top, "dense/exactly", b"line\n" * 8192)
    write(top, "dense/wide", (b"wide " * 3000 + b"\n") * 5 + b"end\n")
    # Exceptions: gaps of 1 and now and then a large one.
    words = []
    for i in range(6000):
        words += ["gappy"] + ["other"] * (rng.choice([3, 70, 3000])
                                          if i % 41 == 0 else 0)
    write(top, "dense/gaps", lines_of(rng, words).encode())


def many_terms(top, rng):
    """More dictionary blocks than a group of filters has."""
    for i in range(6):
        words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz_0", k=9))
                 for _ in range(40000)]
        write(top, "terms/%d" % i, lines_of(rng, words).encode())


def odd_files(top):
    write(top, "odd/empty", b"")
    write(top, "odd/newline", b"\n")
    write(top, "odd/nothing", b"+++ --- ...\n")
    write(top, "odd/bom", b"\xef\xbb\xbfmarked text\n")
    write(top, "odd/log.gz", gzip.compress(b"rotated line\n" * 999, mtime=0))
    write(top, "odd/utf16", "\ufeffsechzehn \u00dfe \U0001d518\n"
          .encode("utf-16-le"))
    write(top, "odd/utf16be", "\ufeffgro\u00df\n".encode("utf-16-be"))
    write(top, "odd/latin", b"caf\xe9 au lait \xff\xfe\n")
    write(top, "odd/marks", "a\u0301\u0323b \u00bd STRASSE Stra\u00dfe\n".encode())
    write(top, "odd/han", "\u6771\u4eac\u90fd \u30ab\u30bf\u30ab\u30ca\n".encode())
    write(top, "odd/overlong", b"x" * 300 + b" " + b"y" * 5000 + b" short\n")
    write(top, "odd/wild", b"z" + "\u0301\u0323".encode() * 700 + b" tail\n")
    write(top, "odd/wild2", b"q" + "\u0301\u0323".encode() * 900 + b" tail\n")
    write(top, "odd/longest", b"k" * 255 + b" " + b"k" * 254 + b"\n")
    for i in range(150):
        write(top, "odd/nested/%03d\u00fc \n\\%d\t" % (i, i), b"nested\n")
    write(top, b"odd/not \xff utf", b"name\n")


def skipped_files(top):
    write(top, "left/.hidden", b"hidden\n")
    write(top, "left/.folder/file", b"hidden\n")
    write(top, "left/.ignore", b"*.out\n")
    write(top, "left/binary", b"a\0b\n")
    write(top, "left/large", b"large file\n" * 1100000)
    os.symlink("binary", os.path.join(top, "left/link"))
    os.mkfifo(os.path.join(top, "left/fifo"))
    os.symlink("nowhere", os.path.join(top, "left/dangling"))
    os.symlink("..", os.path.join(top, "left/up"))
    # More of them than one part of the skip list holds.
    for i in range(4600):
        write(top, "left/many/%s%d.out" % ("n" * 230, i), b"")


def make(top, seed):
    rng = random.Random(seed)
    common_files(top, rng)
    edge_files(top)
    dense_files(top, rng)
    many_terms(top, rng)
    odd_files(top)
    skipped_files(top)
