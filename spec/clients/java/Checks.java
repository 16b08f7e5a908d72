import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs checks, and prints a line of JSON for each. */
final class Checks {
    /** The seconds that one check may take. */
    private static final int PATIENCE = 20;

    static final List<String> ENDPOINTS = Arrays.asList(System.getenv("ENDPOINTS").split(","));

    interface Act {
        void run() throws Exception;
    }

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(act -> {
        Thread thread = new Thread(act);
        thread.setDaemon(true);
        return thread;
    });

    private Checks() {}

    static void check(String name, Act act) {
        Future<?> done = THREADS.submit(() -> {
            act.run();
            return null;
        });
        String error = null;
        try {
            done.get(PATIENCE, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            error = "not after " + PATIENCE + " s";
        } catch (Exception failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            error = cause.toString();
        }
        String rest = error == null ? "true" : "false,\"error\":\"" + escaped(error) + "\"";
        System.out.println("{\"check\":\"" + escaped(name) + "\",\"ok\":" + rest + "}");
    }

    static void equal(Object got, Object want) {
        if (!Objects.equals(got, want)) throw new AssertionError(got + " instead of " + want);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[\\x00-\\x1f]", " ");
    }
}
