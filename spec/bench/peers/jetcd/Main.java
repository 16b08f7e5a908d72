import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** jetcd: its calls return futures. Each one that is done begins the next. */
public final class Main {
    private static final int KEYS = 1000;

    private final Measure measure;
    private final Client client;
    private final KV kv;
    private final ByteSequence value;
    private final ByteSequence[] keys = new ByteSequence[KEYS];
    private final AtomicLong next = new AtomicLong();

    private Main(Measure measure) {
        this.measure = measure;
        client = Client.builder().endpoints("http://" + measure.endpoint).build();
        kv = client.getKVClient();
        value = ByteSequence.from(measure.data);
        for (int i = 0; i < KEYS; i++) keys[i] = ByteSequence.from(measure.path + i, StandardCharsets.UTF_8);
    }

    public static void main(String[] args) throws Exception {
        var main = new Main(new Measure(args));
        for (ByteSequence key : main.keys) main.kv.put(key, main.value).get();
        if (main.measure.verb.equals("watch")) main.watch();
        else main.loop(main.act());
        main.measure.printFigures();
        Runtime.getRuntime().halt(0); // without a wait for the threads of the client
    }

    private ByteSequence key() {
        return keys[(int) (next.getAndIncrement() % KEYS)];
    }

    /** The operation of a lane. */
    private Supplier<CompletableFuture<?>> act() {
        return switch (measure.verb) {
            case "get" -> () -> kv.get(key());
            case "put" -> () -> kv.put(key(), value);
            case "txn" -> () -> {
                ByteSequence key = key();
                var exists = new Cmp(key, Cmp.Op.GREATER, CmpTarget.createRevision(0));
                return kv.txn().If(exists).Then(Op.put(key, value, PutOption.DEFAULT)).commit();
            };
            case "lease" -> () -> {
                var leases = client.getLeaseClient();
                return leases.grant(60).thenCompose(lease -> leases.revoke(lease.getID()));
            };
            default -> throw new IllegalArgumentException(measure.verb);
        };
    }

    private void loop(Supplier<CompletableFuture<?>> act) {
        for (int i = 0; i < measure.lanes; i++) again(act);
    }

    private void again(Supplier<CompletableFuture<?>> act) {
        act.get().whenComplete((answer, error) -> {
            if (error != null) Measure.fail(error);
            measure.done.incrementAndGet();
            again(act);
        });
    }

    /** Each lane puts a key of its own. An event of the watch begins the next put of that key. */
    private void watch() throws InterruptedException {
        var created = new CountDownLatch(1);
        WatchOption all = WatchOption.builder().isPrefix(true).withCreateNotify(true).build();
        ByteSequence prefix = ByteSequence.from(measure.path, StandardCharsets.UTF_8);
        client.getWatchClient().watch(prefix, all, Watch.listener(response -> {
            created.countDown();
            response.getEvents().forEach(event -> {
                measure.done.incrementAndGet();
                put(event.getKeyValue().getKey());
            });
        }, Measure::fail));
        created.await();
        for (int i = 0; i < measure.lanes; i++) put(keys[i]);
    }

    private void put(ByteSequence key) {
        kv.put(key, value).whenComplete((answer, error) -> {
            if (error != null) Measure.fail(error);
        });
    }
}
