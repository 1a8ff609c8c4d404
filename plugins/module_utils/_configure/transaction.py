# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The transaction itself: compare, stage, validate, put in force, apply; or everything as it was."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .._errors import SlipwayError
from . import guard
from .commands import Finished, find_program, run
from .journal import Journal, forget, load_journal, only_one
from .places import remove_created
from .redact import mask
from .restore import restore
from .states import Staged
from .wanted import Change, Wanted, compare

_LOCK_SECONDS = 120


@dataclass(frozen=True)
class Transaction:
    """What one task asks for; ``timeout`` is in seconds, for each command."""

    name: str
    files: Sequence[Wanted]
    holds: Sequence[Sequence[str]] = ()
    apply: Sequence[Sequence[str]] = ()
    timeout: int = 120
    guard: int = 0
    token: str = ""


@dataclass
class Result:
    """What has changed; ``awaits_confirmation`` when the guard is armed."""

    changed: bool = False
    changes: list[Change] = field(default_factory=list)
    applied: bool = False
    awaits_confirmation: bool = False


def preview(transaction: Transaction) -> Result:
    """Return what ``execute`` would do, without a trace on the host.

    Raises SlipwayError when a new file does not pass its validation; a validating program that is not
    installed yet does not count.
    """
    changes = _compare(transaction, check_mode=True)
    for change in changes:
        argv = change.wanted.validate
        if change.after.kind == "file" and argv and find_program(argv[0]):
            with tempfile.NamedTemporaryFile(prefix="slipway-") as copy:
                copy.write(change.after.content)
                copy.flush()
                _validate(transaction, change, Path(copy.name))
    due = bool(changes) or load_journal(transaction.name) is not None or bool(_broken_hold(transaction))
    return Result(changed=due, changes=changes)


def execute(transaction: Transaction) -> Result:
    """Bring the host into the wanted state.

    Raises SlipwayError: before anything has changed, or after the previous state has come back, or saying
    that it has not.
    """
    with only_one(_LOCK_SECONDS):
        killed = load_journal(transaction.name)
        changes = _compare(transaction, check_mode=False)
        if not changes and killed is None and not _broken_hold(transaction):
            forget(transaction.name)
            return Result()
        return _change(transaction, changes, killed)


def _compare(transaction: Transaction, *, check_mode: bool) -> list[Change]:
    found = (compare(wanted, check_mode=check_mode) for wanted in transaction.files)
    return [change for change in found if change is not None]


def _broken_hold(transaction: Transaction) -> Finished | None:
    finished = (run(argv, transaction.timeout) for argv in transaction.holds)
    return next((command for command in finished if command.problem), None)


def _change(transaction: Transaction, changes: list[Change], killed: Journal | None) -> Result:
    created: list[str] = []
    staged: list[Staged] = []
    try:
        for change in changes:
            staged.append(_stage(change, created))
            if change.wanted.validate and change.after.kind == "file":
                _validate(transaction, change, staged[-1].temporary)
        journal = _open_journal(transaction, changes, killed, created)
    except BaseException:
        _discard(staged)
        remove_created(created)
        raise
    try:
        for file in staged:
            file.commit()
        _apply(transaction)
    except (OSError, SlipwayError) as error:
        _discard(staged)
        raise _undo(transaction, journal, error) from error
    if journal.guard:
        journal.applied = True
        journal.save()
    else:
        journal.close()
        forget(journal.name)
    return Result(True, changes, bool(transaction.apply), bool(journal.guard))


def _stage(change: Change, created: list[str]) -> Staged:
    return Staged(change.wanted.path, change.after, change.wanted.missing_directories(), created)


def _discard(staged: list[Staged]) -> None:
    for file in staged:
        file.discard()


def _validate(transaction: Transaction, change: Change, copy: Path) -> None:
    """Run the file's validation on ``copy``; messages name the destination instead of the copy."""
    path = str(change.wanted.path)
    argv = [argument.replace("%s", str(copy)) for argument in change.wanted.validate]
    finished = run(argv, transaction.timeout)
    if finished.problem:
        said = _masked(transaction, str(finished).replace(str(copy), path))
        raise SlipwayError(f"the new {path} is not valid, {said}", "nothing has been changed")


def _open_journal(
    transaction: Transaction, changes: list[Change], killed: Journal | None, created: list[str]
) -> Journal:
    """Write the journal and see to the guard; from here on the transaction can be undone by anybody.

    What a killed run has noted stays, since its own changes were never confirmed: what it found is the
    last state known to be good.
    """
    before = {str(change.wanted.path): change.before for change in changes}
    journal = Journal(
        name=transaction.name,
        token=transaction.token,
        before=before | (killed.before if killed else {}),
        apply=[list(argv) for argv in transaction.apply],
        timeout=transaction.timeout,
        guard=transaction.guard,
        created=(killed.created if killed else []) + created,
    )
    if journal.guard:
        guard.require()
    journal.save()
    try:
        if journal.guard:
            guard.arm(journal)
        elif killed and killed.guard:
            guard.disarm(journal.name)
    except BaseException:
        if killed is None:
            journal.close()
        raise
    return journal


def _apply(transaction: Transaction) -> None:
    for argv in transaction.apply:
        finished = run(argv, transaction.timeout)
        if finished.problem:
            raise SlipwayError(_masked(transaction, str(finished)))
    broken = _broken_hold(transaction)
    if broken:
        raise SlipwayError(_masked(transaction, f"everything is applied, and still {broken}"))


def _undo(transaction: Transaction, journal: Journal, error: Exception) -> SlipwayError:
    """Bring the previous state back and return the failure that says so, or that it is not back."""
    what = str(error).removesuffix(".")
    problems = restore(journal) if journal.before else []
    if journal.guard:
        guard.disarm(journal.name)
    if not problems:
        journal.close()
        forget(journal.name)
        back = "the previous files are back and applied" if journal.before else "no file has been changed"
        return SlipwayError(what, back)
    journal.guard = 0
    journal.save()
    return SlipwayError(
        what, f"the previous state is not wholly back, {_masked(transaction, '; '.join(problems))}"
    )


def _masked(transaction: Transaction, text: str) -> str:
    return mask(text, (wanted.content or "" for wanted in transaction.files if wanted.sensitive))
