"""How much of the machine one submission may use."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """What one sandbox may use. Time per cell and per check is the grader's, since it holds the clock.

    Attributes
    ----------
    memory_bytes
        What one process may allocate on top of what the warm start already holds. It bounds private memory
        (``RLIMIT_DATA``), not the address space: PyTorch's CUDA build maps 3.5 GB before it computes anything.
    address_bytes
        What one process may map on top of that, whether or not it ever touches it: tables of pages cost memory too, which
        is the kernel's. Only under bubblewrap, where there is no GPU.
    total_memory_bytes
        What all processes of a sandbox may hold together, shared memory included, on top of the warm start's
        share. The kernel holds them to it where a control group can be had, its own memory included; elsewhere it is
        looked at a few times a second, so a sandbox can be over it for a moment. Only under bubblewrap.
    cpu_seconds
        Processor time of one process.
    processes
        Processes and threads at a time.
    open_files
        File descriptors of one process.
    file_bytes
        Size of the largest file.
    work_bytes, shared_bytes
        Size of the work folder and of /dev/shm; both are in memory. Only under bubblewrap.
    """

    memory_bytes: int = 4 * GIB
    address_bytes: int = 8 * GIB
    total_memory_bytes: int = 6 * GIB
    cpu_seconds: int = 900
    processes: int = 64
    open_files: int = 128
    file_bytes: int = 128 * MIB
    work_bytes: int = 256 * MIB
    shared_bytes: int = 128 * MIB
