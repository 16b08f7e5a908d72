"""What kazoo's users do, against a server whose address is the argument. Prints one line a step."""
import sys

from kazoo.client import KazooClient
from kazoo.exceptions import BadVersionError, NoAuthError, NoNodeError, RolledBackError
from kazoo.security import make_digest_acl

client = KazooClient(sys.argv[1], timeout=4)
client.start(timeout=10)
print("version", ".".join(str(part) for part in client.server_version()))

print("create", client.create("/k/a/b", b"one", makepath=True))
seen = []
watched = client.handler.event_object()


@client.DataWatch("/k/a/b")
def changed(data, stat):
    seen.append(data)
    if data == b"two":
        watched.set()


print("set", client.set("/k/a/b", b"two").version)
watched.wait(10)
print("watch", [data.decode() for data in seen])
print("sequence", client.create("/k/s-", sequence=True), client.create("/k/s-", sequence=True))
print("ephemeral", client.exists(client.create("/k/e", ephemeral=True)).ephemeralOwner == client.client_id[0])

refusals = (NoNodeError, lambda: client.get("/none")), (BadVersionError, lambda: client.set("/k", b"", version=7))
for error, act in refusals:
    try:
        act()
    except error as caught:
        print("error", type(caught).__name__)

transaction = client.transaction()
transaction.create("/k/t", b"x")
transaction.check("/k/t", 0)
transaction.delete("/none")
print("transaction", [type(result).__name__ for result in transaction.commit()], client.exists("/k/t"))

client.add_auth("digest", "bob:secret")
client.create("/k/private", b"hidden", acl=[make_digest_acl("bob", "secret", all=True)])
stranger = KazooClient(sys.argv[1])
stranger.start(timeout=10)
try:
    stranger.get("/k/private")
except NoAuthError:
    print("acl NoAuthError")

with client.Lock("/k/lock", "me"):
    print("lock", len(client.get_children("/k/lock")), stranger.Lock("/k/lock", "you").acquire(blocking=False))
queue = client.Queue("/k/queue")
queue.put(b"job")
print("queue", queue.get().decode())
counter = client.Counter("/k/counter")
counter += 5
print("counter", counter.value)
party = client.Party("/k/party", "me")
party.join()
print("party", list(party))
election = []
client.Election("/k/election", "me").run(lambda: election.append("led"))
print("election", election)

stranger.stop()
client.delete("/k", recursive=True)
print("left", client.get_children("/"))
client.stop()
