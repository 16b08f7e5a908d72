/**
 * Connects, watches a node that does not exist yet, and creates, changes and deletes it: four states, one stream.
 * Try: stop the server while it runs (slow it down with a `delay` first), and see `stale` instead of an error.
 */
import { connect, utf8 } from 'quorum-rx';
import { concat, concatMap, defer, ignoreElements, merge, switchMap, takeWhile, timeout } from 'rxjs';

const SERVERS = process.env.QUORUM_SERVERS ?? '127.0.0.1:2181';
const NODE = '/examples/quickstart';
let seen = false;

connect(SERVERS)
  .pipe(
    switchMap((zk) => {
      const options = { codec: utf8 };
      const start$ = zk.create(NODE, 'hello', { ...options, mode: 'ephemeral', parents: true });
      const changes$ = start$.pipe(concatMap(() => concat(zk.set(NODE, 'hello again', options), zk.delete(NODE))));
      return merge(zk.watch(NODE, options), defer(() => changes$).pipe(ignoreElements()));
    }),
    takeWhile((node) => !seen || node.kind === 'present', true),
    timeout(20_000)
  )
  .subscribe({
    next: (node) => {
      seen ||= node.kind === 'present';
      console.log(
        node.kind === 'present'
          ? `${node.path} is ${JSON.stringify(node.value)}, version ${node.stat.version}`
          : `${node.path} does not exist`
      );
    },
    complete: () => console.log('closing the session'),
    error: (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  });
