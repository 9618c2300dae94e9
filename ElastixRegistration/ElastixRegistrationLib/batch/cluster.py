"""The Dask cluster of a run: one on this computer, sized to its cores and memory, or an existing one.

Dask's messages are pickles: anyone who can connect to a scheduler or worker can make it run anything. So everything
here listens on 127.0.0.1 only and, if the package ``cryptography`` is installed, requires a certificate made for this
run, which also keeps out other users of the same computer.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..core.errors import InputError, RegistrationError
from ..core.registration.memory import available_bytes
from ..core.wording import said
from ..worker.pool import core_count

_log = logging.getLogger(__name__)

#: Share of the free memory for all cases together.
_SHARE = 0.9
_LOOPBACK = "127.0.0.1"
_DASK_LOGGERS = ("distributed", "tornado", "asyncio")
#: Dask settings for workers that share the cores of this computer with elastix.
_LOCAL = {
    # Workers get no cases in advance: a waiting case could start elsewhere, and would be lost with the worker.
    "distributed.scheduler.worker-saturation": 1.0,
    # Cases take seconds to hours. At their default intervals, these monitors took a twentieth of two cores.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.worker.memory.monitor-interval": "500ms",
}


@dataclass(frozen=True)
class Size:
    """Workers on this computer, elastix threads for each, and memory for each (None: unknown)."""

    workers: int
    threads: int
    slot_bytes: float | None


@dataclass(frozen=True)
class Tls:
    """PEM files of a cluster that uses TLS: the authority that signed, and this client's certificate and key."""

    ca_file: str | None = None
    cert: str | None = None
    key: str | None = None

    def security(self) -> Any:
        """dask's Security, None without files. Raises InputError for a missing file."""
        if not (self.ca_file or self.cert or self.key):
            return None
        from distributed.security import Security

        for path in (self.ca_file, self.cert, self.key):
            if path and not os.path.isfile(path):
                raise InputError(said("The TLS file {path} does not exist.", path=path))
        return Security(
            require_encryption=True, tls_ca_file=self.ca_file, tls_client_cert=self.cert, tls_client_key=self.key
        )


def check_dask() -> None:
    """Raise InputError, with the command to install it, if Dask is missing."""
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise InputError(
            said(
                "Cohorts run on Dask, which is not installed: python -m pip install 'dask[distributed]' "
                "cryptography bokeh."
            )
        ) from error


def local_size(cases: int, case_bytes: float, workers: int | None = None, threads: int | None = None) -> Size:
    """Number of workers: one per core, unless ``threads`` are given for each, limited by memory and cases.

    elastix gains less from a second thread than a cohort from a second worker, so workers get more than one thread only
    if there are spare cores. A given ``workers`` is used unchanged; raises InputError if it is less than 1.
    """
    if workers is not None and workers < 1:
        raise InputError(said("The number of workers is {workers}; it must be at least 1.", workers=workers))
    cores, free = core_count(), available_bytes()
    if workers is None:
        by_cores = max(1, cores // (threads or 1))
        by_memory = by_cores if free is None else max(1, int(_SHARE * free / case_bytes))
        workers = min(by_cores, by_memory, cases)
        if free is not None and workers < min(by_cores, cases):
            _log.info(
                "%d worker%s: a case may take %.1f GB, and %.1f GB of memory is free.",
                workers, "s" * (workers > 1), case_bytes / 1e9, free / 1e9,
            )  # fmt: skip
    return Size(workers, threads or max(1, cores // workers), None if free is None else _SHARE * free / workers)


@contextmanager
def local_client(size: Size) -> Iterator[Any]:
    """A Dask client of a cluster on this computer that ends with the block, or with this process."""
    import dask
    from distributed import Client, LocalCluster

    with _quiet_dask(), dask.config.set(_LOCAL):
        cluster = LocalCluster(
            n_workers=size.workers,
            threads_per_worker=1,
            processes=True,
            host=_LOOPBACK,
            dashboard_address=f"{_LOOPBACK}:0",
            memory_limit=int(size.slot_bytes) if size.slot_bytes else None,
            security=_own_certificate(),
            silence_logs=logging.CRITICAL,
            preload=[f"{__package__}.worker_start"],
        )
        try:
            with Client(cluster, set_as_default=False) as client:
                yield client
        finally:
            cluster.close()


@contextmanager
def remote_client(address: str, tls: Tls) -> Iterator[Any]:
    """A Dask client of the scheduler at ``address``. Raises InputError if there is no answer."""
    from distributed import Client

    security = tls.security()
    with _quiet_dask():
        try:
            client = Client(address, security=security, set_as_default=False, timeout=10)
        except (OSError, TimeoutError, ValueError, TypeError) as error:
            raise InputError(
                said(
                    "The Dask scheduler {address} does not answer: {reason}", address=address, reason=_first_line(error)
                )
            ) from error
        with client:
            yield client


def check_workers(client: Any, output_dir: Path, marker: str) -> float | None:
    """The smallest memory that a worker of ``client`` has for a case, bytes;

    None without a limit or a worker. Raises InputError if a worker cannot run cases: it lacks this package, has a
    different version, or does not see ``output_dir``, which contains the file ``marker``.
    """
    answers = client.run(_probe, str(output_dir / marker), on_error="return")
    for address, answer in answers.items():
        if isinstance(answer, BaseException):
            raise InputError(
                said(
                    "The Dask worker {address} cannot load ElastixRegistrationLib ({reason}); install "
                    "elastix-registration in the Python of all workers.",
                    address=address,
                    reason=_first_line(answer),
                )
            )
        if answer["version"] != __version__:
            raise InputError(
                said(
                    "The Dask worker {address} has version {version} of elastix-registration, but this computer "
                    "has {own_version}; install the same version everywhere.",
                    address=address,
                    version=answer["version"],
                    own_version=__version__,
                )
            )
        if not answer["sees"]:
            raise InputError(
                said(
                    "The Dask worker {address} does not see the folder {output_dir}; all workers must see "
                    "images and output under the same paths.",
                    address=address,
                    output_dir=output_dir,
                )
            )
    return min(filter(None, (answer["memory"] for answer in answers.values())), default=None)


def count_workers(client: Any) -> int:
    """The current number of workers. Raises RegistrationError if the scheduler is gone."""
    try:
        return len(client.nthreads())
    except (OSError, TimeoutError) as error:
        raise RegistrationError(
            said("The connection to the Dask scheduler was lost; run again with --resume.")
        ) from error


def dashboard_address(client: Any) -> str | None:
    """Address of the cluster's dashboard; None without Bokeh, which draws it."""
    try:
        import bokeh  # noqa: F401
    except ImportError:
        return None
    return client.dashboard_link


def _probe(marker: str, dask_worker: Any) -> dict[str, Any]:
    from . import task  # noqa: F401  a worker without itk-elastix's package fails here

    return {
        "version": __version__,
        "sees": os.path.exists(marker),
        "memory": float(dask_worker.memory_manager.memory_limit or 0) / dask_worker.state.nthreads,
    }


def _own_certificate() -> Any:
    from distributed.security import Security

    try:
        return Security.temporary()
    except ImportError:
        _log.info("The package cryptography is not installed: other users of this computer could reach the workers.")
        return None


@contextmanager
def _quiet_dask() -> Iterator[None]:
    """No logging of Dask and of its event loop, which would disturb the progress bar.

    The important parts are reported for each case. Tornado and asyncio log tracebacks of calls that Ctrl-C cut short.
    Dask sets a level on some of the loggers below these, so that of the topmost one is not enough.
    """
    names = {*_DASK_LOGGERS, *(name for name in logging.root.manager.loggerDict if name.split(".")[0] in _DASK_LOGGERS)}
    former = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in former.items():
            logging.getLogger(name).setLevel(level)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".") + "."
