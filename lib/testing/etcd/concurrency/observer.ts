import type { KeyValue } from '../../../etcd/v3/protocol/kv.js';
import type { Event } from '../../../etcd/v3/protocol/watch.js';
import { equalBytes } from '../../../bytes/equalBytes.js';
import type { Answers, Ground, ServedCall } from '../call/served.js';
import { EtcdRefusal } from '../etcdRefusal.js';
import type { KeyRange } from '../store/keySpace.js';
import { Watcher, type WatcherSink } from '../watch/watcher.js';
import { lineOf, standing } from './place.js';
import type { observe } from './methods.js';

type Asked = ReturnType<typeof observe.request.read>;
type Told = ReturnType<typeof observe.response.read>;

/** Tells a client of each leader of an election, and of the values that it proclaims. */
export class Observer implements ServedCall<Asked>, WatcherSink {
  readonly #ground: Ground;
  readonly #answers: Answers<Told>;
  #line: KeyRange | undefined;
  #watcher: Watcher | undefined;
  /** The last news of the leader. */
  #told: KeyValue | undefined;
  /** Events up to this revision are known. */
  #seen = 0;

  constructor(ground: Ground, answers: Answers<Told>) {
    this.#ground = ground;
    this.#answers = answers;
  }

  message({ name }: Asked): void {
    const { core, user } = this.#ground;
    this.#line = lineOf(name);
    try {
      core.auth.permit(user, 'read', this.#line);
    } catch (reason) {
      if (!(reason instanceof EtcdRefusal)) throw reason;
      return this.#answers.ended(); // a real server does not say why
    }
    this.#look();
    this.#watch();
  }

  finished(): void {}

  left(): void {
    if (this.#watcher !== undefined) this.#ground.member.hub.delete(this.#watcher);
  }

  events(_: Watcher, events: readonly Event[], revision: number): void {
    for (const { type, kv } of events as readonly { type: string; kv: KeyValue }[]) {
      if (kv.modRevision <= this.#seen) continue;
      if (this.#told === undefined) {
        if (type === 'put') this.#tell(kv, kv.modRevision);
      } else if (!equalBytes(this.#told.key, kv.key)) continue;
      else if (type === 'put') this.#tell(kv, revision);
      else this.#look();
    }
  }

  compacted(): void {
    this.#look();
    this.#watch();
  }

  #watch(): void {
    const { hub } = this.#ground.member;
    this.#watcher = new Watcher(0, this.#line!, hub.revision + 1, [], this);
    hub.add(this.#watcher);
  }

  /** Looks for the leader in the store. */
  #look(): void {
    const [leader] = standing(this.#ground, this.#line!);
    this.#seen = this.#ground.member.hub.revision;
    if (leader === undefined) this.#told = undefined;
    else if (leader.modRevision !== this.#told?.modRevision) this.#tell(leader, this.#seen);
  }

  #tell(kv: KeyValue, revision: number): void {
    const { core, member } = this.#ground;
    this.#told = kv;
    this.#answers.message({ header: core.header(member, revision), kv });
  }
}
