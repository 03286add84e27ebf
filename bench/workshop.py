"""What benchmarks run with and on: programs, real trees and made-up ones, each made when it is first asked for."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bench import programs, synthetic
from bench.child import Contender
from bench.errors import BenchError
from bench.trees import locked, track, tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.peers import Peer
    from bench.programs import Program

OURS = "worker-lint"
_JUDGED = ("--isolated", "--profile=none")
"""No settings of a folder above, and no machine: the same work everywhere."""
_OUTCOMES = frozenset({0, 1})
_CHECKED = " checked"
"""What a check prints in its last line."""


_PATIENCE = 3.0
"""Seconds after which the times of a file are relied on."""


class Workshop:
    """The programs and trees of one run, kept in a cache folder for the next one."""

    def __init__(
        self,
        cache: Path,
        peers: Sequence[Peer] = (),
        against: Sequence[str] = (),
        say: Callable[[str], object] = lambda _: None,
    ) -> None:
        self.missing: dict[str, str] = {}
        """Why each peer that could not be installed could not."""
        self._cache = cache.absolute()
        self._wanted = peers
        self._against = against
        self._say = say
        self._peers: dict[str, Program] = {}
        self._options: dict[str, tuple[str, ...]] = {}

    @cached_property
    def ours(self) -> dict[str, Program]:
        """worker-lint as it is, then as it was at each revision to compare with, by its name in tables."""
        self._say("installing worker-lint")
        found = {OURS: programs.worker_lint(self._cache)}
        for revision in self._against:
            found[f"{OURS} at {revision}"] = programs.worker_lint_at(revision, self._cache)
        return found

    @property
    def versions(self) -> dict[str, str]:
        """The version of each program that has been used, by its name in tables."""
        return {name: program.version for name, program in (self.ours | self._peers).items()}

    @property
    def has_cache(self) -> bool:
        """Whether worker-lint keeps what it found for the next run."""
        return bool(self._cold(OURS))

    @cached_property
    def environ(self) -> Mapping[str, str]:
        """What every program that is measured finds in its environment: nothing that would change what it does."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
        semgrep = self._cache / "semgrep"
        return {
            **kept,
            "SEMGREP_SETTINGS_FILE": os.fspath(semgrep / "settings.yml"),
            "SEMGREP_LOG_FILE": os.fspath(semgrep / "semgrep.log"),
            "SEMGREP_VERSION_CACHE_PATH": os.fspath(semgrep / "version"),
        }

    def check(self, folder: Path, *arguments: str) -> list[Contender]:
        """Return a check in ``folder`` without a cache, one for each version of ours."""
        return [self._check(name, name, folder, (*_JUDGED, *self._cold(name), *arguments)) for name in self.ours]

    def check_as(
        self, name: str, folder: Path, *arguments: str, prepare: Callable[[], object] | None = None
    ) -> Contender:
        """Return a check in ``folder`` without a cache that tables call ``name``."""
        return self._check(name, OURS, folder, (*_JUDGED, *self._cold(OURS), *arguments), prepare)

    def warm(self, folder: Path) -> Contender:
        """Return a check in ``folder`` that may use what the one before it left."""
        _settle(folder)
        return self._check(f"{OURS}, warm", OURS, folder, (*_JUDGED, "."))

    def edited(self, folder: Path) -> Contender:
        """Return the same in a copy of ``folder``, where a file that speaks of workers changes before each run."""
        copy, _ = self.scratch(folder)
        file, code = next(
            (path, code) for path in sorted(copy.rglob("*.py")) if b"num_workers" in (code := path.read_bytes())
        )
        numbers = count()

        def change() -> None:
            file.write_bytes(b"%b# %d\n" % (code, next(numbers)))

        _settle(copy)
        return self._check(f"{OURS}, one file changed", OURS, copy, (*_JUDGED, "."), change)

    def live(self, name: str, folder: Path, *arguments: str) -> Contender:
        """Return a check by the limits of this machine, as where no profile is named."""
        return self._check(name, OURS, folder, ("--isolated", "--profile=live", *self._cold(OURS), *arguments))

    def sites(self, folder: Path) -> Contender:
        """Return the inventory of ``folder``."""
        argv = (self.ours[OURS].path(OURS), "sites", "--isolated", ".")
        return Contender(f"{OURS} sites", argv, folder, says=" read", environ=self.environ)

    def bare(self, folder: Path) -> Contender:
        """Return the bare start of the interpreter that runs worker-lint."""
        return Contender("python -c pass", (self.ours[OURS].path("python"), "-c", "pass"), folder, environ=self.environ)

    def _cold(self, version: str) -> tuple[str, ...]:
        """Return what keeps a version of ours from using a cache, where it has one."""
        if version not in self._options:
            argv = [self.ours[version].path(OURS), "check", "--help"]
            text = subprocess.run(argv, capture_output=True, encoding="utf-8", check=True).stdout
            self._options[version] = ("--no-cache",) if "--no-cache" in text else ()
        return self._options[version]

    def _check(
        self,
        name: str,
        version: str,
        folder: Path,
        arguments: tuple[str, ...],
        prepare: Callable[[], object] | None = None,
    ) -> Contender:
        argv = (self.ours[version].path(OURS), "check", *arguments)
        return Contender(name, argv, folder, _OUTCOMES, _CHECKED, self.environ, prepare)

    def peers_on(self, tree: Path, *names: str) -> Iterator[Contender]:
        """Yield a run of each wanted peer of ``names`` on ``tree``; without names, of all that do not take minutes."""
        for peer in self._wanted:
            if peer.name in names if names else not peer.slow:
                program = self._installed(peer)
                if program is not None:
                    yield peer.on(tree, program, self.environ)

    def _installed(self, peer: Peer) -> Program | None:
        if peer.name not in self._peers and peer.name not in self.missing:
            self._say(f"installing {peer.name}")
            try:
                self._peers[peer.name] = programs.peer(peer.package, self._cache)
            except BenchError as error:
                self.missing[peer.name] = str(error)
        return self._peers.get(peer.name)

    def tree(self, name: str) -> Path:
        """Return the folder of a pinned package. Raises BenchError."""
        package = locked()[name]
        self._say(f"fetching {package.name} {package.version}")
        return tree_of(package, self._cache, self.ours[OURS])

    def made(self, name: str, write: Callable[[Path], object]) -> Path:
        """Return the folder ``name`` of what is made up, which ``write`` fills where the generator has not yet."""
        how = hashlib.sha256(Path(synthetic.__file__).read_bytes()).hexdigest()[:8]
        folder = self._cache / "made" / f"{name}-{how}"
        if not folder.is_dir():
            self._say(f"making {name}")
            half = folder.with_name(f"{folder.name}.part")
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir(parents=True)
            write(half)
            track(half)
            half.rename(folder)
        return folder

    def scratch(self, master: Path) -> tuple[Path, Callable[[], object]]:
        """Return a folder, and what makes it a fresh copy of ``master``."""
        folder = self._cache / "scratch" / master.name

        def refresh() -> None:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(master, folder)

        refresh()
        return folder, refresh


def _settle(folder: Path) -> None:
    """Wait until every file below ``folder``, such as one that was only just unpacked, is known again by its times."""
    newest = max((path.lstat().st_ctime for path in folder.rglob("*")), default=0.0)
    time.sleep(max(0.0, newest + _PATIENCE - time.time()))
