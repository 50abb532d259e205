"""status: fresh, stale or broken."""

import json
import os
import random
import signal
import subprocess
import time

from locking import Held

FRESH, STALE, BROKEN = 0, 1, 2


def status(w, index, *args):
    r = w.index("status", "--json", "--index", index, *args)
    s = json.loads(r.out)
    w.equal("the code is the verdict", r.code,
            ["fresh", "stale", "broken"].index(s["status"]))
    w.equal("nothing on stderr", r.err, "")
    return s


def differs(w, index):
    d = status(w, index)["differs"]
    return d["new"], d["changed"], d["gone"], d["unreadable"]


def fresh_and_stale(w):
    tree = w.tree()
    index = tree + "/.scout"
    w.write(tree, "binary.bin", "\0\0\0\n")
    w.write(tree, ".hidden", "x\n")
    w.build(tree)
    s = status(w, index)
    w.equal("fresh", (s["status"], s["files"], s["segments"], s["deleted"],
                      s["root"], s["running"]),
            ("fresh", 3, 1, 0, tree, False))
    w.equal("by folder", w.index("status", tree).code, FRESH)
    w.equal("from below", w.index("status", cwd=w.folder("tree/sub")).code,
            FRESH)

    w.write(tree, "new.txt", "delta\n")
    w.write(tree, "sub/new.txt", "delta\n")
    w.write(tree, ".new-hidden", "delta\n")
    w.equal("new", differs(w, index), (2, 0, 0, 0))
    w.write(tree, "alpha.txt", "other text\n")
    w.equal("changed", differs(w, index), (2, 1, 0, 0))
    os.unlink(tree + "/beta.txt")
    w.equal("gone", differs(w, index), (2, 1, 1, 0))
    os.utime(tree + "/gamma.txt")
    w.equal("touched is the same", differs(w, index), (2, 1, 1, 0))
    r = w.index("status", tree)
    w.ended("as text", r, STALE, "", "^%s: stale\n.*2 new, 1 changed, 1 gone\n"
            % index)
    w.ended("quiet", w.index("status", "-q", tree), STALE, "", "")
    w.equal("not compared", status(w, index, "--no-compare")["status"],
            "fresh")
    w.equal("update", w.index("update", tree).code, 0)
    s = status(w, index)
    w.equal("fresh again", (s["status"], s["files"]), ("fresh", 4))
    w.check("marked deleted or merged away", s["deleted"] in (0, 1, 2), s)

    random.seed(5)
    for i in range(6):
        for _ in range(3):
            name = "f%d.txt" % random.randrange(8)
            if random.random() < 0.3 and os.path.exists(tree + "/" + name):
                os.unlink(tree + "/" + name)
            else:
                w.write(tree, name, "%d\n" % random.random())
        before = differs(w, index)
        w.index("update", tree)
        after = differs(w, index)
        w.equal("nothing is left after %r" % (before,), after, (0, 0, 0, 0))


def unreadable(w):
    if w.is_root:
        return w.skip("an unreadable file", "root reads everything")
    tree = w.tree()
    index = tree + "/.scout"
    path = w.write(tree, "secret.txt", "x\n", 0)
    w.index("build", tree)
    s = status(w, index)
    w.equal("it does not make it stale", (s["status"], differs(w, index),
                                          s["last_run"]["result"]),
            ("fresh", (0, 0, 0, 1), "partial"))
    os.chmod(path, 0o644)
    w.equal("until it can be read", differs(w, index), (1, 0, 0, 0))


def age(w):
    tree = w.tree()
    w.build(tree)
    index = tree + "/.scout"
    w.equal("young enough", status(w, index, "--max-age", "1h")["status"],
            "fresh")
    time.sleep(1.2)
    s = status(w, index, "--max-age=0")
    w.equal("too old", (s["status"], s["old"]), ("stale", True))
    w.index("update", tree)
    s = status(w, index, "--max-age=1")
    w.check("a run that had nothing to do counts", s["status"] == "fresh" and
            s["age_seconds"] < 1.2, s)
    w.ended("a mistake", w.index("status", "--max-age", "soon", tree), 2,
            ".*--max-age wants a time such as .*, not 'soon'\n")


def runs(w):
    """Who writes, and how the last run ended."""
    tree = w.tree()
    index = tree + "/.scout"
    w.build(tree)
    s = status(w, index)["last_run"]
    w.check("done", s["result"] == "done" and s["files"] == 3 and
            "(scout-index build)" in s["by"] and
            0 < s["started"] <= s["ended"] <= time.time(), s)
    begin = "process 77 (scout-index update) on x since y\nstarted 7000000000\n"
    with Held(index, begin):
        s = status(w, index)
        w.equal("running", (s["running"], s["last_run"]["result"],
                            s["last_run"]["by"]),
                (True, "running", begin.split("\n")[0]))
        w.ended("as text", w.index("status", tree), FRESH, "",
                "being written running, by process 77 ")
    s = status(w, index)
    w.equal("killed", (s["running"], s["last_run"]["result"]),
            (False, "killed"))
    os.rename(tree + "/alpha.txt", w.tmp + "/alpha.txt")
    os.mkdir(index + "/gen-9")
    os.mkdir(index + "/gen-10")
    r = w.index("update", "--memory", "1", tree)
    w.equal("a mistake leaves no trace", (r.code, status(w, index)["last_run"][
        "result"]), (2, "killed"))
    os.rename(tree, w.tmp + "/moved")
    r = w.index("update", "--index", w.tmp + "/moved/.scout")
    w.equal("moved together", r.code, 0)
    w.equal("done", status(w, w.tmp + "/moved/.scout")["last_run"]["result"],
            "done")

    elsewhere = w.tmp + "/elsewhere"
    tree = w.tree("another")
    w.build(tree, "--index", elsewhere)
    os.rename(tree, tree + "-away")
    r = w.index("update", "--index", elsewhere)
    w.ended("the folder is gone", r, 2, ".*no such folder\n")
    s = status(w, elsewhere)
    w.check("failed, and why", s["last_run"]["result"] == "failed" and
            "no such folder" in s["last_run"]["error"], s)
    w.check("broken: nothing to compare with", s["status"] == "broken" and
            "no such folder" in s["error"], s)


def a_killed_run(w):
    tree = w.tree()
    index = tree + "/.scout"
    w.build(tree)
    words = ["w%d" % i for i in range(200000)]
    random.seed(1)
    for i in range(12):
        random.shuffle(words)
        w.write(tree, "big%d.txt" % i, " ".join(words))
    for _ in range(20):
        run = w.start("build", "-j1", tree)
        while run.poll() is None:
            if "process %d " % run.pid in open(index + "/lock").read():
                break
        time.sleep(0.02)
        run.kill()
        run.communicate()
        s = status(w, index, "--no-compare")
        if run.returncode == -signal.SIGKILL and s["last_run"]["result"] != \
                "done":
            break
    w.equal("a real one", (run.returncode, s["last_run"]["result"],
                           s["running"], s["status"]),
            (-signal.SIGKILL, "killed", False, "fresh"))


def broken(w):
    """Nothing that can be done to the files crashes it."""
    tree = w.tree()
    index = tree + "/.scout"
    w.build(tree)
    data = index + "/gen-1/data.mdb"
    whole = open(data, "rb").read()
    s = status(w, index)
    w.ended("no index", w.index("status", w.tmp), BROKEN, "",
            ": broken\n  because       no index in '")
    random.seed(3)
    kinds = {}
    cuts = [0, 1, 4096, len(whole) // 2, len(whole) - 4096]
    for cut in cuts:
        with open(data, "wb") as f:
            f.write(whole[:cut])
        s = status(w, index)
        w.equal("cut to %d bytes" % cut, s["status"], "broken")
    for i in range(60):
        bad = bytearray(whole)
        at = random.randrange(len(bad) // 4096) * 4096
        bad[at:at + 4096] = os.urandom(4096) if i % 2 else b"\xff" * 4096
        with open(data, "wb") as f:
            f.write(bad)
        s = status(w, index)
        kinds[s["status"]] = kinds.get(s["status"], 0) + 1
    w.check("damaged pages give a verdict", kinds.get("broken", 0) > 5, kinds)
    with open(data, "wb") as f:
        f.write(whole)
    for text in ("", "gen-7\n", "../x\n"):
        w.write(index, "CURRENT", text)
        w.equal("CURRENT is %r" % text, status(w, index)["status"], "broken")
    w.write(index, "CURRENT", "gen-1\n")
    w.equal("whole again", status(w, index)["status"], "fresh")
    if not w.is_root:
        os.chmod(index, 0)
        w.equal("not allowed", status(w, index)["status"], "broken")
        os.chmod(index, 0o700)


def json_and_text_of_strange_names(w):
    tree = w.tree("a\"b\n\udcff")
    w.build(tree)
    s = status(w, tree + "/.scout")
    w.equal("fresh", s["status"], "fresh")


CASES = [fresh_and_stale, unreadable, age, runs, a_killed_run, broken,
         json_and_text_of_strange_names]
