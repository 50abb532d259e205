"""Xapian, through a small program in C++."""
import os

from peers.peer import IndexPeer


class Xapian(IndexPeer):
    name = "xapian"
    packages = ("libxapian-dev", "g++")

    def compile(self):
        self.program = os.path.join(self.programs, "xapian")
        return self.run_compiler("xapian.cc", self.program, [
            "g++", "-O2", "-o", self.program,
            os.path.join(os.path.dirname(__file__), "xapian.cc"), "-lxapian"])

    def program_argv(self):
        return [self.program]
