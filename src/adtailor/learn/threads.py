"""One thread for matrix products: those of a small network are over before a second thread has begun."""

from contextlib import AbstractContextManager, nullcontext


def one_thread() -> AbstractContextManager[object]:
    """Holds NumPy's BLAS to one thread, if threadpoolctl is installed (scikit-learn brings it); else nothing."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    return threadpool_limits(limits=1, user_api="blas")
