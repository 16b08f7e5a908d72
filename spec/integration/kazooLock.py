"""Contends with kazoo, and says what became of it. Reads from stdin: "lock /path", "elect /path", "release",
"read /path", "write /path"."""
import sys
import threading

from kazoo.client import KazooClient

client = KazooClient(sys.argv[1], timeout=10)
client.start(timeout=10)
say = lambda *words: print(*words, flush=True)
say("ready")
held = None
leave = threading.Event()

for line in sys.stdin:
    verb, _, path = line.strip().partition(" ")
    if verb in ("lock", "read", "write"):
        held = {"lock": client.Lock, "read": client.ReadLock, "write": client.WriteLock}[verb](path, "kazoo")
        held.acquire()
        say("held")
    elif verb == "release":
        held.release()
        say("released")
    elif verb == "elect":
        leave.clear()
        lead = lambda: (say("leads"), leave.wait(30))
        threading.Thread(target=lambda: client.Election(path, "kazoo").run(lead), daemon=True).start()
    elif verb == "leave":
        leave.set()
client.stop()
