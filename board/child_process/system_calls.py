"""Linux system calls that a decoder needs, with their numbers on each supported processor. All other calls are refused."""

import os

# (word, mask, values): `word & mask` must be one of the values, where word 2n is the lower half of argument n. A plain tuple,
# because importing `typing` takes a fifth of a child's start.
Condition = tuple[int, int, tuple[int, ...]]

AUDIT = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}  # numbers of processors in seccomp, in the order of the columns below
_ANY = 0xFFFF_FFFF

FILES = {  # calls that open or inspect files by a path; -1: this processor lacks the call
    "open": (2, -1), "stat": (4, -1), "lstat": (6, -1), "access": (21, -1), "readlink": (89, -1), "openat": (257, 56),
    "newfstatat": (262, 79), "readlinkat": (267, 78), "faccessat": (269, 48), "statx": (332, 291), "faccessat2": (439, 439),
    "statfs": (137, 43),
}  # fmt: skip
ALLOWED = FILES | {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "ioctl": (16, 29), "pread64": (17, 67), "readv": (19, 65), "writev": (20, 66),
    "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233), "dup": (32, 23), "nanosleep": (35, 101),
    "getpid": (39, 172), "clone": (56, 220), "exit": (60, 93), "uname": (63, 160), "fcntl": (72, 25), "getcwd": (79, 17),
    "gettimeofday": (96, 169), "getrlimit": (97, 163), "getrusage": (98, 165), "sysinfo": (99, 179), "times": (100, 153),
    "getuid": (102, 174), "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177), "sigaltstack": (131, 132),
    "fstatfs": (138, 44), "prctl": (157, 167), "gettid": (186, 178), "futex": (202, 98), "sched_getaffinity": (204, 123),
    "getdents64": (217, 61), "set_tid_address": (218, 96), "restart_syscall": (219, 128), "fadvise64": (221, 223),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "exit_group": (231, 94),
    "tgkill": (234, 131), "ppoll": (271, 73), "set_robust_list": (273, 99), "prlimit64": (302, 261), "getcpu": (309, 168),
    "seccomp": (317, 277), "getrandom": (318, 278), "membarrier": (324, 283), "rseq": (334, 293),
}  # fmt: skip


def conditions() -> dict[str, tuple[Condition, ...]]:
    """Return the bounds of the arguments of calls that can also do harm. The values are the same on both processors."""
    reading = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC
    return {
        "open": ((2, reading, (os.O_RDONLY,)),),
        "openat": ((4, reading, (os.O_RDONLY,)),),
        "clone": ((0, 0x1_0000, (0x1_0000,)),),  # CLONE_THREAD: a thread, never a process
        "tgkill": ((0, _ANY, (os.getpid(),)),),  # abort()
        "ioctl": ((2, _ANY, (0x5401, 0x5450, 0x5451)),),  # TCGETS, FIONCLEX, FIOCLEX
        "fcntl": ((2, _ANY, (0, 1, 2, 3, 1030)),),  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC
        "prctl": ((0, _ANY, (15, 0x53564D41)),),  # PR_SET_NAME, PR_SET_VMA: names of threads and of memory
        "prlimit64": ((0, _ANY, (0,)), (4, _ANY, (0,)), (5, _ANY, (0,))),  # own limits, only read
    }


def processor() -> str | None:
    """Return the name of this processor, or None if it is not supported."""
    name = os.uname().machine
    return name if name in AUDIT else None


def number(name: str) -> int:
    """Return the number of a call on this processor, or -1."""
    return ALLOWED[name][list(AUDIT).index(os.uname().machine)]
