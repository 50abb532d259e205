"""Lucene 10 from Maven Central; wants Maven and a JDK 21 or newer."""
import glob
import os
import re
import shutil
import subprocess

from peers.lucene import Lucene
from peers.peer import HERE

VERSION = "10.3.1"
JARS = ("core", "analysis-common", "queries")
JAVA_AT_LEAST = 21


def find_java():
    """The bin folder of the first JDK that is new enough, or None."""
    homes = sorted(glob.glob("/usr/lib/jvm/*"))
    for home in [os.environ.get("JAVA_HOME", "")] + homes:
        javac = os.path.join(home, "bin/javac")
        if not home or not os.path.exists(javac):
            continue
        out = subprocess.run([javac, "-version"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=False).stdout
        found = re.search(rb"javac (\d+)", out)
        if found and int(found[1]) >= JAVA_AT_LEAST:
            return os.path.join(home, "bin")
    return None


class Lucene10(Lucene):
    name = "lucene10"
    packages = ()

    def install(self):
        self.java = find_java()
        if not self.java:
            return "there is no JDK %d or newer" % JAVA_AT_LEAST
        if not shutil.which("mvn"):
            return "there is no mvn"
        self.jars = os.path.join(self.programs, "lucene10-jars")
        for jar in JARS:
            problem = self.fetch(jar)
            if problem:
                return problem
        return None

    def fetch(self, jar):
        name = "lucene-%s" % jar
        if os.path.exists(os.path.join(self.jars, "%s-%s.jar" % (
                name, VERSION))):
            return None
        p = subprocess.run(
            ["mvn", "-q", "-B", "dependency:copy", "-Dartifact="
             "org.apache.lucene:%s:%s" % (name, VERSION),
             "-DoutputDirectory=" + self.jars],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return p.returncode and "mvn: " + p.stdout.decode(
            errors="replace")[-2000:] or None

    def compile(self):
        """The program for Lucene 8 with what has other names since."""
        classes = os.path.join(self.programs, "lucene10")
        self.path = ":".join([classes] + sorted(
            glob.glob(os.path.join(self.jars, "*.jar"))))
        os.makedirs(classes, exist_ok=True)
        with open(os.path.join(HERE, "Lucene.java"), encoding="utf-8") as f:
            text = f.read().replace("org.apache.lucene.search.spans",
                                    "org.apache.lucene.queries.spans")
            text = text.replace("searcher.doc(",
                                "searcher.storedFields().document(")
        source = os.path.join(classes, "Lucene.java")
        with open(source, "w", encoding="utf-8") as f:
            f.write(text)
        return self.run_compiler(
            source, os.path.join(classes, "Lucene.class"),
            [os.path.join(self.java, "javac"), "-d", classes, "-cp",
             self.path, source])

    def version(self):
        return VERSION

    def program_argv(self):
        return [os.path.join(self.java, "java"), "-Xmx2g", "-cp", self.path,
                "Lucene"]
