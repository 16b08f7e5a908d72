"""The usual calls of kazoo at the server of ENDPOINTS."""

import queue
import threading

from kazoo.client import KazooClient
from kazoo.exceptions import BadVersionError, NoAuthError, NodeExistsError, NoNodeError, NotEmptyError
from kazoo.protocol.states import EventType
from kazoo.security import make_digest_acl

from checks import ENDPOINTS, check, end, equal


def connect(**options):
    client = KazooClient(hosts=",".join(ENDPOINTS), timeout=10, **options)
    client.start(timeout=10)
    return client


def refused(error, act, *args, **options):
    try:
        act(*args, **options)
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


zk = connect()


@check("create, get, set, exists, delete")
def _():
    zk.create("/a", b"1")
    refused(NodeExistsError, zk.create, "/a")
    data, stat = zk.get("/a")
    equal((data, stat.version), (b"1", 0))
    equal(zk.set("/a", b"2", version=0).version, 1)
    refused(BadVersionError, zk.set, "/a", b"3", version=0)
    zk.create("/a/b")
    refused(NotEmptyError, zk.delete, "/a")
    equal(zk.exists("/a").numChildren, 1)
    zk.delete("/a", recursive=True)
    refused(NoNodeError, zk.get, "/a")


@check("sequence, ephemeral and container nodes")
def _():
    zk.ensure_path("/seq")
    equal([zk.create("/seq/n-", sequence=True) for _ in range(2)], ["/seq/n-0000000000", "/seq/n-0000000001"])
    other = connect()
    other.create("/seq/e", ephemeral=True)
    equal(zk.exists("/seq/e").ephemeralOwner, other.client_id[0])
    other.stop()
    equal(zk.exists("/seq/e"), None)
    path, stat = zk.create("/seq/stat", b"x", include_data=True)
    equal((path, stat.dataLength), ("/seq/stat", 1))


@check("children, with the state of their parent")
def _():
    children, stat = zk.get_children("/seq", include_data=True)
    equal(len(children), stat.numChildren)


@check("transaction")
def _():
    transaction = zk.transaction()
    transaction.create("/t", b"1")
    transaction.check("/t", 0)
    transaction.set_data("/t", b"2")
    equal(transaction.commit()[0], "/t")
    failing = zk.transaction()
    failing.delete("/t")
    failing.check("/none", 0)
    equal([type(it).__name__ for it in failing.commit()], ["RolledBackError", "NoNodeError"])
    equal(zk.get("/t")[0], b"2")


@check("access control")
def _():
    zk.create("/secret", acl=[make_digest_acl("ann", "pw", all=True)])
    refused(NoAuthError, zk.get, "/secret")
    ann = connect(auth_data=[("digest", "ann:pw")])
    equal(ann.get("/secret")[0], b"")
    acls, _stat = ann.get_acls("/secret")
    equal(acls[0].id.scheme, "digest")
    ann.set_acls("/secret", acls)
    ann.stop()


@check("one-shot watches")
def _():
    heard = queue.Queue()
    zk.create("/w")
    zk.get("/w", watch=heard.put)
    zk.get_children("/w", watch=heard.put)
    zk.exists("/w/none", watch=heard.put)
    zk.set("/w", b"1")
    equal(heard.get(timeout=5).type, EventType.CHANGED)
    zk.create("/w/none")
    equal({heard.get(timeout=5).type, heard.get(timeout=5).type}, {EventType.CREATED, EventType.CHILD})


@check("DataWatch and ChildrenWatch")
def _():
    data, children = queue.Queue(), queue.Queue()
    zk.ensure_path("/live")
    zk.DataWatch("/live", lambda value, stat: data.put(value))
    zk.ChildrenWatch("/live", lambda names: children.put(names))
    equal((data.get(timeout=5), children.get(timeout=5)), (b"", []))
    zk.set("/live", b"1")
    zk.create("/live/a")
    equal((data.get(timeout=5), children.get(timeout=5)), (b"1", ["a"]))


@check("lock, and who waits for it")
def _():
    other = connect()
    mine, theirs = zk.Lock("/lock", "one"), other.Lock("/lock", "two")
    mine.acquire(timeout=5)
    taken = threading.Event()
    thread = threading.Thread(target=lambda: theirs.acquire(timeout=10) and taken.set(), daemon=True)
    thread.start()
    while len(mine.contenders()) < 2:
        pass
    equal((taken.is_set(), mine.contenders()), (False, ["one", "two"]))
    mine.release()
    equal(taken.wait(5), True)
    theirs.release()
    other.stop()


@check("read and write locks, semaphore, election, barrier, counter, queue, party")
def _():
    with zk.ReadLock("/rw"), zk.ReadLock("/rw"):
        pass
    with zk.WriteLock("/rw"), zk.Semaphore("/semaphore", max_leases=2):
        pass
    led = threading.Event()
    zk.Election("/election", "me").run(led.set)
    equal(led.is_set(), True)
    barrier = zk.Barrier("/barrier")
    barrier.create()
    equal(barrier.wait(timeout=0.1), False)
    barrier.remove()
    counter = zk.Counter("/counter")
    counter += 2
    equal(counter.value, 2)
    line = zk.LockingQueue("/queue")
    line.put(b"x")
    equal((line.get(timeout=5), line.consume()), (b"x", True))
    party = zk.Party("/party", "me")
    party.join()
    equal(list(party), ["me"])


@check("sync, server version, four-letter words")
def _():
    equal(zk.sync("/"), "/")
    equal(zk.server_version()[0], 3)
    equal(zk.command(b"ruok"), "imok")


@check("reconnect with the same session")
def _():
    session = zk.client_id[0]
    states = queue.Queue()
    zk.add_listener(states.put)
    zk._connection._socket.shutdown(2)
    equal([states.get(timeout=10), states.get(timeout=10)], ["SUSPENDED", "CONNECTED"])
    equal(zk.client_id[0], session)


end()
