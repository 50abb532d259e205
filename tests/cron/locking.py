"""The writers' lock, priority and load: what a run does that cannot start."""

import fcntl
import os
import re
import signal
import subprocess
import time

from world import CODE_NOT_NOW


class Held:
    """The lock of an index in other hands, with the text that a run leaves."""

    def __init__(self, index, text=None):
        self.file = open(os.path.join(index, "lock"), "r+")
        fcntl.flock(self.file, fcntl.LOCK_EX)
        if text is not None:
            self.file.truncate(0)
            self.file.write(text)
            self.file.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()


def lock_modes(w):
    """Fail says who has it, skip says nothing, wait gets it in the end."""
    tree = w.tree()
    index = tree + "/.scout"
    w.build(tree)
    holder = "process 12 (scout-index build) on there since 2020-01-02 03:04:05"
    with Held(index, holder + "\nstarted 5\n"):
        for args in ((), ("--lock=fail",), ("--lock=wait=0",)):
            r = w.index("build", *args, tree)
            w.ended("%s names the holder" % (args,), r, CODE_NOT_NOW,
                    re.escape("scout-index: the index in '%s' is being written "
                              "by %s\n" % (index, holder)))
            w.one_line("%s" % (args,), r)
        w.ended("skip says nothing", w.index("build", "--lock=skip", tree),
                CODE_NOT_NOW, "", "")
        start = time.monotonic()
        r = w.index("build", "--lock=wait=1", tree)
        w.check("waits for a second", time.monotonic() - start >= 1, r)
        w.ended("and gives up", r, CODE_NOT_NOW, ".*is being written by.*\n")
        before = open(index + "/lock").read()
        w.check("who did not get it leaves no trace", holder in before, before)
        waiting = w.start("build", "--lock=wait", tree)
        time.sleep(0.5)
        w.check("waits as long as it takes", waiting.poll() is None)
    out, err = waiting.communicate(timeout=60)
    w.equal("gets it then", (waiting.returncode, out, err), (0, "", ""))
    with Held(index):
        r = w.index("build", tree)
        w.ended("what an ended run left is not the holder", r, CODE_NOT_NOW,
                ".*is being written by another process\n")
    w.ended("free again", w.index("build", tree), 0, "")


def looking_is_not_writing(w):
    """Who shares the lock for a moment keeps no run from starting."""
    tree = w.tree()
    w.build(tree)
    with open(tree + "/.scout/lock") as f:
        fcntl.flock(f, fcntl.LOCK_SH)
        run = w.start("build", "--lock=fail", tree)
        time.sleep(0.6)
        w.check("it waits for that", run.poll() is None)
    _, err = run.communicate(timeout=60)
    w.equal("and runs", (run.returncode, err), (0, ""))


def waiting_can_be_stopped(w):
    tree = w.tree()
    w.build(tree)
    with Held(tree + "/.scout"):
        waiting = w.start("build", "--lock=wait", tree)
        time.sleep(0.3)
        waiting.send_signal(signal.SIGTERM)
        _, err = waiting.communicate(timeout=20)
        w.equal("SIGTERM ends it", (waiting.returncode, err),
                (143, "scout-index: stopped; the old index stays\n"))


def two_at_once(w):
    """A real second run, not a lock made by the test."""
    tree = w.tree()
    for i in range(300):
        w.write(tree, "more/%d.txt" % i, "word%d and more\n" % i * 200)
    runs = [w.start("build", tree) for _ in range(4)]
    ends = []
    for run in runs:
        _, err = run.communicate(timeout=60)
        ends.append((run.returncode, err))
    w.check("one of them at least is done", any(e == (0, "") for e in ends),
            ends)
    for code, err in ends:
        w.check("the others name a process", code == 0 or code == CODE_NOT_NOW
                and re.search(r"process \d+ \(scout-index build\) on \S+ since "
                              r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n$", err),
                (code, err))


def the_lock_file_says_how_it_ended(w):
    tree = w.tree()
    w.build(tree)
    text = open(tree + "/.scout/lock").read()
    w.check("done", re.fullmatch(
        r"process \d+ \(scout-index build\) on \S+ since [-0-9]+ [:0-9]+\n"
        r"started \d+\nended \d+\nresult done\nfiles 3\n", text), text)
    if not w.is_root:
        w.write(tree, "secret.txt", "delta\n", 0)
        w.ended("one file cannot be read", w.index("build", tree), 1,
                "scout-index: secret.txt: Permission denied\n")
        text = open(tree + "/.scout/lock").read()
        w.check("partial", "result partial\nfiles 3\n" in text, text)


def nice(w):
    """The priority as others see it, while it waits for the lock."""
    tree = w.tree()
    w.build(tree)
    for args, wanted in (((), 0), (("--nice",), 19)):
        with Held(tree + "/.scout"):
            run = w.start("build", "--lock=wait", *args, tree)
            time.sleep(0.3)
            got = os.getpriority(os.PRIO_PROCESS, run.pid)
            ionice = subprocess.run(["ionice", "-p", str(run.pid)], text=True,
                                    stdout=subprocess.PIPE)
            run.terminate()
            run.communicate(timeout=20)
        before = os.getpriority(os.PRIO_PROCESS, 0)
        w.equal("priority with %s" % (args,), got, wanted or before)
        w.equal("idle class for disks with %s" % (args,),
                ionice.stdout.startswith("idle"), bool(args))


def load(w):
    """A real load of this machine, made if there is none."""
    tree = w.tree()
    w.build(tree)
    busy = []
    if os.getloadavg()[0] < 0.05:
        busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"])]
        while os.getloadavg()[0] < 0.05:
            time.sleep(0.5)
    high = str(os.getloadavg()[0] + 100)
    r = w.index("build", "--max-load", "0.01", tree)
    w.ended("not while the load is high", r, CODE_NOT_NOW,
            r"scout-index: not started: the load is \d+\.\d\d, more than "
            r"--max-load 0\.01\n")
    w.ended("skip says nothing",
            w.index("build", "--max-load=0.01", "--lock=skip", tree),
            CODE_NOT_NOW, "", "")
    start = time.monotonic()
    r = w.index("build", "--max-load=0.01", "--lock=wait=1s", tree)
    w.check("waits for it", time.monotonic() - start >= 1 and
            r.code == CODE_NOT_NOW, r)
    w.ended("below the limit", w.index("build", "--max-load", high, tree), 0,
            "", "")
    for p in busy:
        p.kill()
        p.wait()


def mistakes(w):
    tree = w.tree()
    for flag, value in (("--lock", "x"), ("--lock", "wait="),
                        ("--lock", "wait=-1"), ("--lock", "wait=5x"),
                        ("--max-load", ""), ("--max-load", "-1"),
                        ("--max-load", "1.2.3"), ("--max-load", "inf"),
                        ("--max-load", "0x10")):
        r = w.index("build", flag, value, tree)
        w.ended("%s %s" % (flag, value), r, 2,
                r"scout-index: %s wants .*, not '%s'\n" % (flag, value))
        w.one_line("%s %s" % (flag, value), r)
    w.check("nothing was made", not os.path.exists(tree + "/.scout"))


CASES = [lock_modes, looking_is_not_writing, waiting_can_be_stopped, two_at_once,
         the_lock_file_says_how_it_ended, nice, load, mistakes]
