"""Where a benchmark works: on a disk, and on one that is slower than it is."""

import os
import subprocess
import sys
import tempfile

IN_MEMORY = {"tmpfs", "ramfs"}

SOURCE = """#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
#define SLOW(name) int name(int file) { \\
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, #name); usleep(WAIT); return real(file); }
SLOW(fsync)
SLOW(fdatasync)
"""


def check():
    """Ends the benchmark where temporary directories are in memory: a commit costs nothing there."""
    place = os.path.realpath(tempfile.gettempdir())
    with open("/proc/self/mounts") as lines:
        mounts = [line.split()[1:3] for line in lines]
    above = [(len(mount), n, kind) for n, (mount, kind) in enumerate(mounts) if os.path.join(place, "").startswith(os.path.join(mount, ""))]
    # What was mounted last at a place is what is there.
    if max(above)[2] in IN_MEMORY:
        sys.exit(f"{place} is in memory, where a commit costs nothing: TMPDIR=DIRECTORY names one on a disk")


def slower(place, milliseconds):
    """From now on each program that is started waits so much longer in fsync and fdatasync. Needs a C compiler.

    Several programs that wait at the same time do so side by side, unlike on one disk. Every program also takes
    longer to start, so this is for those that are compared while they run."""
    library = os.path.join(place, "slower.so")
    wait = f"-DWAIT={round(milliseconds * 1000)}"
    subprocess.run(["cc", "-shared", "-fPIC", wait, "-x", "c", "-", "-o", library, "-ldl"], input=SOURCE, text=True, check=True)
    os.environ["LD_PRELOAD"] = library
