"""A disk that is slower than this one: what this process starts waits longer in fsync and fdatasync."""

import os
import subprocess

SOURCE = """#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
#define SLOW(name) int name(int file) { \\
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, #name); usleep(WAIT); return real(file); }
SLOW(fsync)
SLOW(fdatasync)
"""


def slower(place, milliseconds):
    """From now on each program that is started waits so much longer for each durable write. Needs a C compiler."""
    library = os.path.join(place, "slower.so")
    wait = f"-DWAIT={round(milliseconds * 1000)}"
    subprocess.run(["cc", "-shared", "-fPIC", wait, "-x", "c", "-", "-o", library, "-ldl"], input=SOURCE, text=True, check=True)
    os.environ["LD_PRELOAD"] = library
