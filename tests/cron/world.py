"""What every case needs: the programs, a home, a tree, and verdicts.

A case is a function of a World.  It has a folder of its own, whose `home` is
HOME, so that registers, crontabs and units of the real user are left alone.
"""

import os
import re
import subprocess
import time

HANG_SECONDS = 120
CODE_NOT_NOW = 75


class Result:
    """What a program left behind."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return "code %s, out %r, err %r" % (
            self.code, self.out[:700], self.err[:700])


class World:
    def __init__(self, bin_dir, tmp):
        self.bin = os.path.abspath(bin_dir)
        self.tmp = tmp
        self.passed = self.failed = self.skipped = 0
        self.case = ""
        self.is_root = os.geteuid() == 0
        self.home = self.folder("home")
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("SCOUT_", "XDG_"))}
        self.env.update(HOME=self.home, LC_ALL="C.UTF-8")

    # --- verdicts

    def check(self, name, condition, detail=""):
        if condition:
            self.passed += 1
        else:
            self.failed += 1
            print("FAIL: %s: %s\n      %s" % (self.case, name, detail),
                  flush=True)
        return bool(condition)

    def equal(self, name, got, wanted):
        return self.check(name, got == wanted, "got %r\n      not %r" % (
            got, wanted))

    def skip(self, what, why):
        self.skipped += 1
        print("skipped: %s: %s: %s" % (self.case, what, why), flush=True)

    def ended(self, name, r, code, err=None, out=None):
        """The exit code, and what stderr (a regex, "" for silence) says."""
        good = r.code == code
        if err is not None:
            good &= bool(re.fullmatch(err, r.err, re.S)) if err else not r.err
        if out is not None:
            good &= bool(re.search(out, r.out, re.S)) if out else not r.out
        return self.check(name, good, r)

    def one_line(self, name, r):
        """Cron mails what is printed: one line says it all."""
        return self.check(name + ": one line", r.err.count("\n") == 1 and
                          r.err.endswith("\n") and not r.out, r)

    # --- folders and files

    def folder(self, name):
        path = os.path.join(self.tmp, name)
        os.makedirs(path, exist_ok=True)
        return path

    def write(self, folder, name, text, mode=None):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        if mode is not None:
            os.chmod(path, mode)
        return path

    def tree(self, name="tree"):
        """A folder with three files, older than what counts as just written."""
        path = self.folder(name)
        old = time.time() - 1000
        for i, word in enumerate(("alpha", "beta", "gamma")):
            f = self.write(path, "%s.txt" % word, "%s of %d\n" % (word, i))
            os.utime(f, (old, old))
        return path

    # --- programs

    def start(self, *args, env=None, cwd=None):
        return subprocess.Popen([self.bin + "/scout-index", *args],
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.PIPE, cwd=cwd or self.tmp,
                                env=dict(self.env, **(env or {})))

    def run(self, argv, env=None, cwd=None, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        if "input" in more:
            del more["stdin"]
        p = subprocess.run(argv, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, cwd=cwd or self.tmp,
                           timeout=HANG_SECONDS, text=True, errors="replace",
                           env=dict(self.env, **(env or {})), **more)
        r = Result(p.returncode, p.stdout, p.stderr)
        if r.code < 0 or r.code == 134 or "internal error" in r.err:
            self.check("no crash", False, "%r: %r" % (argv[:8], r))
        return r

    def index(self, *args, **more):
        return self.run([self.bin + "/scout-index", *args], **more)

    def query(self, *args, **more):
        return self.run([self.bin + "/scout-query", *args], **more)

    def build(self, *args, **more):
        r = self.index("build", *args, **more)
        self.check("a build", r.code == 0, r)
        return r
