"""Running commands, timing them in turn, and writing down what came out."""
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import time


class Failed(Exception):
    """A command of a scenario did not do what it should."""


class Run:
    """What one command took."""

    def __init__(self, line):
        (self.code, wall, user, system, self.peak_kib, self.bytes) = map(
            int, line.split())
        self.wall = wall / 1e9
        self.cpu = (user + system) / 1e6


class Stopwatch:
    """Starts commands through bench/stopwatch.c, whose cost is small."""

    def __init__(self, program, scratch):
        env = dict(os.environ, LC_ALL="C")
        for name in ("SCOUT_INDEX", "SCOUT_CONFIG", "RIPGREP_CONFIG_PATH"):
            env.pop(name, None)
        self.out = os.path.join(scratch, "stdout")
        self.err = os.path.join(scratch, "stderr")
        self.process = subprocess.Popen([program], env=env,
                                        stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        Others.stopwatch = self.process.pid

    def run(self, argv, cwd="/", codes=(0,)):
        """Runs to the end.  What it printed is in self.out."""
        fields = [cwd, self.out, self.err] + list(argv)
        body = b"".join(os.fsencode(f) + b"\0" for f in fields)
        self.process.stdin.write(b"%d\n%s" % (len(body), body))
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failed("cannot run %s" % " ".join(argv))
        run = Run(line)
        if run.code not in codes:
            with open(self.err, "rb") as f:
                text = f.read(2000).decode(errors="replace")
            raise Failed("exit code %d from: %s\n%s"
                         % (run.code, " ".join(argv), text))
        return run

    def printed(self):
        with open(self.out, "rb") as f:
            return f.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Others:
    """The share of the processors that other processes used meanwhile."""
    stopwatch = None            # its process, whose children are ours

    def __init__(self):
        self.start = self.now()

    @staticmethod
    def now():
        with open("/proc/stat", encoding="ascii") as f:
            ticks = [int(x) for x in f.readline().split()[1:9]]
        idle = ticks[3] + ticks[4]
        own = sum(u.ru_utime + u.ru_stime for u in (
            resource.getrusage(resource.RUSAGE_SELF),
            resource.getrusage(resource.RUSAGE_CHILDREN)))
        return sum(ticks), idle, own + Others.stopwatch_seconds()

    @staticmethod
    def stopwatch_seconds():
        """Of the stopwatch and of all that it waited for."""
        with open("/proc/%d/stat" % Others.stopwatch, encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def percent(self):
        total, idle, own = (b - a for a, b in zip(self.start, self.now()))
        hertz = os.sysconf("SC_CLK_TCK")
        if total < 5:
            return None             # too short for the kernel's clock
        return max(0.0, 100 * (total - idle - own * hertz) / total)


class Report:
    """Lines on the terminal and rows of the CSV file."""
    COLUMNS = ("scenario", "corpus", "what", "who", "value", "unit", "least",
               "most", "runs", "others_percent")

    def __init__(self):
        self.rows = []

    def about(self, what, value):
        print("%s: %s" % (what, value), flush=True)
        self.rows.append(["about", "", what, "", value, "", "", "", "", ""])

    def note(self, scenario, corpus, what, text):
        print("  %s: %s" % (what, text), flush=True)
        self.rows.append([scenario, corpus, what, "", text, "note", "", "", "",
                          ""])

    def add(self, scenario, corpus, what, who, values, unit, others=None):
        """values: one number, or one of each run."""
        if not isinstance(values, (list, tuple)):
            values = [values]
        middle = statistics.median(values)
        spread = ["", ""]
        if len(values) > 1:
            spread = ["%.4g" % min(values), "%.4g" % max(values)]
        print("%-10s %-40s %-14s %10s %-6s %s%s"
              % (corpus, what, who, "%.4g" % middle, unit,
                 "(%s to %s) " % tuple(spread) if spread[0] else "",
                 "" if others is None else "others %.0f %%" % others),
              flush=True)
        self.rows.append([scenario, corpus, what, who, "%.5g" % middle, unit]
                         + spread + [len(values), "" if others is None
                                     else "%.0f" % others])
        return middle

    def write(self, path):
        with open(path, "w", newline="", encoding="utf-8") as f:
            out = csv.writer(f, lineterminator="\n")
            out.writerow(self.COLUMNS)
            out.writerows(self.rows)


def in_turn(functions, runs, warm=True):
    """Calls each function once per round (A B A B ...); lists of results, and
    the share of others."""
    if warm:
        for f in functions:
            f()
    results = [[] for _ in functions]
    others = Others()
    for _ in range(runs):
        for f, kept in zip(functions, results):
            kept.append(f())
    return results, others.percent()


def ratios(ours, theirs):
    """Round by round."""
    return [a / b for a, b in zip(ours, theirs)]


def geometric_mean(values):
    return statistics.geometric_mean(values)


def output_of(argv, cwd=None):
    """What a command prints; for what is not timed."""
    p = subprocess.run(argv, cwd=cwd, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, check=False)
    if p.returncode not in (0, 1):
        raise Failed("exit code %d from: %s\n%s" % (
            p.returncode, " ".join(argv),
            p.stderr.decode(errors="replace")[-2000:]))
    return p.stdout


def json_of(argv):
    return json.loads(output_of(argv))


def machine(report):
    model, memory = "", ""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
    with open("/proc/meminfo", encoding="utf-8") as f:
        memory = "%.0f GB" % (int(f.readline().split()[1]) / 1e6)
    report.about("date", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()))
    report.about("processor", "%s, %d seen" % (model, os.cpu_count()))
    report.about("kernel", "%s %s" % (os.uname().sysname, os.uname().release))
    report.about("memory", memory)
    report.about("load", "%.1f %.1f %.1f" % os.getloadavg())


def warn(text):
    print("bench: " + text, file=sys.stderr, flush=True)
