"""Lucene 8, through a small program in Java."""
import glob
import os

from peers.peer import IndexPeer, package_version

JARS = "/usr/share/java"


class Lucene(IndexPeer):
    name = "lucene"
    packages = ("liblucene8-java", "default-jdk-headless")
    build_threads = 2

    def install(self):
        # any JDK will do, not only the default one
        if glob.glob("/usr/lib/jvm/*/bin/javac"):
            self.packages = ("liblucene8-java",)
        return super().install()

    def compile(self):
        self.classes = os.path.join(self.programs, "lucene")
        jars = [sorted(glob.glob(os.path.join(JARS, "lucene-%s-8.*.jar" % n)))
                for n in ("core", "analyzers-common")]
        if not all(jars):
            return "no jars of Lucene 8 in " + JARS
        self.path = ":".join([self.classes] + [j[-1] for j in jars])
        os.makedirs(self.classes, exist_ok=True)
        return self.run_compiler(
            "Lucene.java", os.path.join(self.classes, "Lucene.class"),
            ["javac", "-d", self.classes, "-cp", self.path,
             os.path.join(os.path.dirname(__file__), "Lucene.java")])

    def version(self):
        return package_version("liblucene8-java")

    def program_argv(self):
        return ["java", "-Xmx2g", "-cp", self.path, "Lucene"]
