"""The usual calls of Python's etcd3 at the servers of ENDPOINTS."""

import io
import queue

import etcd3
from checks import ENDPOINTS, check, end, equal

host, port = ENDPOINTS[0].split(":")
client = etcd3.client(host=host, port=int(port), timeout=10)


@check("put and get")
def _():
    client.put("kv/a", "1")
    value, meta = client.get("kv/a")
    equal((value, meta.key, meta.version), (b"1", b"kv/a", 1))
    equal(client.get("kv/none"), (None, None))


@check("get a prefix, sorted")
def _():
    for key in "bcd":
        client.put(f"kv/{key}", key)
    found = client.get_prefix("kv/", sort_order="descend")
    equal([meta.key for _, meta in found], [b"kv/d", b"kv/c", b"kv/b", b"kv/a"])


@check("replace, and put if not exists")
def _():
    equal(client.replace("kv/a", "1", "2"), True)
    equal(client.replace("kv/a", "1", "3"), False)
    equal(client.put_if_not_exists("kv/a", "4"), False)


@check("transaction")
def _():
    done, answers = client.transaction(
        compare=[client.transactions.value("kv/a") == "2", client.transactions.version("kv/t") == 0],
        success=[client.transactions.put("kv/t", "x"), client.transactions.get("kv/t")],
        failure=[],
    )
    equal((done, answers[1][0][0]), (True, b"x"))


@check("delete, and delete a prefix")
def _():
    equal(client.delete("kv/t"), True)
    equal(client.delete_prefix("kv/").deleted, 4)


@check("lease")
def _():
    lease = client.lease(30)
    client.put("leased", "1", lease=lease)
    equal([answer.TTL for answer in lease.refresh()], [30])
    equal((lease.granted_ttl, list(lease.keys)), (30, [b"leased"]))
    lease.revoke()
    equal(client.get("leased"), (None, None))


@check("lock")
def _():
    with client.lock("python", ttl=10) as held:
        equal(held.is_acquired(), True)
        equal(client.lock("python", ttl=10).acquire(timeout=0.2), False)
    equal(client.lock("python", ttl=10).acquire(timeout=5), True)


@check("watch a prefix")
def _():
    events, cancel = client.watch_prefix("w/")
    client.put("w/a", "1")
    client.delete("w/a")
    seen = [next(events), next(events)]
    equal([type(event).__name__ for event in seen], ["PutEvent", "DeleteEvent"])
    cancel()


@check("watch from a past revision, with the values before")
def _():
    revision = client.put("past", "0").header.revision
    client.put("past", "1")
    events, cancel = client.watch("past", start_revision=revision, prev_kv=True)
    equal([next(events).value, next(events).prev_value], [b"0", b"0"])
    cancel()


@check("watch with a callback")
def _():
    heard = queue.Queue()
    watch = client.add_watch_callback("called", heard.put)
    client.put("called", "1")
    equal(heard.get(timeout=10).events[0].value, b"1")
    client.cancel_watch(watch)


@check("compaction")
def _():
    revision = client.put("kv/c", "1").header.revision
    client.compact(revision, physical=True)
    events, _cancel = client.watch("kv/c", start_revision=1)
    try:
        next(events)
        raise AssertionError("the watch goes on")
    except etcd3.exceptions.RevisionCompactedError as reason:
        equal(reason.compacted_revision, revision)


@check("members, status, hash, defragment")
def _():
    equal(len(list(client.members)), len(ENDPOINTS))
    equal(client.status().leader is not None, True)
    equal(client.hash() > 0, True)
    client.defragment()


@check("alarms")
def _():
    equal(len(client.create_alarm()), 1)
    equal([alarm.alarm_type for alarm in client.list_alarms()], [etcd3.etcdrpc.NOSPACE])
    client.disarm_alarm()
    equal(list(client.list_alarms()), [])


@check("snapshot")
def _():
    file = io.BytesIO()
    client.snapshot(file)
    equal(len(file.getvalue()) % 512, 32)


end()
