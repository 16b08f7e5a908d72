import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.Stat;

/** The usual calls of Curator. */
public final class Main {
    private static CuratorFramework connect() throws InterruptedException {
        String servers = String.join(",", Checks.ENDPOINTS);
        CuratorFramework client = CuratorFrameworkFactory.newClient(servers, 10_000, 5_000, new RetryOneTime(100));
        client.start();
        client.blockUntilConnected(10, TimeUnit.SECONDS);
        return client;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static <T> T next(BlockingQueue<T> heard) throws InterruptedException {
        T it = heard.poll(10, TimeUnit.SECONDS);
        if (it == null) throw new AssertionError("nothing was heard");
        return it;
    }

    public static void main(String[] args) throws Exception {
        CuratorFramework zk = connect();
        nodes(zk);
        watches(zk);
        recipes(zk);
        System.exit(0);
    }

    private static void nodes(CuratorFramework zk) {
        Checks.check("create, get, set, exists, delete", () -> {
            zk.create().creatingParentsIfNeeded().forPath("/a/b", bytes("1"));
            Stat stat = new Stat();
            Checks.equal(new String(zk.getData().storingStatIn(stat).forPath("/a/b")), "1");
            zk.setData().withVersion(stat.getVersion()).forPath("/a/b", bytes("2"));
            try {
                zk.setData().withVersion(stat.getVersion()).forPath("/a/b", bytes("3"));
                throw new AssertionError("an old version is taken");
            } catch (KeeperException.BadVersionException expected) {}
            zk.delete().deletingChildrenIfNeeded().forPath("/a");
            Checks.equal(zk.checkExists().forPath("/a"), null);
        });
        Checks.check("modes: sequence, protection, container, TTL, orSetData", () -> {
            zk.create().creatingParentContainersIfNeeded().withMode(CreateMode.PERSISTENT).forPath("/modes/a");
            String path = zk.create().withProtection().withMode(CreateMode.EPHEMERAL_SEQUENTIAL).forPath("/modes/p-");
            Checks.equal(path.startsWith("/modes/_c_"), true);
            zk.create().withTtl(60_000).withMode(CreateMode.PERSISTENT_WITH_TTL).forPath("/modes/ttl");
            zk.create().orSetData().forPath("/modes/a", bytes("set"));
            Checks.equal(zk.getChildren().forPath("/modes").size(), 3);
        });
        Checks.check("transaction", () -> {
            List<CuratorTransactionResult> done = zk.transaction().forOperations(
                zk.transactionOp().create().forPath("/t", bytes("1")),
                zk.transactionOp().check().withVersion(0).forPath("/t"),
                zk.transactionOp().setData().forPath("/t", bytes("2")));
            Checks.equal(done.size(), 3);
            try {
                zk.transaction().forOperations(
                    zk.transactionOp().delete().forPath("/t"), zk.transactionOp().check().forPath("/none"));
                throw new AssertionError("a failing check passes");
            } catch (KeeperException.NoNodeException expected) {}
        });
        Checks.check("in the background", () -> {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            zk.getData().inBackground((client, event) -> heard.add(new String(event.getData()))).forPath("/t");
            Checks.equal(next(heard), "2");
        });
        Checks.check("access control, sync", () -> {
            zk.create().withACL(ZooDefs.Ids.READ_ACL_UNSAFE).forPath("/read");
            Checks.equal(zk.getACL().forPath("/read").get(0).getPerms(), ZooDefs.Perms.READ);
            zk.sync().forPath("/");
        });
    }

    private static void watches(CuratorFramework zk) {
        Checks.check("a one-shot watch", () -> {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            zk.getData().usingWatcher((org.apache.curator.framework.api.CuratorWatcher) it -> heard.add(it.getPath()))
                .forPath("/t");
            zk.setData().forPath("/t", bytes("3"));
            Checks.equal(next(heard), "/t");
        });
        Checks.check("a persistent recursive watch, and its removal", () -> {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            org.apache.zookeeper.Watcher watcher = it -> heard.add(String.valueOf(it.getPath()));
            zk.watchers().add().withMode(AddWatchMode.PERSISTENT_RECURSIVE).usingWatcher(watcher).forPath("/rec");
            zk.create().creatingParentsIfNeeded().forPath("/rec/a/b");
            Checks.equal(List.of(next(heard), next(heard), next(heard)), List.of("/rec", "/rec/a", "/rec/a/b"));
            zk.watchers().remove(watcher).forPath("/rec");
        });
        Checks.check("CuratorCache", () -> {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            CuratorCache cache = CuratorCache.build(zk, "/rec");
            cache.listenable().addListener(CuratorCacheListener.builder()
                .forCreates(node -> heard.add("+" + node.getPath()))
                .forDeletes(node -> heard.add("-" + node.getPath()))
                .forInitialized(() -> heard.add("ready")).build());
            cache.start();
            while (!next(heard).equals("ready")) {}
            zk.create().forPath("/rec/new");
            Checks.equal(next(heard), "+/rec/new");
            zk.delete().forPath("/rec/new");
            Checks.equal(next(heard), "-/rec/new");
            cache.close();
        });
    }

    private static void recipes(CuratorFramework zk) {
        Checks.check("mutex", () -> {
            CuratorFramework other = connect();
            InterProcessMutex mine = new InterProcessMutex(zk, "/mutex");
            InterProcessMutex theirs = new InterProcessMutex(other, "/mutex");
            mine.acquire();
            Checks.equal(theirs.acquire(200, TimeUnit.MILLISECONDS), false);
            mine.release();
            Checks.equal(theirs.acquire(5, TimeUnit.SECONDS), true);
            theirs.release();
            other.close();
        });
        Checks.check("read-write lock, semaphore, barrier", () -> {
            InterProcessReadWriteLock lock = new InterProcessReadWriteLock(zk, "/rw");
            lock.writeLock().acquire();
            lock.readLock().acquire();
            lock.writeLock().release();
            lock.readLock().release();
            InterProcessSemaphoreV2 semaphore = new InterProcessSemaphoreV2(zk, "/semaphore", 1);
            Lease lease = semaphore.acquire();
            Checks.equal(semaphore.acquire(200, TimeUnit.MILLISECONDS), null);
            semaphore.returnLease(lease);
            DistributedBarrier barrier = new DistributedBarrier(zk, "/barrier");
            barrier.setBarrier();
            Checks.equal(barrier.waitOnBarrier(100, TimeUnit.MILLISECONDS), false);
            barrier.removeBarrier();
        });
        Checks.check("leader latch", () -> {
            CuratorFramework other = connect();
            LeaderLatch mine = new LeaderLatch(zk, "/latch", "one");
            LeaderLatch theirs = new LeaderLatch(other, "/latch", "two");
            mine.start();
            mine.await();
            theirs.start();
            Checks.equal(theirs.await(200, TimeUnit.MILLISECONDS), false);
            mine.close();
            Checks.equal(theirs.await(5, TimeUnit.SECONDS), true);
            theirs.close();
            other.close();
        });
        Checks.check("counters, queue, group, persistent node", () -> {
            DistributedAtomicLong number = new DistributedAtomicLong(zk, "/number", new RetryOneTime(100));
            Checks.equal(number.add(2L).postValue(), 2L);
            SharedCount count = new SharedCount(zk, "/count", 1);
            count.start();
            Checks.equal(count.trySetCount(count.getVersionedValue(), 2), true);
            SimpleDistributedQueue queue = new SimpleDistributedQueue(zk, "/queue");
            queue.offer(bytes("x"));
            Checks.equal(new String(queue.poll(5, TimeUnit.SECONDS)), "x");
            GroupMember member = new GroupMember(zk, "/group", "me");
            member.start();
            PersistentNode node = new PersistentNode(zk, CreateMode.EPHEMERAL, false, "/node", bytes("1"));
            node.start();
            Checks.equal(node.waitForInitialCreate(5, TimeUnit.SECONDS), true);
            node.close();
            member.close();
        });
    }
}
