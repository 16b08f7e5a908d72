"""Uses kazoo's queues, and says what it got. Its arguments are "put /path item priority" or "get /path", and the same
for a LockingQueue with "lput" and "lget"."""
import sys

from kazoo.client import KazooClient

client = KazooClient(sys.argv[1], timeout=10)
client.start(timeout=10)
for command in sys.argv[2:]:
    verb, path, *rest = command.split()
    queue = client.LockingQueue(path) if verb[0] == "l" else client.Queue(path)
    if verb in ("put", "lput"):
        queue.put(rest[0].encode(), int(rest[1]))
    else:
        item = queue.get(timeout=5) if verb == "lget" else queue.get()
        if verb == "lget" and item is not None:
            queue.consume()
        print("nothing" if item is None else item.decode())
client.stop()
