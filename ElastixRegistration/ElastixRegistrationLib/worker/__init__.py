"""A background process that runs ``core``, and its client: live progress, cancellation, and isolation from crashes.

    pool = WorkerPool()
    handle = pool.submit(fixed, moving, stages, seed=1)
    handle.wait()                    # or handle.poll() from a timer
    handle.result.transform

Nothing here loads itk in the process of the client, unless ITK objects are given or asked for.
"""
