import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.AsyncCallback.StatCallback;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Apache's client for Java: a thread for the socket, and one that calls back. */
public final class Main {
    private static final int TIMEOUT = 30_000;

    public static void main(String[] args) throws Exception {
        var measure = new Measure(args);
        if (measure.verb.equals("connect")) {
            measure.printTimes(() -> {
                ZooKeeper zk = connect(measure.endpoint);
                zk.getData(measure.path, false, null);
                return zk::close;
            });
            return;
        }
        ZooKeeper zk = connect(measure.endpoint);
        switch (measure.verb) {
            case "get" -> get(zk, measure);
            case "set" -> set(zk, measure);
            default -> watch(zk, measure);
        }
        Runtime.getRuntime().halt(0); // without a wait for the threads of the client
    }

    private static ZooKeeper connect(String endpoint) throws Exception {
        var connected = new CountDownLatch(1);
        Watcher watcher = event -> {
            if (event.getState() == KeeperState.SyncConnected) connected.countDown();
        };
        var zk = new ZooKeeper(endpoint, TIMEOUT, watcher);
        connected.await();
        return zk;
    }

    private static void get(ZooKeeper zk, Measure measure) throws Exception {
        var again = new DataCallback() {
            public void processResult(int code, String path, Object ctx, byte[] data, Stat stat) {
                check(code);
                measure.done.incrementAndGet();
                zk.getData(path, false, this, null);
            }
        };
        for (int i = 0; i < measure.lanes; i++) zk.getData(measure.path, false, again, null);
        measure.printFigures();
    }

    private static void set(ZooKeeper zk, Measure measure) throws Exception {
        var again = new StatCallback() {
            public void processResult(int code, String path, Object ctx, Stat stat) {
                check(code);
                measure.done.incrementAndGet();
                zk.setData(path, measure.data, -1, this, null);
            }
        };
        for (int i = 0; i < measure.lanes; i++) zk.setData(measure.path, measure.data, -1, again, null);
        measure.printFigures();
    }

    /** Sets nodes that are watched. An event reads its node again, and lets the next set go. */
    private static void watch(ZooKeeper zk, Measure measure) throws Exception {
        var filled = new CountDownLatch(measure.nodes);
        var next = new AtomicInteger();
        StatCallback written = (code, path, ctx, stat) -> check(code);
        Runnable setNext = () -> {
            String node = measure.path + next.getAndIncrement() % measure.nodes;
            zk.setData(node, measure.data, -1, written, null);
        };
        DataCallback seen = (code, path, ctx, data, stat) -> {
            check(code);
            if (filled.getCount() > 0) {
                filled.countDown();
                return;
            }
            measure.done.incrementAndGet();
            setNext.run();
        };
        Watcher changed = new Watcher() {
            public void process(WatchedEvent event) {
                if (event.getType() == EventType.NodeDataChanged) zk.getData(event.getPath(), this, seen, null);
            }
        };
        double before = Measure.rss();
        for (int i = 0; i < measure.nodes; i++) zk.getData(measure.path + i, changed, seen, null);
        filled.await();
        double after = Measure.rss();
        for (int i = 0; i < measure.lanes; i++) setNext.run();
        measure.printFigures(before, after);
    }

    private static void check(int code) {
        if (code != Code.OK.intValue()) Measure.fail(Code.get(code));
    }
}
