"""Files that change while they are read."""

import functools
import os
import random
import subprocess
import sys
import time

from world import settle

HOWS = ("empty", "halve", "replace", "unlink", "grow", "overwrite")
BIG_LINES = 45000      # more than one window of a reader (4 MiB)


@functools.lru_cache
def text(lines):
    """Lines that all differ; each tells which file version it is of."""
    return b"".join(b"needle v1 line%d %send\n" % (i, b"padding " * 11)
                    for i in range(lines))


def fill(w, tree, lines):
    w.write(tree, "a.txt", b"needle first\n")
    path = w.write(tree, "victim.txt", text(lines))
    w.write(tree, "z.txt", b"needle last\n")
    w.write(tree + ".side", "unused", b"")
    return os.fsdecode(path)


def at_the_moment(w):
    """The change comes right after the first read."""
    for lines in (200, BIG_LINES):
        tree = w.folder("moment")
        index = w.tmp + "/moment.idx"
        for how in HOWS if lines < 1000 or w.long else HOWS[1:5:2]:
            fill(w, tree, lines)
            settle_quickly(tree)
            new_version(w, tree, how)
            w.build(tree, index)
            change_in_query(w, tree, index, how, lines)
            fill(w, tree, lines)
            settle_quickly(tree)
            new_version(w, tree, how)
            change_in_build(w, tree, index, how, lines)


def settle_quickly(tree):
    """Makes the times old instead of waiting; ctime stays young, so that such
    files are read anew: it is the reading that is tested."""
    old = time.time() - 1000
    for name in os.listdir(tree):
        os.utime(os.path.join(tree, name), (old, old))


def new_version(w, tree, how):
    """What `replace` puts in the place of the victim; hidden from the walk."""
    if how == "replace":
        w.write(tree, "victim.txt.new", b"needle v2 only\n")
        w.write(tree, ".ignore", b"*.new\n")


@functools.lru_cache
def versions(lines):
    """Every line that some version of any of the files has."""
    out = set(text(lines).split(b"\n"))
    out |= {b"needle v2 only", b"grown while it was read", b"needle first",
            b"needle last"}
    # overwritten at the front, cut in the middle
    out.add(b"zzzz" + text(1).split(b"\n")[0][4:])
    return out


def plausible(w, name, r, lines, victim):
    """Codes, lines and messages that may come of it."""
    w.check("%s: exit code" % name, r.code in (0, 1, 2), r)
    known = versions(lines)
    printed = [l.split(b":", 2)[2:] for l in r.out.split(b"\n") if l]
    bad = [l for l in printed if not l or l[0] not in known]
    # half a line at the new end of the file is in the file, too
    w.check("%s: every line was in the file" % name, len(bad) <= 1 and all(
        b and any(k.startswith(b[0]) for k in known) for b in bad),
        "%r %r" % (bad[:3], r))
    for line in r.err.split(b"\n"):
        w.check("%s: messages make sense" % name, not line or
                b"changed while it was being read" in line or
                b"changed since and w" in line or victim in line, r)


def change_in_query(w, tree, index, how, lines):
    victim = tree + "/victim.txt"
    env = w.preload(SHIM_FILE=victim, SHIM_CHANGE=how)
    saved = open(victim, "rb").read()
    for extra in ((), ("--brute",)):
        name = "%d lines, %s in a query%s" % (lines, how, " --brute" * len(
            extra))
        r = w.query(index, "-n", "-H", "needle OR grown", *extra, env=env)
        plausible(w, name, r, lines, b"victim.txt")
        w.check("%s: the others are found" % name,
                b"a.txt:1:needle first\n" in r.out and
                b"z.txt:1:needle last\n" in r.out, r)
        w.check("%s: the change took place" % name, how == "unlink" and
                not os.path.exists(victim) or how != "unlink" and
                open(victim, "rb").read() != saved)
        if "v1" not in repr(saved[:20]):
            continue
        w.write(tree, "victim.txt", saved)
        new_version(w, tree, how)
        settle_quickly(tree)


def change_in_build(w, tree, index, how, lines):
    victim = tree + "/victim.txt"
    name = "%d lines, %s in a build" % (lines, how)
    r = w.build(tree, index, env=w.preload(SHIM_FILE=victim, SHIM_CHANGE=how))
    w.check("%s: ends well" % name, (r.code, r.err) == (0, b""), r)
    w.sound(name, index)
    forms = (("-l",), ("-c", "-H")) if lines > 1000 else (("-n", "-H"),)
    w.equal(name, index, ["needle", "v1", "line199"], forms)
    # what was added cannot be known, but a rebuild knows it
    w.build(tree, index)
    w.equal(name + ", rebuilt", index, ["needle", "grown", "v2", "line150"], forms)
    for old in ("victim.txt.new", ".ignore"):
        if os.path.exists(tree + "/" + old):
            os.unlink(tree + "/" + old)


def read_errors(w):
    """A disk that returns EIO, at once or further on."""
    tree = w.folder("eio")
    victim = fill(w, tree, BIG_LINES)
    settle()
    index = w.tmp + "/eio.idx"
    for nth in ("1", "2"):
        env = w.preload(SHIM_FILE=victim, SHIM_EIO=nth)
        r = w.build(tree, index, env=env)
        w.check("build, read %s" % nth, r.code == 1 and
                b"victim.txt: Input/output error" in r.err, r)
        w.check("it is in the skip list", w.skip_list(index).get(
            b"victim.txt") == b"unreadable: Input/output error")
        w.sound("EIO", index)
        r = w.query(index, "-l", "needle")
        w.check("the others are found", r.out == b"a.txt\nz.txt\n", r)
        w.check("build", w.build(tree, index).code == 0)
        for extra in ((), ("--brute",)):
            r = w.query(index, "-n", "needle", *extra, env=env)
            w.check("query, read %s" % nth, r.code == 2 and
                    b"victim.txt: Input/output error" in r.err and
                    b"a.txt:1:needle first\n" in r.out and
                    b"z.txt:1:needle last\n" in r.out, r)
            known = versions(BIG_LINES)
            w.check("query, read %s: no garbage" % nth, all(
                l.split(b":", 2)[2] in known
                for l in r.out.split(b"\n") if l))


# Changes files of a tree until it is told to stop; every line that it ever
# writes is of the form that GOOD_LINE knows.
MUTATOR = """
import os, random, sys
tree, seed = sys.argv[1], int(sys.argv[2])
r = random.Random(seed)
def line():
    return b'needle %d tail%d\\n' % (r.randrange(1000), r.randrange(1000))
def attempt():
    path = '%s/d%d/f%d.txt' % (tree, r.randrange(4), r.randrange(12))
    how = r.randrange(7)
    if how == 0:
        os.truncate(path, 0)
    elif how == 1:
        os.truncate(path, os.path.getsize(path) // 2)
    elif how == 2:
        with open(path, 'ab') as f:
            f.write(b'\\n' + line() * r.randrange(1, 2000))
    elif how == 3:
        os.unlink(path)
    elif how == 4:
        with open(path, 'wb') as f:
            for i in range(r.randrange(2000)):
                f.write(line())
    elif how == 5:
        with open(path + '.tmp', 'wb') as f:
            f.write(line() * r.randrange(1, 5000))
        os.rename(path + '.tmp', path)
    else:
        folder = os.path.dirname(path)
        os.rename(folder, folder + '.away')
        os.rename(folder + '.away', folder)
print('begun', flush=True)
while True:
    try:
        attempt()
    except FileNotFoundError:
        pass
"""


def good_line(line):
    """Whether some version of a file had it, whole or cut at the end."""
    words = line.split(b" ")
    return (len(words) <= 3 and b"needle".startswith(words[0]) and
            all(part.strip(b"tail0123456789") == b"" for part in words[1:]))


def mutator(w):
    """Files that never rest; when they do, everything is as it should be."""
    tree = w.folder("restless")
    for d in range(4):
        for f in range(12):
            w.write(tree, "d%d/f%d.txt" % (d, f),
                    b"needle 1 tail1\n" * random.Random(d).randrange(3000))
        for f in range(12):
            w.write(tree, "d%d/calm%d.txt" % (d, f), b"needle 5 tail5\n")
    index = w.tmp + "/restless.idx"
    p = subprocess.Popen([sys.executable, "-c", MUTATOR, tree, "1"],
                         stdout=subprocess.PIPE)
    p.stdout.readline()
    seen = 0
    try:
        until = time.monotonic() + (120 if w.long else 5)
        while time.monotonic() < until:
            r = w.build(tree, index, "--memory", "32M")
            w.check("build", r.code in (0, 1) and b"internal" not in r.err, r)
            w.sound("restless", index)
            for extra in ((), ("--brute",), ("-c",), ("-C1",)):
                r = w.query(index, "-N", "-I", *extra, "needle NEAR/2 tail*"
                            if extra == ("-C1",) else "needle")
                seen += check_restless(w, extra, r)
    finally:
        p.kill()
        p.wait()
    w.check("something was seen", seen > 100, seen)
    settle()
    w.check("build at rest", w.build(tree, index).code == 0)
    w.equal("at rest", index, ["needle", "tail5", "needle NEAR/3 tail7",
                               "tail1*", '"needle 5"'])


def check_restless(w, extra, r):
    w.check("query %s: exit code" % (extra,), r.code in (0, 1), r)
    lines = [l for l in r.out.split(b"\n") if l and l != b"--"]
    if extra != ("-c",):
        bad = [l for l in lines if not good_line(l)]
        w.check("query %s: no garbage" % (extra,), not bad, bad[:3])
    for line in r.err.split(b"\n"):
        w.check("query %s: messages" % (extra,), not line or
                b"changed while it was being read" in line or
                b"changed since and w" in line, r)
    return len(lines)


CASES = [at_the_moment, read_errors, mutator]
