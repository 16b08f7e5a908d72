// One client each behind the same few verbs. A verb takes what it needs once and returns a function that starts one
// operation and calls `done` when its result is there: so that a client pays for its own calls, and for nothing of
// ours.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(import.meta.url);
const CREATE_EPHEMERAL_SEQUENTIAL = 3;

function fail(error) {
  console.error(error);
  process.exit(1);
}

function from(folder, name) {
  return createRequire(resolve(folder, 'package.json'))(name);
}

/** Observables, ours and the minimal client's. */
function rx(zk, more) {
  const started = (request$, done) => void request$.subscribe({ next: done, error: fail });
  const loop =
    (make) =>
    (...args) => {
      const done = args.pop();
      const observer = { next: done, error: fail };
      return () => void make(...args).subscribe(observer);
    };
  return {
    get: loop((path) => zk.get(path)),
    set: loop((path, data) => zk.set(path, data)),
    ...more({ started, loop }),
  };
}

async function ours({ build, port, coalesce, options }) {
  const { connect } = require(resolve(build, 'index.js'));
  const zk = await new Promise((done) =>
    connect(`127.0.0.1:${port}`, { ...(coalesce !== undefined && { coalesce }), ...options }).subscribe({
      next: done,
      error: fail,
    })
  );
  await new Promise((done) => zk.state$.subscribe((state) => state.kind === 'connected' && done()));
  return rx(zk, ({ started, loop }) => ({
    zk,
    children: loop((path) => zk.getChildren(path)),
    multi: loop((paths, data) =>
      paths.reduce((transaction, path) => transaction.set(path, data), zk.transaction()).commit()
    ),
    churn: (prefix, done) => () =>
      started(zk.create(prefix, null, { mode: 'ephemeralSequential' }), ({ path }) => started(zk.delete(path), done)),
    watch: (path, seen) => void zk.watch(path).subscribe({ next: seen, error: fail }),
    watchTree: (path, seen) => void zk.watchTree(path).subscribe({ next: seen, error: fail }),
    close: () => void zk.close(),
  }));
}

async function minimal({ port }) {
  const { MinimalClient } = await import('./minimal.mjs');
  const zk = new MinimalClient();
  await zk.connect(port);
  return rx(zk, ({ started }) => ({
    churn: (prefix, done) => () =>
      started(zk.create(prefix, Buffer.alloc(0), CREATE_EPHEMERAL_SEQUENTIAL), (path) =>
        started(zk.delete(path), done)
      ),
    close: () => zk.close(),
  }));
}

/** The minimal client for callers who use what they get: its results are made, as those of this client are. */
async function minimalMade(context) {
  const client = await minimal(context);
  return { ...client, get: (path, done) => client.get(path, (kept) => done(kept.made)) };
}

async function nodeZookeeperClient({ peers, port }) {
  const { createClient, CreateMode } = from(peers, 'node-zookeeper-client');
  const zk = createClient(`127.0.0.1:${port}`, { sessionTimeout: 30_000 });
  await new Promise((done) => {
    zk.once('connected', done);
    zk.connect();
  });
  const back = (done) => (error, result) => (error ? fail(error) : done(result));
  return {
    get: (path, done) =>
      (
        (cb) => () =>
          zk.getData(path, cb)
      )(back(done)),
    set: (path, data, done) =>
      (
        (cb) => () =>
          zk.setData(path, data, cb)
      )(back(done)),
    children: (path, done) =>
      (
        (cb) => () =>
          zk.getChildren(path, cb)
      )(back(done)),
    multi: (paths, data, done) =>
      (
        (cb) => () =>
          paths.reduce((transaction, path) => transaction.setData(path, data), zk.transaction()).commit(cb)
      )(back(done)),
    churn: (prefix, done) => () =>
      zk.create(
        prefix,
        CreateMode.EPHEMERAL_SEQUENTIAL,
        back((path) => zk.remove(path, back(done)))
      ),
    watch: function watch(path, seen) {
      zk.getData(path, () => watch(path, seen), back(seen));
    },
    close: () => zk.close(),
  };
}

async function zkstream({ peers, port }) {
  const { Client } = from(peers, 'zkstream');
  const zk = new Client({ address: '127.0.0.1', port, sessionTimeout: 30_000 });
  await new Promise((done) => zk.once('connect', done));
  const back = (done) => (error, result) => (error ? fail(error) : done(result));
  return {
    get: (path, done) =>
      (
        (cb) => () =>
          zk.get(path, cb)
      )(back(done)),
    set: (path, data, done) =>
      (
        (cb) => () =>
          zk.set(path, data, -1, cb)
      )(back(done)),
    children: (path, done) =>
      (
        (cb) => () =>
          zk.list(path, cb)
      )(back(done)),
    churn: (prefix, done) => () =>
      zk.create(
        prefix,
        Buffer.alloc(0),
        { flags: ['EPHEMERAL', 'SEQUENTIAL'] },
        back((path) => zk.delete(path, -1, back(done)))
      ),
    watch: (path, seen) => void zk.watcher(path).on('dataChanged', seen),
    close: () => zk.close(),
  };
}

async function native({ nativePeers, port }) {
  const ZooKeeper = from(nativePeers, 'zookeeper');
  const zk = new ZooKeeper({
    connect: `127.0.0.1:${port}`,
    timeout: 30_000,
    debug_level: 0,
    host_order_deterministic: false,
  });
  await new Promise((done) => zk.connect(zk.config, done));
  const back = (done) => (code, _error, result) => (code === 0 ? done(result) : fail(code));
  const flags = ZooKeeper.ZOO_EPHEMERAL | ZooKeeper.ZOO_SEQUENCE;
  const read = (done) => (code, _error, _stat, data) => (code === 0 ? done(data) : fail(code));
  return {
    get: (path, done) =>
      (
        (cb) => () =>
          zk.a_get(path, false, cb)
      )(read(done)),
    set: (path, data, done) =>
      (
        (cb) => () =>
          zk.a_set(path, data, -1, cb)
      )(back(done)),
    children: (path, done) =>
      (
        (cb) => () =>
          zk.a_get_children(path, false, cb)
      )(back(done)),
    churn: (prefix, done) => () =>
      zk.a_create(
        prefix,
        '',
        flags,
        back((path) => zk.a_delete_(path, -1, back(done)))
      ),
    watch: function watch(path, seen) {
      zk.aw_get(path, () => watch(path, seen), read(seen));
    },
    close: () => zk.close(),
  };
}

/** By their names in the table. The raw socket is no client, and is driven by itself. */
export const contenders = {
  raw: undefined,
  minimal,
  'minimal with results': minimalMade,
  ours: (context) => ours(context),
  'ours uncoalesced': (context) => ours({ ...context, coalesce: false }),
  'node-zookeeper-client': nodeZookeeperClient,
  zkstream,
  zookeeper: native,
};
export const PEERS = ['node-zookeeper-client', 'zkstream', 'zookeeper'];
