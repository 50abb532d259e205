"""tantivy, through a small program in Rust that cargo builds."""
import os
import re
import shutil
import subprocess

from peers.peer import HERE, IndexPeer


class Tantivy(IndexPeer):
    name = "tantivy"
    build_threads = 2

    def compile(self):
        if not shutil.which("cargo"):
            return "there is no cargo"
        # built beside its sources: not in the project's folder
        folder = os.path.join(self.programs, "tantivy")
        shutil.copytree(os.path.join(HERE, "tantivy"), folder,
                        dirs_exist_ok=True)
        p = subprocess.run(["cargo", "build", "--release", "--quiet"],
                           cwd=folder, stderr=subprocess.PIPE, check=False)
        if p.returncode:
            return "cargo: " + p.stderr.decode(errors="replace")[-2000:]
        self.program = os.path.join(folder, "target/release/tantivy-peer")
        with open(os.path.join(folder, "Cargo.lock"), encoding="utf-8") as f:
            self.found = re.search(r'name = "tantivy"\nversion = "(.*)"',
                                   f.read())[1]
        return None

    def version(self):
        return self.found

    def program_argv(self):
        return [self.program]
