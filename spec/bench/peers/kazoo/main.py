"""kazoo: a thread for the socket, and one that calls back. Arguments and figures are those of languages.mjs."""

import itertools
import os
import resource
import sys
import time

from kazoo.client import KazooClient

PORT, VERB, LANES, PATH, NODES, WINDOW, WARM_UP = sys.argv[1:]
LANES, NODES, WINDOW, WARM_UP = int(LANES), int(NODES), int(WINDOW) / 1000, int(WARM_UP) / 1000
DATA = b"b" * 100
MIB = 2**20

done = 0


def connect():
    client = KazooClient(hosts=f"127.0.0.1:{PORT}", timeout=30)
    client.start()
    return client


def value_of(result):
    """The value of an answer. An error ends the program: kazoo would write it to its log and go on."""
    try:
        return result.get()
    except Exception as error:
        print(repr(error), file=sys.stderr)
        os._exit(1)


def loop(begin):
    """Keeps LANES operations under way. Each one that is done begins the next."""

    def start():
        begin().rawlink(ended)

    def ended(result):
        global done
        value_of(result)
        done += 1
        start()

    for _ in range(LANES):
        start()


def watch(zk):
    """Watches nodes, and sets them. An event reads its node again. Returns the memory before and after the watches."""
    before = rss()
    filled = 0
    begun = False
    nodes = itertools.cycle([f"{PATH}{i}" for i in range(NODES)])

    def changed(event):
        read(event.path)

    def read(node):
        zk.get_async(node, watch=changed).rawlink(seen)

    def seen(result):
        nonlocal filled
        global done
        value_of(result)
        if begun:
            done += 1
            set_next()
        else:
            filled += 1

    def set_next():
        zk.set_async(next(nodes), DATA).rawlink(value_of)

    for i in range(NODES):
        read(f"{PATH}{i}")
    while filled < NODES:
        time.sleep(0.02)
    after = rss()
    begun = True
    for _ in range(LANES):
        set_next()
    return before, after


def rss():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def figures(resident=None, **more):
    time.sleep(WARM_UP)
    before, used, begin = done, time.process_time(), time.monotonic()
    time.sleep(WINDOW)
    count = done - before
    seconds, spent = time.monotonic() - begin, time.process_time() - used
    return {"rate": count / seconds, "cpu": spent * 1e6 / count, "rss": (resident or rss()) / MIB, **more}


def time_to_connect():
    times = []
    for _ in range(LANES):
        begin = time.monotonic()
        zk = connect()
        zk.get(PATH)
        times.append((time.monotonic() - begin) * 1000)
        zk.stop()
        zk.close()
        time.sleep(0.01)
    return {"ms": sorted(times)[LANES // 2], "rss": rss() / MIB}


def measured():
    if VERB == "connect":
        return time_to_connect()
    zk = connect()
    if VERB == "watch":
        before, after = watch(zk)
        return figures(after, bytesEach=(after - before) / NODES)
    loop((lambda: zk.get_async(PATH)) if VERB == "get" else (lambda: zk.set_async(PATH, DATA)))
    return figures()


print("RESULT", str(measured()).replace("'", '"'), flush=True)
os._exit(0)  # without a wait for the threads of the client
