"""What the tests of tools/ share: run a tool on files made for the purpose."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class ToolTest(unittest.TestCase):
    """A test with a folder of its own, self.dir, that goes when it ends."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="etch-test-")
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run_tool(self, tool, *arguments):
        """(exit status, all output) of tools/TOOL."""
        command = [sys.executable, ROOT / "tools" / tool, *arguments]
        done = subprocess.run(command, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def assert_accepts(self, tool, *arguments):
        status, output = self.run_tool(tool, *arguments)
        self.assertEqual(status, 0, output)
        return output

    def assert_refuses(self, what, tool, *arguments):
        """The tool says `what` and leaves with 1."""
        status, output = self.run_tool(tool, *arguments)
        self.assertEqual(status, 1, output)
        self.assertIn(what, output)
        return output
