"""--report: JSON and Prometheus, whatever became of the run."""

import json
import os
import signal
import stat
import time

import prometheus
from locking import Held
from world import CODE_NOT_NOW

PER_INDEX = ["scout_index_age_seconds", "scout_index_updated_timestamp_seconds",
             "scout_index_files", "scout_index_deleted_files",
             "scout_index_segments", "scout_index_file_bytes",
             "scout_index_used_bytes", "scout_index_text_bytes",
             "scout_index_skipped_files"]
PER_RUN = ["scout_run_timestamp_seconds", "scout_run_duration_seconds",
           "scout_run_files_read", "scout_run_files_per_minute",
           "scout_run_resident_peak_bytes", "scout_run_memory_peak_bytes",
           "scout_run_exit_code", "scout_run_owner_memory_peak_bytes",
           "scout_run_info"]


class Reports:
    """A command with both reports, and what they say."""

    def __init__(self, w, *args, **more):
        folder = w.folder("reports")
        paths = [folder + "/r.json", folder + "/r.prom"]
        for p in paths:
            if os.path.exists(p):
                os.unlink(p)
        self.flags = ["--report", paths[0], "--report=" + paths[1]]
        self.w, self.paths, self.folder = w, paths, folder
        if args:
            self.result = w.index(*args, *self.flags, **more)
            self.read()

    def read(self):
        w = self.w
        with open(self.paths[0]) as f:
            self.json = json.load(f)
        with open(self.paths[1], "rb") as f:
            self.prom = prometheus.parse(f.read())
        w.equal("nothing else is left", sorted(os.listdir(self.folder)),
                ["r.json", "r.prom"])
        w.equal("all families", sorted(self.prom), sorted(PER_INDEX + PER_RUN))
        for p in self.paths:
            w.equal("others may read it", stat.S_IMODE(os.stat(p).st_mode),
                    0o644)

    def figure(self, name, **labels):
        found = [v for k, v in self.prom[name].items()
                 if all(dict(k).get(a) == b for a, b in labels.items())]
        return found[0] if len(found) == 1 else found

    def ended(self, name, outcome, code, error, has_index=True):
        """Both say how the run ended, and agree with the exit code."""
        run = self.json["runs"][0]
        w = self.w
        w.equal("%s: exit codes" % name, (self.json["exit_code"],
                run["exit_code"], self.figure("scout_run_exit_code")),
                (code, code, code))
        w.equal("%s: outcome" % name, run["outcome"], outcome)
        w.check("%s: error" % name, (run["error"] is None) if error is None
                else error in (run["error"] or ""), run["error"])
        w.equal("%s: as a label" % name, self.figure(
            "scout_run_info", outcome=outcome, error=run["error"] or ""), 1)
        for family in PER_INDEX:
            w.equal("%s: %s is told" % (name, family),
                    bool(self.prom[family]), has_index)
        w.equal("%s: the index in JSON" % name, "files" in run, has_index)
        for family in PER_RUN:
            w.check("%s: %s is told" % (name, family), self.prom[family])


def parser_is_strict(w):
    w.equal("nothing bad is taken", prometheus.accepts_nothing_bad(), [])


def done(w):
    tree = w.tree()
    w.write(tree, ".hidden", "x\n")
    w.write(tree, "data.bin", "\0\0\n")
    before = time.time()
    r = Reports(w, "build", tree)
    w.ended("build", r.result, 0, "", "")
    r.ended("done", "done", 0, None)
    run = r.json["runs"][0]
    w.equal("which index", (run["command"], run["index"], run["root"]),
            ("build", tree + "/.scout", tree))
    w.equal("every sample names it", {dict(k)["index"] for f in r.prom.values()
                                      for k in f}, {tree + "/.scout"})
    w.equal("files", (run["files"], run["files_read"],
                      r.figure("scout_index_files"),
                      r.figure("scout_run_files_read")), (3, 3, 3, 3))
    w.equal("left out", (
        run["stats"]["skipped"]["hidden"], run["stats"]["skipped"]["binary"],
        r.figure("scout_index_skipped_files", reason="hidden"),
        r.figure("scout_index_skipped_files", reason="binary"),
        r.figure("scout_index_skipped_files", reason="too large")),
        (1, 1, 1, 1, 0))
    data = tree + "/.scout/gen-1/data.mdb"
    w.equal("bytes", (run["file_bytes"], r.figure("scout_index_file_bytes")),
            (os.path.getsize(data),) * 2)
    w.check("times", before - 1 < run["started"] <= time.time() and
            before - 1 < r.figure("scout_index_updated_timestamp_seconds")
            <= r.figure("scout_run_timestamp_seconds") <= time.time() and
            0 <= run["age_seconds"] < 60 and 0 < run["seconds"] < 60, run)
    w.check("files in a minute", run["files_per_minute"] > 3 and
            r.figure("scout_run_files_per_minute") > 3, run)
    memory = run["memory"]
    w.check("memory", 0 < memory["accounted_peak_bytes"] < 1 << 30 and
            0 < memory["resident_peak_bytes"] < 1 << 30 and
            0 < memory["by_owner"]["merge"] <= memory["accounted_peak_bytes"],
            memory)


def partial(w):
    if w.is_root:
        return w.skip("an unreadable file", "root reads everything")
    tree = w.tree()
    w.write(tree, "secret.txt", "x\n", 0)
    r = Reports(w, "build", tree)
    w.ended("build", r.result, 1, ".*secret.txt: Permission denied\n")
    r.ended("partial", "partial", 1, None)
    w.equal("by reason", r.figure("scout_index_skipped_files",
                                  reason="unreadable"), 1)


def failed(w):
    r = Reports(w, "build", w.tmp + "/nowhere")
    w.ended("no folder", r.result, 2, ".*no such folder\n")
    r.ended("failed", "failed", 2, "no such folder", False)

    tree = w.tree()
    w.build(tree)
    os.rename(tree + "/.scout/CURRENT", tree + "/.scout/CURRENT.away")
    os.mkdir(tree + "/.scout/CURRENT")
    r = Reports(w, "build", tree)
    w.ended("CURRENT is a folder", r.result, 2, ".*CURRENT.*\n")
    r.ended("failed", "failed", 2, "CURRENT", False)
    os.rmdir(tree + "/.scout/CURRENT")
    r = Reports(w, "build", "-g", "{", tree)
    r.ended("a bad glob", "failed", 2, "{", False)


def not_started(w):
    tree = w.tree()
    w.build(tree)
    with Held(tree + "/.scout"):
        r = Reports(w, "build", "--lock=skip", tree)
        w.ended("skip", r.result, CODE_NOT_NOW, "", "")
        r.ended("the lock", "skipped", CODE_NOT_NOW, "is being written by")
        w.equal("the index as it is", r.figure("scout_index_files"), 3)
        w.equal("nothing read", r.figure("scout_run_files_read"), 0)
    if os.getloadavg()[0] > 0.02:
        r = Reports(w, "build", "--max-load=0.01", tree)
        r.ended("the load", "skipped", CODE_NOT_NOW, "the load is")


def stopped(w):
    tree = w.tree()
    w.build(tree)
    r = Reports(w)
    with Held(tree + "/.scout"):
        run = w.start("build", "--lock=wait", tree, *r.flags)
        time.sleep(0.3)
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=20)
    w.equal("exit code", run.returncode, 143)
    r.read()
    r.ended("stopped", "stopped", 143, "stopped")


def strange_names(w):
    """Labels hold whatever a folder may be called, as far as it is text."""
    for name in ('quo"te', "back\\slash", "line\nbreak", "a{b},c=d", "\udcff"):
        tree = w.tree(name)
        r = Reports(w, "build", tree)
        wanted = (tree + "/.scout").replace("\udcff", "\ufffd")
        w.equal("%r in Prometheus" % name,
                {dict(k)["index"] for k in r.prom["scout_index_files"]},
                {wanted})
        w.equal("%r in JSON" % name, r.json["runs"][0]["index"], wanted)


def cannot_be_written(w):
    """Said in one line; the index is made all the same."""
    tree = w.tree()
    r = w.index("build", "--report", w.tmp + "/no/such/folder.json", tree)
    w.ended("no folder", r, 2, "scout-index: writing the report "
            "'.*/no/such/folder.json': No such file or directory\n")
    w.one_line("no folder", r)
    w.ended("the index is there", w.query("--index", tree + "/.scout", "alpha"),
            0, "", "alpha")
    folder = w.folder("full")
    old = w.write(folder, "r.json", "old")
    if not w.is_root:
        os.chmod(folder, 0o555)
        w.ended("not allowed", w.index("build", "--report", old, tree), 2,
                ".*Permission denied\n")
        os.chmod(folder, 0o755)
        w.equal("the old one is as it was", open(old).read(), "old")


def nothing_to_do(w):
    """An update without changes makes the index younger all the same."""
    tree = w.tree()
    w.build(tree)
    manifest = w.index("dump", "--manifest", tree).out
    time.sleep(2.2)
    w.index("update", tree)     # makes sure of what was written just before
    time.sleep(0.3)
    before = time.time()
    r = Reports(w, "update", tree)
    r.ended("update", "done", 0, None)
    w.equal("files", (r.json["runs"][0]["files_read"],
                      r.figure("scout_index_files")), (0, 3))
    w.check("as of now", r.figure("scout_index_updated_timestamp_seconds") >=
            before - 0.01 and r.figure("scout_index_age_seconds") < 1 and
            r.json["runs"][0]["updated"] >= before - 0.01, (before, r.prom))
    w.check("that was there", manifest)
    w.index("add", "x", tree)
    listed = json.loads(w.index("list", "--json").out)[0]
    w.check("list says so too", listed["age_seconds"] < 2, listed)


CASES = [nothing_to_do, parser_is_strict, done, partial, failed, not_started, stopped,
         strange_names, cannot_be_written]
