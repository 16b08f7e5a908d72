import { Observable } from 'rxjs';
import type { Endpoint } from '../../lib/core/endpoint.js';
import { ConnectError } from '../../lib/core/errors.js';
import type { Link, Transport } from '../../lib/core/link.js';
import { TestLink } from './testLink.js';
import type { VirtualTime } from './virtualTime.js';
import { type Asked, type Granted, asked, connectResponse, pathOf, pong, reply } from './wireBytes.js';

type Step =
  | {
      readonly until: (asked: Asked) => boolean;
      readonly then: (asked: Asked) => readonly Buffer[];
      readonly what: string;
    }
  | { readonly act: (link: TestLink) => void };

/**
 * What is to happen on one connection, line by line. Lines that speak run as soon as the lines before them are done.
 */
export class Script {
  /** What came, payload by payload. */
  readonly heard: Buffer[] = [];
  readonly #steps: Step[] = [];
  readonly #peer: ScriptedPeer;
  #link: TestLink | undefined;
  #pings = true;
  /** How the dial itself goes: connected after so long, never, or not at all. */
  delay: number | 'never' | ConnectError = 0;

  constructor(peer: ScriptedPeer) {
    this.#peer = peer;
  }

  /** Expects the connect request; answers. */
  connects(granted: Granted | Buffer = {}): this {
    return this.#expect(
      'a connect request',
      ({ payload }) => payload.length === 45,
      () => [Buffer.isBuffer(granted) ? granted : connectResponse(granted)]
    );
  }

  /**
   * Expects a request with this opcode, and path if one is given; answers with a body, or with what a function makes of
   * it.
   */
  asks(
    opcode: number,
    path: string | undefined,
    answer: Buffer | ((asked: Asked) => readonly Buffer[]) = () => []
  ): this {
    const fits = (each: Asked) => each.opcode === opcode && (path === undefined || pathOf(each) === path);
    return this.#expect(
      `request ${opcode} ${path ?? ''}`,
      fits,
      typeof answer === 'function' ? answer : ({ xid }) => [reply(xid, answer)]
    );
  }

  /** Takes the connect request, and closes the connection without a word. */
  hangsUp(): this {
    return this.#expect(
      'a connect request',
      ({ payload }) => payload.length === 45,
      () => []
    ).ends();
  }

  /** Expects a four-letter word; answers, and closes the connection. */
  word(word: string, answer: string): this {
    return this.#expect(
      word,
      ({ payload }) => payload.toString() === word,
      () => [Buffer.from(answer)]
    ).ends();
  }

  /** Sends bytes that nobody asked for. */
  says(...bytes: readonly Buffer[]): this {
    return this.#act((link) => link.arrives(bytes));
  }

  /** Closes the connection. */
  ends(): this {
    return this.#act((link) => link.chunk$.complete());
  }

  breaks(error: Error): this {
    return this.#act((link) => link.chunk$.error(error));
  }

  /** Answers no pings from the start. */
  withoutPongs(): this {
    this.#pings = false;
    return this;
  }

  /** The connection, once it has been dialled. */
  get link(): TestLink {
    if (this.#link === undefined) throw new Error('not dialled yet');
    return this.#link;
  }

  /** @internal */
  open(link: TestLink): void {
    this.#link = link;
    // the network is not the caller's stack
    link.onWrite = (bytes) => this.#peer.time.schedule(() => this.#hear(link, bytes));
  }

  /** @internal */
  begin(): void {
    this.#run();
  }

  #hear(link: TestLink, bytes: Buffer): void {
    for (const each of bytes.length === 4 && /^[a-z]{4}$/.test(bytes.toString('latin1'))
      ? [word(bytes)]
      : asked(bytes)) {
      this.heard.push(each.payload);
      if (each.opcode === 11 && each.xid === -2) {
        this.#peer.pings.push(this.#peer.time.now());
        if (this.#pings) link.chunk$.next(pong());
        continue;
      }
      const step = this.#steps.shift();
      if (step === undefined || !('until' in step)) this.#peer.surprises.push(`opcode ${each.opcode}`);
      else if (!step.until(each)) this.#peer.surprises.push(`opcode ${each.opcode} instead of ${step.what}`);
      else for (const answer of step.then(each)) link.chunk$.next(answer);
      this.#run();
    }
  }

  #run(): void {
    for (let step = this.#steps[0]; step !== undefined && 'act' in step; step = this.#steps[0]) {
      this.#steps.shift();
      step.act(this.link);
    }
  }

  #expect(what: string, until: (asked: Asked) => boolean, then: (asked: Asked) => readonly Buffer[]): this {
    this.#steps.push({ what, until, then });
    return this;
  }

  #act(act: (link: TestLink) => void): this {
    this.#steps.push({ act });
    if (this.#link !== undefined && this.#steps.length === 1) this.#run();
    return this;
  }
}

const word = (bytes: Buffer): Asked => ({ payload: bytes, xid: 0, opcode: bytes.readInt32BE(0), body: bytes });

/** A server in virtual time. Each dial follows the next script; without one, it hangs. */
export class ScriptedPeer {
  readonly time: VirtualTime;
  /** When it was dialled. */
  readonly dials: number[] = [];
  readonly endpoints: Endpoint[] = [];
  /** When pings came. */
  readonly pings: number[] = [];
  /** When links were given up by the client. */
  readonly leavings: number[] = [];
  /** What came and was not in a script. */
  readonly surprises: string[] = [];
  readonly #scripts: Script[] = [];

  constructor(time: VirtualTime) {
    this.time = time;
  }

  /** The script of the newest connection. */
  current!: Script;

  /** The script of the next dial that has none yet. */
  dialled(): Script {
    const script = new Script(this);
    this.#scripts.push(script);
    return script;
  }

  /** The next dial connects only after so long, never, or is refused. */
  refuses(delay: 'never' | ConnectError | number = new ConnectError('refused')): Script {
    const script = this.dialled();
    script.delay = delay;
    return script;
  }

  readonly transport: Transport = (endpoint) =>
    new Observable<Link>((subscriber) => {
      this.dials.push(this.time.now());
      this.endpoints.push(endpoint);
      const script = this.#scripts.shift();
      subscriber.add(() => this.leavings.push(this.time.now()));
      if (script === undefined || script.delay === 'never') return;
      const { delay } = script;
      if (delay instanceof ConnectError) return this.time.schedule(() => subscriber.error(delay));
      return this.time.schedule(() => {
        const link = new TestLink((task) => void this.time.schedule(task));
        script.open(link);
        this.current = script;
        subscriber.next(link);
        script.begin();
      }, delay);
    });
}
