# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all processes of a user know of an account: its recent writes, its pace, and who may buy.

The API's lists show a write only after seconds, and the processes of a controller (forks, tasks, playbooks) share no
memory. One folder for each user, with three files for each account, lets each of them know what the others did. What a
process has to know when it starts anew is in a journal, a file of its own. No file holds a token, password or voucher:
accounts are named by a hash, and of an item they hold its name (a username, an address) and a hash of the rest.
"""

from __future__ import annotations

import dataclasses
import errno
import fcntl
import hashlib
import hmac
import json
import math
import os
import stat
import struct
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._api.pacing import LocalPace, Pace
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError

# Seconds for which an order may be under way of which nothing is known.
UNKNOWN_ORDER = 120.0
# Seconds for which writes are kept: as long as a process may take between its read and its write.
KEEP_WRITES = 60.0
# A file of writes is written anew, without the old ones, when it is larger; bytes.
LARGEST_FILE = 1 << 18
# So much of the end of what was read of it tells that the file is still the same.
TAIL = 64

_PACE = struct.Struct(f"<{len(dataclasses.fields(Pace))}d")


def default_folder() -> str:
    """Return the folder in the user's cache directory."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "thordata.proxies")


@dataclass(frozen=True)
class Write:
    """A write that lists may not show yet. ``item``: the keyed hash of the item as it is since; None for a deletion."""

    when: float
    item: str | None


class State:
    """The state of one account, shared through ``folder``; without a usable folder, known to this process alone.

    ``secret`` names the account and keys the hashes. ``clock`` counts Unix time. ``warn`` gets a message of a folder or
    a file that cannot be used.
    """

    # Lists show a write only after 3 to 5 seconds (docs/contract.md, section 2); this long after it they are believed.
    list_lag = 6.0
    _problem = "no folder"
    # What this process knows of accounts without a folder.
    _local_writes: dict[str, dict[str, list[Write]]] = {}
    _local_paces: dict[str, LocalPace] = {}

    def __init__(
        self,
        secret: str,
        folder: str | None = None,
        *,
        clock: Callable[[], float] = time.time,
        warn: Callable[[str], None] = lambda message: None,
    ) -> None:
        self.clock = clock
        self._secret = hashlib.sha256(secret.encode()).digest()
        self.warn = warn
        self.account = self.fingerprint("account")[:16]
        self._path: str | None = None
        # Of the file of writes: who wrote a line, how much of it was read, when, and what others wrote after that.
        self._writer = os.urandom(4).hex()
        self._known = 0
        self._tail = b""
        self._read_at = clock()
        self._conflicts: dict[tuple[str, str], str | None] = {}
        if folder is not None:
            try:
                _prepare(folder)
                self._path = os.path.join(folder, self.account)
            except OSError as error:
                self._path = folder
                self._do_without(error)

    @property
    def account_path(self) -> str | None:
        """What the paths of the account's files begin with; None without a usable folder."""
        return self._path

    # Recent writes

    def fingerprint(self, value: Any) -> str:
        """Return a hash of ``value`` (plain JSON) that only the owner of the account can make."""
        return hmac.new(self._secret, json.dumps(value, sort_keys=True).encode(), hashlib.sha256).hexdigest()[:24]

    def record(self, place: str, items: Mapping[str, str | None]) -> dict[str, str | None]:
        """Remember that the items of a list with these keys are written now; None for a deletion.

        Return those that another process has written since this one last read what is ``recent``.
        """
        now = self.clock()
        if self._path is not None:
            try:
                return self._append(now, place, items)
            except OSError as error:
                self._do_without(error)
        known = self._local_writes.setdefault(f"{self.account} {place}", {})
        for key, item in items.items():
            known[key] = [*(one for one in known.get(key, ()) if one.when > now - self.list_lag), Write(now, item)]
        return {}

    def _append(self, now: float, place: str, items: Mapping[str, str | None]) -> dict[str, str | None]:
        text = "".join(f"{json.dumps([now, place, key, item, self._writer])}\n" for key, item in items.items()).encode()
        with self.locked("writes") as file:
            size = self._notice_others(file)
            if size > LARGEST_FILE and self._oldest(file) < now - KEEP_WRITES:
                kept = [line for line in self._lines(file) or () if line[0] > now - KEEP_WRITES]
                os.ftruncate(file, 0)
                size, text = 0, "".join(f"{json.dumps(line)}\n" for line in kept).encode() + text
            if os.pwrite(file, text, size) < len(text):
                os.ftruncate(file, size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._known, self._tail = size + len(text), text[-TAIL:]
        return {key: self._conflicts.pop((place, key)) for key in items if (place, key) in self._conflicts}

    def recent(self, place: str, keys: Collection[str] | None = None) -> dict[str, list[Write]]:
        """Return the writes to a list that it may not show yet, by key, the oldest first.

        ``keys``: those whose writes the caller takes note of, by default all; ``record`` returns the others.
        """
        now = self.clock()
        found: dict[str, list[Write]] = {}
        if self._path is None:
            for key, writes in self._local_writes.get(f"{self.account} {place}", {}).items():
                found[key] = [one for one in writes if one.when > now - self.list_lag]
            return {key: writes for key, writes in found.items() if writes}
        for when, where, key, item, _writer in self._young(now):
            if where == place:
                found.setdefault(key, []).append(Write(when, item))
        for where, key in list(self._conflicts):
            if where == place and (keys is None or key in keys):
                del self._conflicts[where, key]
        return found

    def _young(self, now: float) -> list[Any]:
        try:
            if not os.stat(f"{self._path}.writes").st_size:
                return []
            with self.locked("writes") as file:
                self._notice_others(file)
                lines = self._lines(file) or []
                # A time to come is of a clock that was set back since.
                if not any(now - KEEP_WRITES < line[0] < now + KEEP_WRITES for line in lines):
                    os.ftruncate(file, 0)
                self._remember(file)
                return [line for line in lines if now - self.list_lag < line[0] < now + self.list_lag]
        except FileNotFoundError:
            return []
        except OSError as error:
            self._do_without(error)
            return []

    def _notice_others(self, file: int) -> int:
        """Note in ``_conflicts`` what other processes have written since this one last read it; return its size."""
        known, tail = self._known, self._tail
        seen = os.pread(file, len(tail) + 1, known - len(tail))
        if seen == tail:
            return known
        same = len(seen) > len(tail) and seen.startswith(tail)
        lines = (self._lines(file, known) if same else None) or self._lines(file) or ()
        for when, where, key, item, writer in lines:
            if writer != self._writer and when >= self._read_at:
                self._conflicts[where, key] = item
        return os.fstat(file).st_size

    def _remember(self, file: int) -> None:
        self._known = os.fstat(file).st_size
        self._tail = os.pread(file, TAIL, max(0, self._known - TAIL))

    def _oldest(self, file: int) -> float:
        try:
            return float(json.loads(os.pread(file, 4096, 0).split(b"\n")[0])[0])
        except (ValueError, TypeError, IndexError):
            return 0.0

    def _lines(self, file: int, start: int = 0) -> list[Any] | None:
        """Return the lines of the file of writes; None when they are not to be had from ``start`` on."""
        text = os.pread(file, os.fstat(file).st_size - start, start).decode(errors="replace")
        try:
            lines = [json.loads(line) for line in text.splitlines()]
            if all(_is_write(line) for line in lines):
                return lines
        except ValueError:
            pass
        if not start:
            self.begin_anew(file, "writes")
        return None

    # Pace

    def pace(self) -> Pace:
        """Return the pace of the account."""
        if self._path is not None:
            try:
                file = os.open(f"{self._path}.pace", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            except FileNotFoundError:
                return Pace()
            except OSError as error:
                self._do_without(error)
            else:
                try:
                    return self._read_pace(file) or Pace()
                finally:
                    os.close(file)
        return self._local_pace.pace()

    @contextmanager
    def changed_pace(self) -> Iterator[Pace]:
        """Let nobody else change the pace meanwhile, and keep what the block makes of it."""
        with ExitStack() as stack:
            file = None
            if self._path is not None:
                try:
                    file = stack.enter_context(self.locked("pace"))
                except OSError as error:
                    self._do_without(error)
            if file is None:
                yield stack.enter_context(self._local_pace.changed_pace())
                return
            pace = self._read_pace(file)
            if pace is None:
                self.begin_anew(file, "pace")
                pace = Pace()
            yield pace
            try:
                os.pwrite(file, _PACE.pack(*dataclasses.astuple(pace)), 0)
            except OSError as error:
                self._do_without(error)

    @property
    def _local_pace(self) -> LocalPace:
        return self._local_paces.setdefault(self.account, LocalPace())

    def _read_pace(self, file: int) -> Pace | None:
        """Return what the file holds; None when it is damaged."""
        data = os.pread(file, _PACE.size + 1, 0)
        if not data:
            return Pace()
        if len(data) != _PACE.size:
            return None
        pace = Pace(*_PACE.unpack(data))
        if not all(0 <= value < math.inf for value in dataclasses.astuple(pace)):
            return None
        return pace if pace.is_current(self.clock()) else Pace()

    # Purchases

    @contextmanager
    def purchases(self, notify: Callable[[str], None] = lambda message: None) -> Iterator[Purchases]:
        """Let nobody else buy for the account meanwhile. Raises ThordataError where that cannot be made sure.

        ``notify`` gets a message when another task is buying.
        """
        with ExitStack() as stack:
            try:
                if self._path is None:
                    raise OSError(errno.ENOENT, self._problem)
                file = stack.enter_context(
                    self.locked(
                        "purchases", lambda: notify("Another task buys for this account: waiting until it is done")
                    )
                )
            except OSError as error:
                raise ThordataError(
                    f"state_dir cannot be used ({error.strerror}), and keeps two tasks from buying the same",
                    "Set it to a folder that this user can write to; nothing was bought",
                ) from None
            yield Purchases(file, self)

    # Files

    @contextmanager
    def locked(self, name: str, waits: Callable[[], None] = lambda: None) -> Iterator[int]:
        """Open a file of the account, and let no other process or thread open it in this way meanwhile.

        ``waits`` is called when somebody else has it.
        """
        path = f"{self._path}.{name}"
        while True:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                status = os.fstat(file)
                if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
                    raise OSError(errno.EPERM, "a file in it is not this user's")
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    waits()
                    fcntl.flock(file, fcntl.LOCK_EX)
                if _is_at(path, status):
                    yield file
                    return
                # The folder was made anew meanwhile, and others lock the new file.
            finally:
                os.close(file)

    def begin_anew(self, file: int, name: str) -> None:
        """Empty a damaged file, and warn of it."""
        os.ftruncate(file, 0)
        self.warn(f"{self._path}.{name} was damaged and is begun anew")

    def _do_without(self, error: OSError) -> None:
        path, self._path = self._path, None
        if path is None:  # another thread was faster
            return
        self._problem = error.strerror or type(error).__name__
        self.warn(
            f"state_dir cannot be used ({path}: {self._problem}): this task does not know what other processes have"
            " just changed, and buys nothing"
        )


class Purchases:
    """What is known of the purchases of an account, while nobody else can buy.

    ``pending_until``: when the lists must show the last order; None when its end is known. ``misread``: by the traffic
    that vouchers were bought with (GB, as text), the traffic with which the API listed them.
    """

    def __init__(self, file: int, state: State) -> None:
        self._file = file
        self.pending_until: float | None = None
        self.misread: dict[str, float | None] = {}
        data = os.pread(file, os.fstat(file).st_size, 0)
        if not data:
            return
        try:
            known = json.loads(data)
            self.pending_until, self.misread = float(known["pending_until"] or 0) or None, dict(known["misread"])
        except (ValueError, TypeError, KeyError):
            state.begin_anew(file, "purchases")
            self.pending_until = state.clock() + UNKNOWN_ORDER

    def expect(self, pending_until: float) -> None:
        """Note, before an order goes out, when the lists must show it. Raises ThordataError where it cannot be kept."""
        self.pending_until = pending_until
        try:
            self._save()
        except OSError as error:
            raise ThordataError(
                f"state_dir cannot be written ({error.strerror}), and keeps an order from being sent twice",
                "Set it to a folder that this user can write to; it was not bought",
            ) from None

    def finish(self, pending_until: float | None, warn: Callable[[str], None]) -> None:
        """Note what became of the order: None when that is known, else when the lists must show it."""
        self.pending_until = pending_until
        try:
            self._save()
        except OSError as error:
            warn(f"state_dir cannot be written ({error.strerror}): other tasks wait for this order")

    def misreads(self, bought: str, listed: float | None) -> None:
        """Note that the API lists vouchers in a way that cannot be counted."""
        self.misread[bought] = listed
        with suppress(OSError):
            self._save()

    def _save(self) -> None:
        _overwrite(self._file, {"pending_until": self.pending_until, "misread": self.misread})


class Journal:
    """What one process at a time keeps in a file of the account: a list, plain JSON, with the time at which it was.

    One that another process has, or without a folder, keeps nothing. ``kept``: what the process before it kept, and
    ``age``: how many seconds ago.
    """

    def __init__(self, state: State, name: str) -> None:
        self._state = state
        self._name = name
        self._open = ExitStack()
        self._lock = threading.Lock()  # else a thread could write to what another one has closed
        self._file: int | None = None
        self.kept: list[Any] = []
        self.age = 0.0
        if state.account_path is None:
            return
        try:
            self._file = self._open.enter_context(state.locked(name, self._refuse))
        except OSError as error:
            state.warn(f"{state.account_path}.{name} cannot be used ({error.strerror}): what is told is not kept")
            return
        self._read(self._file)

    @staticmethod
    def _refuse() -> None:
        raise OSError(errno.EBUSY, "another process has it")

    def _read(self, file: int) -> None:
        data = os.pread(file, os.fstat(file).st_size, 0)
        if not data:
            return
        try:
            known = json.loads(data)
            self.age, self.kept = max(self._state.clock() - float(known["when"]), 0.0), list(known["kept"])
        except (ValueError, TypeError, KeyError):
            self._state.begin_anew(file, self._name)

    def keep(self, kept: list[Any]) -> None:
        """Keep this instead. Where it cannot be kept, a warning says so."""
        with self._lock:
            if self._file is None:
                return
            try:
                _overwrite(self._file, {"when": self._state.clock(), "kept": kept})
            except OSError as error:
                self._state.warn(f"state_dir cannot be written ({error.strerror}): what is told is not kept")

    def close(self) -> None:
        """Leave it to another process."""
        with self._lock:
            self._file = None
            self._open.close()


def _overwrite(file: int, document: Any) -> None:
    """Write a document in place of what the file holds. Raises OSError."""
    if not os.fstat(file).st_nlink:
        raise OSError(errno.ENOENT, "it was deleted")
    # As one write, and cut to its length only after that: a full disk must not leave an empty file.
    data = json.dumps(document).encode()
    if os.pwrite(file, data, 0) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.ftruncate(file, len(data))
    os.fsync(file)


def _is_at(path: str, status: os.stat_result) -> bool:
    """Return whether the file of that status is the one that has the path now."""
    try:
        now = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return (now.st_dev, now.st_ino) == (status.st_dev, status.st_ino)


def _prepare(folder: str) -> None:
    """Make the folder, for this user alone.

    Raises OSError where it is a link, belongs to somebody else, is open to others, or cannot be written.
    """
    if not os.path.lexists(folder):
        os.makedirs(os.path.dirname(folder) or ".", exist_ok=True)
        with suppress(FileExistsError):  # another process was faster
            os.mkdir(folder, 0o700)
    status = os.lstat(folder)
    if stat.S_ISLNK(status.st_mode):
        raise OSError(errno.ELOOP, "it is a link")
    if not stat.S_ISDIR(status.st_mode):
        raise OSError(errno.ENOTDIR, "it is not a folder")
    if status.st_uid != os.geteuid():
        raise OSError(errno.EPERM, "it belongs to another user")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise OSError(errno.EPERM, "others can write to it")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, "it cannot be written")


def _is_write(line: Any) -> bool:
    if not isinstance(line, list) or len(line) != 5:
        return False
    when, place, key, item, _writer = line
    return (
        isinstance(when, (int, float))
        and isinstance(place, str)
        and isinstance(key, str)
        and isinstance(item, (str, type(None)))
    )
