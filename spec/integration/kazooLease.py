"""Asks for leases and parts with kazoo, and says what became of it. Reads from stdin: "lease /path holder seconds",
"leases count /path holder seconds", "partition /path name items", "leave"."""
import sys
import threading
from datetime import timedelta

from kazoo.client import KazooClient

client = KazooClient(sys.argv[1], timeout=10)
client.start(timeout=10)
say = lambda *words: print(*words, flush=True)
say("ready")
leave = threading.Event()


def take_part(path, name, items):
    partitioner = client.SetPartitioner(path, items, identifier=name, time_boundary=0.3, max_reaction_time=0.1)
    while not leave.is_set() and not partitioner.failed:
        state = partitioner.state_id
        if partitioner.release:
            say("lets go")
            partitioner.release_set()
        elif partitioner.acquired:
            say("has", ",".join(partitioner))
            while partitioner.state_id == state and not leave.is_set():
                leave.wait(0.05)
        else:
            partitioner.wait_for_acquire(0.1)
    say("failed" if partitioner.failed else "left")
    partitioner.finish()


for line in sys.stdin:
    verb, *words = line.split()
    if verb == "lease":
        path, holder, seconds = words
        say("obtained" if client.NonBlockingLease(path, timedelta(seconds=int(seconds)), holder) else "refused")
    elif verb == "leases":
        count, path, holder, seconds = words
        lease = client.MultiNonBlockingLease(int(count), path, timedelta(seconds=int(seconds)), holder)
        say("obtained" if lease else "refused")
    elif verb == "partition":
        path, name, items = words
        threading.Thread(target=take_part, args=(path, name, items.split(",")), daemon=True).start()
    elif verb == "leave":
        leave.set()
client.stop()
