import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.Observers;
import io.etcd.jetcd.watch.WatchEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The usual calls of jetcd. */
public final class Main {
    private static Client client;

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static Client connect(String user, String password) {
        String[] urls = Checks.ENDPOINTS.stream().map(it -> "http://" + it).toArray(String[]::new);
        if (user == null) return Client.builder().endpoints(urls).build();
        return Client.builder().endpoints(urls).user(bytes(user)).password(bytes(password)).build();
    }

    private static WatchEvent next(BlockingQueue<WatchEvent> events) throws InterruptedException {
        WatchEvent event = events.poll(10, TimeUnit.SECONDS);
        if (event == null) throw new AssertionError("no event");
        return event;
    }

    public static void main(String[] args) {
        client = connect(null, null);
        keyValues(client.getKVClient());
        leases(client.getLeaseClient(), client.getKVClient());
        watches(client.getWatchClient(), client.getKVClient());
        locks();
        elections();
        maintenance();
        authentication();
        System.exit(0);
    }

    private static void keyValues(KV kv) {
        Checks.check("put and get", () -> {
            kv.put(bytes("kv/a"), bytes("1")).get();
            GetResponse got = kv.get(bytes("kv/a")).get();
            Checks.equal(got.getKvs().get(0).getValue().toString(), "1");
            Checks.equal(kv.get(bytes("kv/none")).get().getCount(), 0L);
        });
        Checks.check("get a prefix, sorted and cut", () -> {
            for (String key : new String[] {"b", "c", "d"}) kv.put(bytes("kv/" + key), bytes(key)).get();
            GetOption option = GetOption.builder().isPrefix(true).withLimit(2).withKeysOnly(true)
                .withSortField(GetOption.SortTarget.KEY).withSortOrder(GetOption.SortOrder.DESCEND).build();
            GetResponse got = kv.get(bytes("kv/"), option).get();
            Checks.equal(got.getKvs().get(0).getKey().toString(), "kv/d");
            Checks.equal(got.isMore(), true);
        });
        Checks.check("transaction", () -> {
            TxnResponse done = kv.txn()
                .If(new Cmp(bytes("kv/a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("1"))))
                .Then(Op.put(bytes("kv/t"), bytes("x"), PutOption.DEFAULT), Op.get(bytes("kv/t"), GetOption.DEFAULT))
                .commit().get();
            Checks.equal(done.isSucceeded(), true);
            Checks.equal(done.getGetResponses().get(0).getKvs().get(0).getValue().toString(), "x");
        });
        Checks.check("delete a prefix, with the values before", () -> {
            DeleteOption option = DeleteOption.builder().isPrefix(true).withPrevKV(true).build();
            Checks.equal(kv.delete(bytes("kv/"), option).get().getPrevKvs().size(), 5);
        });
        Checks.check("compaction", () -> {
            long revision = kv.put(bytes("kv/c"), bytes("1")).get().getHeader().getRevision();
            kv.compact(revision).get();
        });
    }

    private static void leases(Lease leases, KV kv) {
        Checks.check("lease: grant, time to live, revoke", () -> {
            long id = leases.grant(30).get().getID();
            kv.put(bytes("leased"), bytes("1"), PutOption.builder().withLeaseId(id).build()).get();
            Checks.equal(leases.keepAliveOnce(id).get().getTTL(), 30L);
            LeaseOption option = LeaseOption.builder().withAttachedKeys().build();
            Checks.equal(leases.timeToLive(id, option).get().getKeys().get(0).toString(), "leased");
            leases.revoke(id).get();
            Checks.equal(kv.get(bytes("leased")).get().getCount(), 0L);
        });
        Checks.check("lease: a stream of keep-alives", () -> {
            long id = leases.grant(2).get().getID();
            BlockingQueue<LeaseKeepAliveResponse> alive = new LinkedBlockingQueue<>();
            leases.keepAlive(id, Observers.observer(alive::add));
            for (int i = 0; i < 3; i++) Checks.equal(alive.poll(10, TimeUnit.SECONDS).getID(), id);
            leases.revoke(id).get();
        });
    }

    private static void watches(Watch watches, KV kv) {
        Checks.check("watch a prefix, with the values before", () -> {
            BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
            WatchOption option = WatchOption.builder().isPrefix(true).withPrevKV(true).build();
            Watch.Watcher watcher = watches.watch(bytes("w/"), option, answer -> events.addAll(answer.getEvents()));
            long begun = kv.put(bytes("w/a"), bytes("1")).get().getHeader().getRevision();
            kv.delete(bytes("w/a")).get();
            Checks.equal(next(events).getKeyValue().getModRevision(), begun);
            WatchEvent gone = next(events);
            Checks.equal(gone.getEventType(), WatchEvent.EventType.DELETE);
            Checks.equal(gone.getPrevKV().getValue().toString(), "1");
            watcher.close();
        });
        Checks.check("watch from a past revision", () -> {
            long begun = kv.put(bytes("past"), bytes("0")).get().getHeader().getRevision();
            kv.put(bytes("past"), bytes("1")).get();
            BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
            WatchOption option = WatchOption.builder().withRevision(begun).build();
            Watch.Watcher watcher = watches.watch(bytes("past"), option, answer -> events.addAll(answer.getEvents()));
            Checks.equal(next(events).getKeyValue().getValue().toString(), "0");
            Checks.equal(next(events).getKeyValue().getValue().toString(), "1");
            watcher.close();
        });
    }

    private static void locks() {
        Checks.check("lock", () -> {
            long mine = client.getLeaseClient().grant(20).get().getID();
            long theirs = client.getLeaseClient().grant(20).get().getID();
            LockResponse held = client.getLockClient().lock(bytes("lock"), mine).get();
            CompletableFuture<LockResponse> waiting = client.getLockClient().lock(bytes("lock"), theirs);
            Thread.sleep(200);
            Checks.equal(waiting.isDone(), false);
            client.getLockClient().unlock(held.getKey()).get();
            client.getLockClient().unlock(waiting.get().getKey()).get();
        });
    }

    private static void elections() {
        Checks.check("election", () -> {
            Election elections = client.getElectionClient();
            long lease = client.getLeaseClient().grant(20).get().getID();
            BlockingQueue<LeaderResponse> seen = new LinkedBlockingQueue<>();
            elections.observe(bytes("job"), new Election.Listener() {
                @Override
                public void onNext(LeaderResponse news) {
                    seen.add(news);
                }

                @Override
                public void onError(Throwable error) {}

                @Override
                public void onCompleted() {}
            });
            CampaignResponse won = elections.campaign(bytes("job"), lease, bytes("one")).get();
            elections.proclaim(won.getLeader(), bytes("two")).get();
            Checks.equal(elections.leader(bytes("job")).get().getKv().getValue().toString(), "two");
            String value = "";
            while (!value.equals("two")) value = seen.poll(10, TimeUnit.SECONDS).getKv().getValue().toString();
            elections.resign(won.getLeader()).get();
        });
    }

    private static void maintenance() {
        Checks.check("members, status, alarms, defragment, hash", () -> {
            Checks.equal(client.getClusterClient().listMember().get().getMembers().size(), Checks.ENDPOINTS.size());
            String target = "http://" + Checks.ENDPOINTS.get(0);
            Checks.equal(client.getMaintenanceClient().statusMember(target).get().getLeader() != 0, true);
            Checks.equal(client.getMaintenanceClient().listAlarms().get().getAlarms().size(), 0);
            client.getMaintenanceClient().defragmentMember(target).get();
            client.getMaintenanceClient().hashKV(target, 0).get();
        });
        Checks.check("snapshot", () -> {
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            client.getMaintenanceClient().snapshot(file).get();
            Checks.equal(file.size() % 512, 32);
        });
    }

    private static void authentication() {
        Checks.check("authentication", () -> {
            io.etcd.jetcd.Auth auth = client.getAuthClient();
            auth.userAdd(bytes("root"), bytes("r")).get();
            auth.roleAdd(bytes("root")).get();
            auth.userGrantRole(bytes("root"), bytes("root")).get();
            auth.userAdd(bytes("app"), bytes("a")).get();
            auth.roleAdd(bytes("app")).get();
            auth.roleGrantPermission(bytes("app"), bytes("app/"), bytes("app0"), Permission.Type.READWRITE).get();
            auth.userGrantRole(bytes("app"), bytes("app")).get();
            auth.authEnable().get();
            try (Client root = connect("root", "r"); Client app = connect("app", "a")) {
                app.getKVClient().put(bytes("app/x"), bytes("1")).get();
                boolean denied = false;
                try {
                    app.getKVClient().put(bytes("other"), bytes("1")).get();
                } catch (Exception refused) {
                    denied = refused.getMessage().contains("permission denied");
                }
                Checks.equal(denied, true);
                root.getAuthClient().authDisable().get();
            }
        });
    }
}
