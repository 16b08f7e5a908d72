import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Arguments and figures of the programs in Java: see languages.mjs and worker.mjs. */
final class Measure {
    static final int MIB = 1 << 20;
    static final int PAGE = 4096;

    final String endpoint;
    final String verb;
    final int lanes;
    final String path;
    final int nodes;
    final int window;
    final int warmUp;
    final byte[] data = new byte[100];
    final AtomicLong done = new AtomicLong();

    Measure(String[] args) {
        endpoint = "127.0.0.1:" + args[0];
        verb = args[1];
        lanes = Integer.parseInt(args[2]);
        path = args[3];
        nodes = Integer.parseInt(args[4]);
        window = Integer.parseInt(args[5]);
        warmUp = Integer.parseInt(args[6]);
        Arrays.fill(data, (byte) 'b');
    }

    interface Act {
        void run() throws Exception;
    }

    interface Opened {
        Act open() throws Exception;
    }

    static double rss() throws IOException {
        String text = Files.readString(Path.of("/proc/self/statm"), StandardCharsets.US_ASCII);
        return Double.parseDouble(text.split(" ")[1]) * PAGE;
    }

    void printFigures() throws Exception {
        print(0, "");
    }

    /**
     * @param before the memory before the nodes are watched, in bytes
     * @param resident the memory when all are watched
     */
    void printFigures(double before, double resident) throws Exception {
        print(resident, ",\"bytesEach\":" + (resident - before) / nodes);
    }

    private void print(double resident, String more) throws Exception {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Thread.sleep(warmUp);
        long before = done.get();
        long used = system.getProcessCpuTime();
        long begin = System.nanoTime();
        Thread.sleep(window);
        double count = done.get() - before;
        double seconds = (System.nanoTime() - begin) / 1e9;
        double spent = (system.getProcessCpuTime() - used) / 1e3;
        double memory = (resident > 0 ? resident : rss()) / MIB;
        String figures = "{\"rate\":" + count / seconds + ",\"cpu\":" + spent / count + ",\"rss\":" + memory;
        System.out.println("RESULT " + figures + more + "}");
    }

    /** Prints the median time of `opened`. What it returns is called between two of them. */
    void printTimes(Opened opened) throws Exception {
        double[] times = new double[lanes];
        for (int i = 0; i < lanes; i++) {
            long begin = System.nanoTime();
            Act close = opened.open();
            times[i] = (System.nanoTime() - begin) / 1e6;
            close.run();
            Thread.sleep(10);
        }
        Arrays.sort(times);
        System.out.println("RESULT {\"ms\":" + times[lanes / 2] + ",\"rss\":" + rss() / MIB + "}");
    }

    static void fail(Object reason) {
        System.err.println(reason);
        Runtime.getRuntime().halt(1);
    }
}
