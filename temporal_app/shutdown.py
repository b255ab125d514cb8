"""The end of a process that spoke to Temporal."""

import gc


def release_temporal() -> None:
    """Let the last objects of Temporal's client go while Python still stands.

    Clients and workers hold objects of the SDK's Rust core in reference cycles. Where those are freed
    only by the interpreter's own shutdown, the core's threads meet a Python without a thread state and
    the process aborts ("PyGILState_Release", status 134; temporalio/sdk-python#300). Call this as the
    last thing before the process ends, after every client and worker has gone out of scope: in the
    worker, in management commands that used the client, and at the end of a test run.
    """
    gc.collect()
