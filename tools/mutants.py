#!/usr/bin/env python3
"""Damage one line of the code at a time; some test must notice each.

A LIST is text. Its head names the tests to run and may set a time limit in
seconds for each (default 10); each block is one damage:

    tests: flash kv
    limit: 5

    # A comment. In a block: file, why it matters, old lines, new lines.
    src/flash/flash.c: flags of an earlier operation would be taken for ours
    - mmio_write32(&f->regs->sr, F4_FLASH_SR_ERRORS);
    + (void)f;

    src/kv/put.c#2: `#2` means the second place with this text
    - if (err) {
    + if (!err) {

The text behind "- " must occur exactly once in the file, unless #N says which
one is meant. Several "-" lines are one text with line ends; "+" lines may be
left out. Only .c files of the library or the model can be damaged: one file
is compiled (at -O1, warnings off) and put before the archives on the test's
own link line, so the undamaged object is not drawn in.

Caught: some test fails, crashes or passes its time limit. Survived: all pass.
Survivors, and damages that do not apply or compile, make the exit status 1.
The tests must pass undamaged, or nothing would be proven.

The first test that fails ends it, so the order decides how long a list takes:
the test that caught the damage when --learn was given last is tried first
(caught_by.tsv beside the lists), then what found most of the damages to the same
file, for the time it needs. Endless loops are common, hence a second limit, which does not depend on
what else the machine does: a test may use SLOWER times the processor time that
it used undamaged, and SLACK_S seconds.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import json
import math
import os
import pathlib
import re
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

SLOWER = 5  # ... than undamaged; a second is the finest that the system counts
SLACK_S = 1
LINK_S = 0.05  # about what linking a test costs, whatever the test

CAUGHT_BY = "caught_by.tsv"  # list, damage, test; only for speed

Mutant = collections.namedtuple("Mutant", "line path nth why old new")
Result = collections.namedtuple("Result", "mutant verdict detail")
Test = collections.namedtuple("Test", "name link_line cpu_s")
Limits = collections.namedtuple("Limits", "wall_s cpu_s")


class Unusable(Exception):
    """A list, a damage or a build that cannot be worked with."""


def parse_list(path):
    """({"tests": [...], "limit": seconds}, [Mutant]) of a list."""
    head, mutants, block = {"tests": [], "limit": 10.0}, [], []

    def finish():
        if not block:
            return
        line, title = block[0]
        found = re.match(r"(\S+?\.c)(?:#(\d+))?:\s*(\S.*)$", title)
        old = [text[2:] for _, text in block[1:] if text.startswith("- ")]
        new = [text[2:] for _, text in block[1:] if text.startswith("+ ")]
        if not found or not old or len(old) + len(new) != len(block) - 1:
            raise Unusable(f'{path}:{line}: a block is "file.c: why", "- old" and "+ new" lines')
        mutants.append(Mutant(line, found[1], int(found[2] or 0), found[3],
                              "\n".join(old), "\n".join(new)))
        block.clear()

    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        setting = re.match(r"(tests|limit):\s*(.+)$", text)
        if text.startswith("#"):
            continue
        if setting and not block and not mutants:
            head[setting[1]] = setting[2].split() if setting[1] == "tests" else float(setting[2])
        elif text.strip():
            block.append((number, text))
        else:
            finish()
    finish()
    if not head["tests"] or not mutants:
        raise Unusable(f'{path}: names no "tests:" or has no damage')
    return head, mutants


def damaged_text(mutant):
    text = (ROOT / mutant.path).read_text(encoding="utf-8")
    count = text.count(mutant.old)
    if count == 0:
        raise Unusable("the old text is not in the file")
    if count > 1 and not mutant.nth:
        raise Unusable(f"the old text is there {count} times; say which: {mutant.path}#N")
    if mutant.nth > count:
        raise Unusable(f"the old text is there only {count} times")
    at = -1
    for _ in range(mutant.nth or 1):
        at = text.index(mutant.old, at + 1)
    return text[:at] + mutant.new + text[at + len(mutant.old):]


class Build:
    """A native build folder: how its files are compiled and its tests linked."""

    def __init__(self, folder, refresh):
        self.folder = folder
        self.refresh = refresh
        try:
            commands = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
        except OSError as why:
            raise Unusable(f"{folder} is no build folder; first: ./dev build") from why
        self.compile_lines = {c["file"]: shlex.split(c["command"]) for c in commands}

    def compile(self, path, source, out):
        """Compile source in the place of path."""
        line = self.compile_lines.get(str(ROOT / path))
        if line is None:
            raise Unusable(f"{path} is not compiled in {self.folder}")
        end = line.index("-o")
        command = [*line[:end], "-O1", "-g0", "-w", f"-I{(ROOT / path).parent}",
                   "-o", str(out), "-c", str(source)]
        done = subprocess.run(command, cwd=self.folder, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise Unusable("does not compile: " + first_error(done.stdout))

    def link_line(self, test):
        """The command that links test_NAME, as a list; it needs no shell."""
        listing = subprocess.run(
            ["ninja", "-C", self.folder, "-t", "commands", "-s", f"test/test_{test}"],
            text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        words = shlex.split(listing.stdout.splitlines()[-1]) if listing.stdout else []
        if listing.returncode or "-o" not in words:
            raise Unusable(f"there is no test {test} in {self.folder}")
        return [w for w in words if w not in (":", "&&")]

    def link(self, line, damaged, out):
        line = [*line, "-Wl,--strip-debug"]
        line[line.index("-o") + 1] = str(out)
        first_archive = next((i for i, w in enumerate(line) if w.endswith(".a")), len(line))
        line.insert(first_archive, str(damaged))
        done = subprocess.run(line, cwd=self.folder, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise Unusable("does not link: " + first_error(done.stdout))


def first_error(output):
    lines = output.strip().splitlines() or ["no message"]
    return next((line for line in lines if "error" in line), lines[-1])


def name_of(mutant):
    return f"{mutant.path}: {mutant.why}"


def load_caught_by(folder):
    """{list: {damage: test}}"""
    known = collections.defaultdict(dict)
    with contextlib.suppress(FileNotFoundError):
        for row in (folder / CAUGHT_BY).read_text(encoding="utf-8").splitlines():
            of_list, damage, test = row.split("\t")
            known[of_list][damage] = test
    return known


def save_caught_by(path, results):
    """What caught the damages of this list; the other lists keep theirs."""
    known = load_caught_by(path.parent)
    known[path.name] = {name_of(r.mutant): r.detail.partition(":")[0]
                        for r in results if r.verdict == "caught"}
    if len(parse_list(path)[0]["tests"]) == 1:
        del known[path.name]  # there is nothing to choose
    rows = sorted("\t".join((of_list, damage, test))
                  for of_list, tests in known.items() for damage, test in tests.items())
    (path.parent / CAUGHT_BY).write_text("".join(r + "\n" for r in rows), encoding="utf-8")


class Order:
    """Which test to try first: what is known, then chance over cost, the chance as
    seen in this file.

    A test that is named like the file, and one not tried yet, get some credit.
    """

    def __init__(self, tests, known):
        self.tests = tests
        self.known = known
        self.tried = collections.Counter()
        self.failed = collections.Counter()

    def of(self, mutant):
        known = self.known.get(name_of(mutant))
        return sorted(self.tests, key=lambda test: (
            test.name != known, -self.chance(mutant.path, test) / (test.cpu_s + LINK_S)))

    def chance(self, path, test):
        stem = pathlib.Path(path).stem
        credit = 8 if any(word.startswith(stem) for word in test.name.split("_")) else 1
        key = path, test.name
        return (self.failed[key] + credit) / (self.tried[key] + credit + 1)

    def learn(self, path, test, failed):
        self.tried[path, test.name] += 1
        self.failed[path, test.name] += failed


def run_test(program, limits, folder):
    """Why the test failed, or None if it passed; the first failure ends it."""
    process = subprocess.Popen(
        [program], cwd=folder, env={**os.environ, "CMOCKA_TEST_ABORT": "1"}, text=True,
        errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(process.pid, resource.RLIMIT_CORE, (0, 0))
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
    try:
        output, _ = process.communicate(timeout=limits.wall_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"over {limits.wall_s:g} s"
    if process.returncode == 0:
        return None
    begun = re.findall(r"\[ RUN      \] (\w+)", output)
    where = begun[-1] if begun else "before the first"
    if process.returncode > 0 or "[   LINE   ]" in output:
        return where
    if process.returncode == -signal.SIGXCPU:
        return f"{where}, over {limits.cpu_s} s of processor time"
    return f"{where}, signal {-process.returncode}"


def try_undamaged(name, build, wall_s):
    """The Test, after a run that says what it costs."""
    line = build.link_line(name)
    program = build.folder / line[line.index("-o") + 1]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    why = run_test(program, Limits(wall_s, math.ceil(wall_s)), build.folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if why:
        raise Unusable(f"test {name} fails undamaged ({why}); nothing would be proven")
    return Test(name, line, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def judge(mutant, build, order, wall_s):
    """Compile, link and run one damage in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="etch-mutant-") as folder:
        folder = pathlib.Path(folder)
        source = folder / pathlib.Path(mutant.path).name
        try:
            source.write_text(damaged_text(mutant), encoding="utf-8")
            build.compile(mutant.path, source, folder / "damaged.o")
            for test in order.of(mutant):
                build.link(test.link_line, folder / "damaged.o", folder / "test")
                limits = Limits(wall_s, math.ceil(SLACK_S + SLOWER * test.cpu_s))
                why = run_test(folder / "test", limits, folder)
                order.learn(mutant.path, test, bool(why))
                if why:
                    return Result(mutant, "caught", f"{test.name}: {why}")
        except (Unusable, OSError) as why:
            return Result(mutant, "ERROR", str(why))
    return Result(mutant, "SURVIVED", "")


def run_list(path, build, jobs):
    """Results of one list, in its order, printed as they come."""
    head, mutants = parse_list(path)
    if build.refresh:
        subprocess.run(["ninja", "-C", build.folder, "--quiet",
                        *(f"test_{test}" for test in head["tests"])], check=True)
    order = Order([try_undamaged(test, build, head["limit"]) for test in head["tests"]],
                  load_caught_by(path.parent)[path.name])
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for result in pool.map(lambda m: judge(m, build, order, head["limit"]), mutants):
            where = f"{path.name}:{result.mutant.line}"
            print(f"{result.verdict:9}{where:20} {result.mutant.path}: {result.mutant.why}"
                  + (f"  [{result.detail}]" if result.detail else ""), flush=True)
            yield result


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", nargs="+", type=pathlib.Path, help="lists of damages")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/host",
                        help="the native build whose tests run (default: build/host)")
    parser.add_argument("--no-build", action="store_true",
                        help="trust that the tests are built; for runs in parallel")
    parser.add_argument("--jobs", type=int, default=2, help="damages at a time (default: 2)")
    parser.add_argument("--learn", action="store_true",
                        help=f"note in {CAUGHT_BY} which test caught each, to try it first")
    args = parser.parse_args()
    begin = time.monotonic()
    try:
        build = Build(args.build.resolve(), not args.no_build)
        results = []
        for path in args.list:
            of_list = list(run_list(path, build, args.jobs))
            if args.learn:
                save_caught_by(path, of_list)
            results += of_list
    except (Unusable, OSError, subprocess.CalledProcessError) as why:
        print(f"mutants: {why}", file=sys.stderr)
        return 2
    counts = collections.Counter(r.verdict for r in results)
    print(f"mutants: {counts['caught']} caught, {counts['SURVIVED']} survived, "
          f"{counts['ERROR']} unusable, {time.monotonic() - begin:.1f} s")
    return 0 if counts["caught"] == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
