"""What every case needs: the programs, a folder, and a way to compare.

A case is a function of a World.  It makes a tree, builds an index of it, asks,
and says with check() what must hold.
"""

import os
import shutil
import subprocess
import tempfile
import threading
import time

FRESH_SECONDS = 2.1     # younger files count as changed since the build
HANG_SECONDS = 600      # no case takes that long unless something hangs
NOBODY = 65534


class Result:
    """What a program left behind."""

    def __init__(self, code, out, err, seconds=0.0, peak_bytes=0):
        self.code, self.out, self.err = code, out, err
        self.seconds, self.peak_bytes = seconds, peak_bytes

    def __repr__(self):
        return "code %s, out %r, err %r" % (
            self.code, self.out[:500], self.err[:500])


class World:
    def __init__(self, build_dir, tmp, is_long):
        self.bin = os.path.abspath(os.path.join(build_dir, "tools"))
        self.shim = os.path.abspath(
            os.path.join(build_dir, "tests", "hostile-shim.so"))
        self.tmp = tmp
        self.long = is_long
        self.passed = self.failed = self.skipped = 0
        self.case = ""
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("SCOUT_", "SHIM_"))}
        self.env.update(HOME=tmp, XDG_CONFIG_HOME=tmp, LC_ALL="C.UTF-8")
        self.is_root = os.geteuid() == 0

    # --- verdicts

    def check(self, name, condition, detail=""):
        if condition:
            self.passed += 1
        else:
            self.failed += 1
            print("FAIL: %s: %s\n      %s" % (self.case, name, detail),
                  flush=True)
        return bool(condition)

    def skip(self, what, why):
        self.skipped += 1
        print("skipped: %s: %s: %s" % (self.case, what, why), flush=True)

    def say(self, text):
        print("  " + text, flush=True)

    # --- folders and files

    def folder(self, name):
        """A new, empty folder; the one of that name is removed first."""
        path = os.path.join(self.tmp, name)
        remove_tree(path)
        os.makedirs(path)
        return path

    def write(self, folder, name, data):
        path = os.path.join(os.fsencode(folder), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
        return path

    # --- programs

    def run(self, argv, cwd=None, env=None, limit_files=0, as_nobody=False,
            stdin=subprocess.DEVNULL, out=subprocess.PIPE):
        def prepare():
            if limit_files:
                import resource
                resource.setrlimit(resource.RLIMIT_NOFILE,
                                   (limit_files, limit_files))
        more = {}
        if limit_files:
            more["preexec_fn"] = prepare
        if as_nobody and self.is_root:
            more.update(user=NOBODY, group=NOBODY, extra_groups=[])
        start = time.monotonic()
        p = subprocess.run([os.fsencode(a) for a in argv], stdin=stdin,
                           stdout=out, stderr=subprocess.PIPE,
                           cwd=cwd or self.tmp, timeout=HANG_SECONDS,
                           env=dict(self.env, **(env or {})), **more)
        r = Result(p.returncode, p.stdout or b"", p.stderr,
                   time.monotonic() - start)
        if r.code < 0 or r.code == 134 or b"internal error" in r.err:
            self.check("no crash", False, "%r: %r" % (argv[:8], r))
        return r

    def measured(self, argv, out_path=os.devnull):
        """Runs argv and notes its time and its own peak of memory."""
        peak = os.path.join(self.tmp, "peak")
        start = time.monotonic()
        with open(out_path, "wb") as out, tempfile.TemporaryFile() as err:
            p = subprocess.Popen([os.fsencode(a) for a in argv],
                                 env=dict(self.env, **self.preload(
                                     SHIM_PEAK=peak)),
                                 stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=err, cwd=self.tmp)
            timer = threading.Timer(HANG_SECONDS, p.kill)
            timer.start()
            p.wait()
            timer.cancel()
            err.seek(0)
            text = err.read()
        r = Result(p.returncode, b"", text, time.monotonic() - start)
        if self.check("no crash, no hang", r.code >= 0,
                      "%r: %r" % (argv[:8], r)):
            with open(peak) as f:
                r.peak_bytes = int(f.read()) * 1024
        return r

    def build(self, tree, index, *args, **more):
        return self.run([self.bin + "/scout-index", "build", "--rebuild", "--index", index,
                         *args, tree], **more)

    def query(self, index, *args, **more):
        return self.run([self.bin + "/scout-query", "--index", index, *args],
                        **more)

    def skip_list(self, index):
        """The lines of `stats --list-skipped`: {path: reason}."""
        r = self.run([self.bin + "/scout-index", "stats", "--list-skipped",
                      "--index", index])
        self.check("the skip list can be read", r.code == 0, r)
        lines = [l.split(b"\t", 1) for l in r.out.split(b"\n") if b"\t" in l]
        return {path: reason for reason, path in lines}

    def preload(self, **settings):
        return dict(settings, LD_PRELOAD=self.shim)

    # --- the promise

    def equal(self, name, index, queries, forms=(("-l",), ("-n", "-H"),
                                                 ("-c", "-H")), **more):
        """Answers of the index are those of --brute; returns how many hits."""
        hits = 0
        for q in queries:
            for form in forms:
                got = self.query(index, *form, "-e", q, **more)
                brute = self.query(index, *form, "--brute", "-e", q, **more)
                self.check("%s: %s %r as --brute" % (
                    name, " ".join(form), q[:60]),
                    got.code == brute.code and got.out == brute.out,
                    "index %r\n      brute %r" % (got, brute))
                hits += brute.out.count(b"\n")
        return hits

    def sound(self, name, index):
        r = self.run([self.bin + "/scout-index", "check", "--index", index])
        self.check("%s: the index is sound" % name, r.code == 0, r)


def remove_tree(path):
    """Also what is deeper than a path can say, or locked."""
    if not os.path.lexists(path):
        return
    if shutil.rmtree.avoids_symlink_attacks:
        subprocess.run(["chmod", "-R", "u+rwx", path],
                       stderr=subprocess.DEVNULL)
    subprocess.run(["rm", "-rf", "--one-file-system", path], check=False,
                   stderr=subprocess.DEVNULL)


def settle():
    """Lets the files become older than what counts as just written."""
    time.sleep(FRESH_SECONDS)
