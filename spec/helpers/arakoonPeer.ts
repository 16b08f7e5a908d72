import { Observable } from 'rxjs';
import type { Cluster } from '../../lib/arakoon/cluster.js';
import { type ConnectError } from '../../lib/core/errors.js';
import type { Link, Transport } from '../../lib/core/link.js';
import { asked, ok, prologue, some } from './arakoonWire.js';
import { TestLink } from './testLink.js';
import type { VirtualTime } from './virtualTime.js';

type Step =
  { readonly hears: Buffer; readonly answers: readonly Buffer[] } | { readonly act: (link: TestLink) => void };

/**
 * What is to happen on one connection, line by line. Lines that speak run as soon as the lines before them are done.
 */
export class ArakoonScript {
  readonly #steps: Step[] = [];
  readonly #peer: ArakoonPeer;
  #link: TestLink | undefined;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(peer: ArakoonPeer) {
    this.#peer = peer;
  }

  /** Expects a request, after the prologue if it is the first one, and answers. */
  hears(request: Buffer, ...answers: readonly Buffer[]): this {
    this.#steps.push({ hears: request, answers });
    this.#run();
    return this;
  }

  /** Sends bytes, asked or not. */
  says(...bytes: readonly Buffer[]): this {
    return this.#act((link) => link.arrives(bytes));
  }

  ends(): this {
    return this.#act((link) => link.chunk$.complete());
  }

  breaks(error: Error): this {
    return this.#act((link) => link.chunk$.error(error));
  }

  /** What came, and was not expected yet. */
  get unheard(): Buffer {
    return this.#bytes;
  }

  get link(): TestLink {
    if (this.#link === undefined) throw new Error('not connected yet');
    return this.#link;
  }

  /** @internal */
  begin(link: TestLink, bytes: Buffer): void {
    this.#link = link;
    this.hear(bytes);
  }

  /** @internal */
  hear(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    this.#run();
  }

  #run(): void {
    if (this.#link === undefined) return;
    for (let step = this.#steps[0]; step !== undefined; step = this.#steps[0]) {
      if ('act' in step) {
        this.#steps.shift();
        step.act(this.#link);
        continue;
      }
      const size = Math.min(step.hears.length, this.#bytes.length);
      if (!this.#bytes.subarray(0, size).equals(step.hears.subarray(0, size)))
        this.#peer.surprises.push(`${this.#bytes.toString('hex')} instead of ${step.hears.toString('hex')}`);
      if (size < step.hears.length) return;
      this.#steps.shift();
      this.#bytes = this.#bytes.subarray(size);
      for (const answer of step.answers) this.#link.chunk$.next(answer);
    }
  }

  #act(act: (link: TestLink) => void): this {
    this.#steps.push({ act });
    this.#run();
    return this;
  }
}

/** The answer of a node to the question for the master: a name, or `null`; or `'silence'`. */
type Opinion = string | null;

/**
 * The nodes of a cluster in virtual time. Questions about the master are answered by {@link opinions}; everything else
 * follows scripts, one for each connection on which something else is asked. Without one, a connection hangs.
 */
export class ArakoonPeer {
  readonly time: VirtualTime;
  readonly cluster: Cluster;
  readonly opinions: Record<string, Opinion> = {};
  /** Nodes that cannot be reached: what they refuse with, or `'never'` when a dial hangs. */
  readonly down: Record<string, ConnectError | 'never'> = {};
  /** Who was dialed, and when. */
  readonly dials: string[] = [];
  /** Who was asked for the master, and when. */
  readonly questions: string[] = [];
  /** Links that the client has given up. */
  readonly leavings: string[] = [];
  /** Open connections. */
  open = 0;
  readonly surprises: string[] = [];
  readonly #scripts = new Map<string, ArakoonScript[]>();
  readonly #welcomes = new Map<string, Buffer[]>();

  constructor(time: VirtualTime, names: readonly string[] = ['a', 'b', 'c'], master: string | null = 'a') {
    this.time = time;
    this.cluster = { id: 'ricky', nodes: Object.fromEntries(names.map((name) => [name, [`${name}:4000`]])) };
    for (const name of names) this.opinions[name] = master;
  }

  /** From now on, all name this one. */
  elect(master: string | null): void {
    for (const name of Object.keys(this.opinions)) this.opinions[name] = master;
  }

  /** The script of a node's next connection on which something else is asked than who is master. */
  script(node: string): ArakoonScript {
    const script = new ArakoonScript(this);
    this.#scripts.set(node, [...(this.#scripts.get(node) ?? []), script]);
    return script;
  }

  /** The next connection to a node hears this before it has said anything, and is closed. */
  unwelcome(node: string, bytes: Buffer): void {
    this.#welcomes.set(node, [...(this.#welcomes.get(node) ?? []), bytes]);
  }

  readonly transport: Transport = ({ host: node }) =>
    new Observable<Link>((subscriber) => {
      this.dials.push(`${this.time.now()} ${node}`);
      const refusal = this.down[node];
      if (refusal === 'never') return;
      if (refusal !== undefined) return this.time.schedule(() => subscriber.error(refusal));
      this.open++;
      subscriber.add(() => {
        this.open--;
        this.leavings.push(`${this.time.now()} ${node}`);
      });
      return this.time.schedule(() => {
        const link = new TestLink((task) => void this.time.schedule(task));
        const hear = this.#ear(node, link);
        link.onWrite = (bytes) => void this.time.schedule(() => hear(bytes)); // the network is not the caller's stack
        subscriber.next(link);
        const welcome = this.#welcomes.get(node)?.shift();
        if (welcome === undefined) return;
        link.chunk$.next(welcome);
        link.chunk$.complete();
      });
    });

  /** The first command decides what the connection is for. */
  #ear(node: string, link: TestLink): (bytes: Buffer) => void {
    let script: ArakoonScript | undefined;
    let early: Buffer = Buffer.alloc(0);
    const greeting = prologue(this.cluster.id);
    return (bytes) => {
      if (script !== undefined) return script.hear(bytes);
      early = Buffer.concat([early, bytes]);
      if (early.length < greeting.length + 4) return;
      if (!early.subarray(0, greeting.length).equals(greeting))
        this.surprises.push(`the prologue ${early.toString('hex')}`);
      const rest = early.subarray(greeting.length);
      if (rest.equals(asked.whoMaster)) {
        early = greeting;
        return this.#opine(node, link);
      }
      script = this.#scripts.get(node)?.shift() ?? new ArakoonScript(this);
      script.begin(link, rest);
    };
  }

  #opine(node: string, link: TestLink): void {
    this.questions.push(`${this.time.now()} ${node}`);
    const opinion = this.opinions[node]!;
    if (opinion !== 'silence') link.chunk$.next(ok(some(opinion)));
  }
}
