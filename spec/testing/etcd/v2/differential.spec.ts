import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { type EmbeddedEtcd, startEtcd } from '../../../../lib/testing/index.js';
import { Random } from '../../../helpers/random.js';
import { type RealEtcdCluster, startRealEtcd } from '../../../helpers/realEtcd.js';

const REQUESTS = 3_000;
const WAIT_EVERY = 5;

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}
interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
  readonly index: number;
}

describe('the v2 API of the embedded etcd and of a real one', () => {
  let real: RealEtcdCluster;
  let embedded: EmbeddedEtcd;
  beforeAll(async () => {
    [real, embedded] = await Promise.all([startRealEtcd(), startEtcd()]);
  });
  afterAll(() => Promise.all([real?.stop(), embedded?.stop()]));

  it('answer random requests alike, and waits too', async () => {
    const plan = new Plan(new Random(11));
    const ends = [real.endpoints, embedded.endpoints[0]!];
    const first = await Promise.all(ends.map((end) => ask(end, { method: 'PUT', path: '/start', body: 'value=0' })));
    // both begin somewhere; from there on their indexes go together
    const [there = 0, here = 0] = first.map(({ index }) => index);
    plan.index = 0;
    const shifts = [there, here];
    const counts = new Map<number, number>();
    for (let i = 0; i < REQUESTS; i++) {
      const asked = i % WAIT_EVERY === 0 ? plan.wait() : plan.next();
      const answers = await Promise.all(ends.map((end, k) => ask(end, shifted(asked, shifts[k]!), shifts[k])));
      expect({ asked, answer: answers[1] }).toEqual({ asked, answer: answers[0] });
      plan.index = Math.max(plan.index, answers[0]!.index);
      counts.set(answers[0]!.status!, (counts.get(answers[0]!.status!) ?? 0) + 1);
    }
    expect(plan.index).toBeGreaterThan(500);
    for (const status of [200, 201, 400, 403, 404, 412]) expect(counts.get(status)).toBeGreaterThan(20);
  });
});

/** A request, whose indexes count from the first one of this server on. */
function shifted({ method, path, body }: Asked, shift: number): Asked {
  const moved = path.replace(/(prevIndex|waitIndex)=(-?\d+)/g, (_, name: string, index: string) => {
    return `${name}=${Math.max(1, Number(index) + shift)}`;
  });
  return { method, path: moved, body };
}

/** Asks a server. A wait that is not refused is given up. */
function ask(endpoint: string, { method, path, body }: Asked, shift = 0): Promise<Answer> {
  const [host, port] = endpoint.split(':');
  const headers = {
    ...(body !== '' && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path: `/v2/keys${path}`, headers, agent: false }, (answer) => {
      const { statusCode: status } = answer;
      const index = Math.max(0, Number(answer.headers['x-etcd-index']) - shift);
      const isRefused = (status ?? 0) >= 400;
      if (path.includes('wait=true') && !isRefused) {
        resolve({ status, body: 'waits', index });
        sent.destroy();
        return;
      }
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status, body: plain(JSON.parse(text), shift, path.includes('sorted')), index }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A body without times, and with indexes that count from the first one on. */
function plain(value: unknown, shift: number, isSorted: boolean, name = ''): unknown {
  if (name === 'expiration') return 'some time';
  if (name === 'ttl') return 'some seconds';
  if (/^(modifiedIndex|createdIndex|index)$/.test(name) && value !== 0) return (value as number) - shift;
  if (name === 'cause') return (value as string).replace(/\d{2,}/g, (index) => String(Number(index) - shift));
  if (name === 'key' && /\/\d{20}$/.test(value as string))
    return (value as string).replace(/\d{20}$/, (index) => String(Number(index) - shift));
  if (Array.isArray(value)) {
    const all = value.map((one) => plain(one, shift, isSorted));
    const text = (one: unknown) => JSON.stringify(one);
    return isSorted ? all : all.sort((a, b) => (text(a) < text(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, plain(it, shift, isSorted, key)]));
}

const KEYS = ['/a', '/b', '/d', '/d/a', '/d/b', '/d/e', '/d/e/f', '/d/_h', '/_x', '/_x/y', '/a/under', '/d/€', '/'];
const VALUES = ['x', 'y', 'z', '', '%3C%26%3E', '%E2%82%AC'];

/** Random requests about few keys. The same numbers make the same requests. */
class Plan {
  /** The newest index. */
  index = 0;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Asked {
    const kind = this.#random.next();
    if (kind < 0.25) return this.#read();
    if (kind < 0.7) return this.#write();
    if (kind < 0.78)
      return { method: 'POST', path: this.#key(), body: this.#some(this.#value(), this.#dir(), this.#ttl()) };
    return this.#delete();
  }

  /** A wait for something of the past, or of the future. */
  wait(): Asked {
    const isPast = this.#random.chance(0.7);
    const index = isPast ? this.#random.below(this.index + 1) : this.index + 5;
    const fields = this.#some('wait=true', `waitIndex=${index}`, this.#random.chance(0.6) ? 'recursive=true' : '');
    return { method: 'GET', path: `${this.#key()}?${fields}`, body: '' };
  }

  #read(): Asked {
    const fields = this.#some(
      ...['recursive', 'sorted', 'quorum'].map((name) => (this.#random.chance(0.4) ? `${name}=true` : ''))
    );
    return { method: 'GET', path: `${this.#key()}?${fields}`, body: '' };
  }

  #write(): Asked {
    const refresh = this.#random.chance(0.1);
    const fields = refresh
      ? this.#some('refresh=true', this.#random.chance(0.9) ? 'ttl=500' : '', this.#random.chance(0.1) ? 'value=x' : '')
      : this.#some(this.#value(), this.#dir(), this.#ttl(), this.#random.chance(0.1) ? 'noValueOnSuccess=true' : '');
    const exist = this.#random.chance(0.3) ? `prevExist=${this.#random.of(['true', 'false', 'maybe', '1', 'F'])}` : '';
    return { method: 'PUT', path: `${this.#key()}?${this.#some(exist, this.#condition())}`, body: fields };
  }

  #delete(): Asked {
    const fields = this.#some(
      this.#random.chance(0.4) ? 'recursive=true' : '',
      this.#random.chance(0.3) ? 'dir=true' : '',
      this.#random.chance(0.4) ? this.#condition() : ''
    );
    return { method: 'DELETE', path: `${this.#key()}?${fields}`, body: '' };
  }

  #condition(): string {
    if (this.#random.chance(0.6)) return '';
    const value = this.#random.chance(0.5) ? `prevValue=${this.#random.of(VALUES)}` : '';
    const index = this.#random.chance(0.4)
      ? `prevIndex=${this.#random.of([this.index, this.index - 1, this.index - 2])}`
      : '';
    return this.#some(value, index);
  }

  #value(): string {
    return this.#random.chance(0.9) ? `value=${this.#random.of(VALUES)}` : '';
  }

  #dir(): string {
    return this.#random.chance(0.15) ? 'dir=true' : '';
  }

  #ttl(): string {
    return this.#random.chance(0.15) ? `ttl=${this.#random.of(['500', '600', '', '-1', 'x'])}` : '';
  }

  #key(): string {
    return encodeURI(this.#random.of(KEYS));
  }

  #some(...fields: readonly string[]): string {
    return fields.filter((field) => field !== '').join('&');
  }
}
