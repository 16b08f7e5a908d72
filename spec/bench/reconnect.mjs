// A client with many watches loses its link, and has it back: what it sends until every value is known to be true.
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { contenders } from './contenders.mjs';

const CHANGED = 1000;
const ROUNDS = 3;
const AWAY = 300;

/**
 * Watches `count` nodes through a proxy that cuts the link. Meanwhile, others change 1,000 of the nodes. The time runs
 * from the new link to the moment when every value is fresh again.
 *
 * @param path of each node
 */
export async function reconnect(context, count, path) {
  const proxy = await startProxy(context.port);
  const make = contenders[context.contender];
  const [client, other] = [await make({ ...context, port: proxy.port }), await make(context)];
  const audience = new Audience(count);
  const began = performance.now();
  for (let i = 0; i < count; i++) {
    client.zk.watch(path(i)).subscribe(({ stale }) => audience.sees(i, stale));
    if (i % 500 === 499) await delay(1);
  }
  await audience.whole();
  const first = performance.now() - began;
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    proxy.cut();
    await audience.outdated();
    const data = Buffer.alloc(100, 0x41 + round);
    for (let i = 0; i < CHANGED; i++) other.set(path((i * 97) % count), data, () => {})();
    await delay(AWAY);
    const cpu = process.cpuUsage();
    proxy.heal();
    await audience.whole();
    const { user, system } = process.cpuUsage(cpu);
    rounds.push({
      ms: performance.now() - proxy.linkedAt,
      cpu: (user + system) / count,
      bytesEach: proxy.sent / count,
    });
  }
  proxy.close();
  rounds.sort((a, b) => a.ms - b.ms);
  return { ...rounds[ROUNDS >> 1], first, rss: process.memoryUsage.rss() / 2 ** 20 };
}

/** The values that are seen, and whether they are fresh. */
class Audience {
  #fresh;
  #count;
  #left;
  #told = () => {};

  constructor(count) {
    this.#fresh = new Uint8Array(count);
    this.#count = count;
    this.#left = count;
  }

  sees(i, stale) {
    const fresh = stale ? 0 : 1;
    if (this.#fresh[i] === fresh) return;
    this.#fresh[i] = fresh;
    this.#left += stale ? 1 : -1;
    this.#told();
  }

  /** Waits until every value is fresh. */
  whole() {
    return this.#until(() => this.#left === 0);
  }

  /** Waits until none is. */
  outdated() {
    return this.#until(() => this.#left === this.#count);
  }

  #until(is) {
    return new Promise((done) => {
      this.#told = () => is() && done();
      this.#told();
    });
  }
}

/** Passes bytes on to a port, and counts those that the client sends over its newest link. */
async function startProxy(port) {
  const links = new Set();
  let open = true;
  const proxy = { port: 0, sent: 0, linkedAt: 0, cut, heal: () => (open = true), close };
  const server = createServer({ noDelay: true }, (near) => {
    if (!open) return near.destroy();
    proxy.sent = 0;
    proxy.linkedAt = performance.now();
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    const end = () => (near.destroy(), far.destroy(), links.delete(end));
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    near.on('data', (chunk) => (proxy.sent += chunk.length));
    near.pipe(far);
    far.pipe(near);
    links.add(end);
  });
  function cut() {
    open = false;
    for (const end of [...links]) end();
  }
  function close() {
    cut();
    server.close();
  }
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  proxy.port = server.address().port;
  return proxy;
}
