"""Duties: people on duty until a time, whom alarms ask first."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from board.commands.duty import on_duty
from board.commands.handover import shifts
from board.engine import program_accounts, unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind
from board.errors import Refused, invalid
from board.i18n import N_
from models.duty import Duty, Ended
from models.fields import Data, Id, Time
from models.handover import MAX_KEPT
from models.times import format_utc, parse_utc

LONGEST = timedelta(hours=24)  # from now to the end of a duty; a longer duty is a mistake


class BeginDuty(Data):
    """Begin your duty: alarms ask you first. If you are already on duty, it sets a new end, as `duty.extend` does. It is
    `forbidden` to accounts of programs.

    `until`: end of the duty, in the future and at most 24 hours ahead.
    """

    until: Time


class ExtendDuty(Data):
    """Set a new end of a duty, earlier or later. It is `conflict` if that account is not on duty. Only coordinators can change
    the duty of another account; others get `forbidden`. The same time again is acknowledged with `seqs: []`.

    `account`: account on duty; by default, your own.
    `until`: new end, in the future and at most 24 hours ahead.
    """

    until: Time
    account: Id | None = None


class EndDuty(Data):
    """End a duty: the alarms that the account has reopen, except the kept ones. Only coordinators can end the duty of another
    account; others get `forbidden`. If that account is not on duty, it is acknowledged with `seqs: []`.

    `account`: account on duty; by default, your own.
    `keep`: ids of alarms that the account keeps; by default, those that it keeps after a signed handover.
    """

    account: Id | None = None
    keep: Annotated[list[Id], Field(max_length=MAX_KEPT)] | None = None


def begin(writer: EventWriter, data: BeginDuty) -> None:
    """Begin the duty of the caller."""
    if program_accounts.program_accounts_among(writer.session, [writer.account_id]):
        raise Refused("forbidden", N_("An account of a program cannot be on duty."))
    row = of_account(writer, writer.account_id)
    if row is not None and row.ended_at is None:
        return extend(writer, ExtendDuty(until=data.until))
    id, until = writer.account_id, _end_of(writer, data.until)
    new = Duty(id=id, board=writer.board.id, account=id, since=writer.now, until=until, kept=[])
    if row is not None:
        writer.update(row, "duty.begun", new.state(), conflicts=False)
    else:
        writer.create(new, "duty.begun")
    return on_duty.forget(writer.session)


def extend(writer: EventWriter, data: ExtendDuty) -> None:
    """Set a new end of a duty. Raises Refused `conflict` if that account is not on duty."""
    account = _account(writer, data.account)
    until = _end_of(writer, data.until)
    row = of_account(writer, account)
    if row is None or row.ended_at is not None:
        sentence = N_("This duty has ended. Begin a new one.")
        raise Refused("conflict", fields={"until": sentence}, current=row.state() if row is not None else None)
    writer.update(row, "duty.extended", {"until": until}, conflicts=False)


def end(writer: EventWriter, data: EndDuty) -> None:
    """End a duty; no-op if that account is not on duty."""
    account = _account(writer, data.account)
    row = of_account(writer, account)
    if row is not None and row.ended_at is None:
        kept = row.kept if data.keep is None else data.keep
        end_because(writer, row, "person" if account == writer.account_id else "coordinator", kept)


def end_because(writer: EventWriter, row: Duty, ended: Ended, kept: Iterable[str]) -> None:
    """End a duty. The account keeps the alarms `kept`."""
    values = {"ended_at": writer.now, "ended": ended, "kept": list(dict.fromkeys(kept))}
    writer.update(row, "duty.ended", values, conflicts=False)
    on_duty.forget(writer.session)


def keep(writer: EventWriter, account: str, alarms: Collection[str]) -> None:
    """Record the alarms of a signed handover that an account keeps when its duty ends: at most MAX_KEPT. No-op if it is not on
    duty."""
    row = of_account(writer, account)
    if row is not None and row.ended_at is None:
        writer.update(row, "duty.kept", {"kept": sorted(alarms)[:MAX_KEPT]}, conflicts=False)


def of_account(writer: EventWriter, account: str) -> Duty | None:
    """Return the current or last duty of an account; None before the first."""
    return unit_of_work.get(writer.session, Duty, account)


def _account(writer: EventWriter, named: str | None) -> str:
    """Return the account whose duty a command changes. Raises Refused `forbidden` if it is not the caller's and the caller is not
    a coordinator."""
    if named is None or named == writer.account_id:
        return writer.account_id
    if writer.account is None or not shifts.is_coordinator(writer.account):
        raise Refused("forbidden", N_("Only a coordinator can change the duty of another person."))
    writer.require_person(named, "account")
    return named


def _end_of(writer: EventWriter, until: str) -> str:
    if not writer.now < until <= format_utc(parse_utc(writer.now) + LONGEST):
        raise invalid("until", N_("Choose a time within the next 24 hours."))
    return until


KIND = Kind(
    model=Duty,
    title=N_("Duty"),
    events={
        "duty.begun": EventSpec(N_("Duty begun"), "duty.begin"),
        "duty.extended": EventSpec(N_("End of the duty changed"), "duty.extend"),
        "duty.kept": EventSpec(N_("Alarms kept after the duty"), "handover.sign"),
        "duty.ended": EventSpec(N_("Duty ended"), "duty.end"),
    },
    boards=("operations",),
    counted=False,
)
