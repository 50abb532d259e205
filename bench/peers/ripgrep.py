"""ripgrep: no index, every file is read."""
import os
import shutil
import subprocess

from peers.peer import Peer


class Ripgrep(Peer):
    name = "ripgrep"
    packages = ("ripgrep",)
    program = "/usr/bin/rg"

    def argv(self, question):
        """Prints lines with their numbers, or None if that is not possible."""
        return self.search("-n", print_flags(question.form))

    def list_argv(self, question):
        """Names the same files as scout, whatever it takes."""
        return self.search("-l", exact_flags(question.form))

    def search(self, mode, flags):
        return flags and [self.program, "--no-config", mode, "-a", "-i"] + flags


class NewestRipgrep(Ripgrep):
    name = "newest-ripgrep"
    packages = ()

    def compile(self):
        root = os.path.join(self.programs, "ripgrep")
        self.program = os.path.join(root, "bin/rg")
        if not os.path.exists(self.program):
            if not shutil.which("cargo"):
                return "there is no cargo"
            p = subprocess.run(["cargo", "install", "--quiet", "--root", root,
                                "ripgrep"], stderr=subprocess.PIPE,
                               check=False)
            if p.returncode:
                return "cargo: " + p.stderr.decode(errors="replace")[-2000:]
        return None

    def version(self):
        out = subprocess.run([self.program, "--version"],
                             stdout=subprocess.PIPE, check=True).stdout
        return out.decode().split("\n")[0]


def print_flags(form):
    """What a user would type: words, and phrases within a line.  For NEAR all
    lines with one of the words, which is less work than looking for both."""
    what, words = form[0], form[1:]
    if what == "near":
        words = words[1:]
    if what in ("word", "or", "near"):
        return ["-w"] + [x for w in words for x in ("-e", w)]
    if what == "phrase":
        return ["-w", "-e", r"\W+".join(words)]
    if what == "prefix":
        return ["-e", r"\b%s\w*" % words[0]]
    if what == "regex":
        return ["-s", "-e", words[0]]
    return None


def exact_flags(form):
    """Over line breaks too, which makes ripgrep slow."""
    what, words = form[0], form[1:]
    if what == "phrase":
        return ["-U", "-e", r"\b%s\b" % r"\W+".join(words)]
    if what == "near":
        n, a, b = words
        gap = r"\W+(?:\w+\W+){0,%d}" % (int(n) - 1)
        return ["-U", "-e", r"\b%s%s%s\b" % (a, gap, b),
                "-e", r"\b%s%s%s\b" % (b, gap, a)]
    return print_flags(form)
