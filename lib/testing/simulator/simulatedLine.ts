import type { SchedulerLike } from 'rxjs';
import type { LineEnds, MemoryLine } from '../etcd/memory/memoryLine.js';
import { Pipe, type PipeConditions } from './pipe.js';
import type { CutManner } from './simulatedLink.js';

/** After how many milliseconds a member notices that a client has vanished. */
const NOTICED = 20_000;

/** One connection of a simulated process to a member of etcd: messages travel through two pipes. */
export class SimulatedLine implements MemoryLine {
  readonly #toServer: Pipe;
  readonly #toClient: Pipe;
  readonly #world: SchedulerLike;
  readonly #clock: SchedulerLike;
  readonly #ended: () => void;
  #ends: LineEnds | undefined;
  #over = false;

  /**
   * @param clock the clock of the process: messages for it wait while it is busy
   * @param ended called when nothing travels to the member any more
   */
  constructor(
    world: SchedulerLike,
    clock: SchedulerLike,
    conditions: { readonly toServer: PipeConditions; readonly toClient: PipeConditions },
    ended: () => void
  ) {
    this.#world = world;
    this.#clock = clock;
    this.#ended = ended;
    const cut = () => this.cut('reset');
    this.#toServer = new Pipe(world, conditions.toServer, () => {}, cut);
    this.#toClient = new Pipe(clock, conditions.toClient, () => {}, cut);
  }

  carries(ends: LineEnds): void {
    this.#ends = ends;
  }

  toServer(bytes: number, arrive: () => void): void {
    if (!this.#over) this.#toServer.carry(bytes, arrive);
  }

  toClient(bytes: number, arrive: () => void): void {
    this.#toClient.carry(bytes, arrive);
  }

  soon(task: () => void): void {
    this.#clock.schedule(task);
  }

  /** The process has left. What it sent before still arrives, unless that is kept back for too long. */
  leave(): void {
    if (this.#over) return;
    this.#toServer.end(this.#ended);
    this.#world.schedule(() => this.#hangUp(), NOTICED);
  }

  /** Lets the messages that were kept back travel on. */
  release(): void {
    this.#toServer.release();
    this.#toClient.release();
  }

  /**
   * Breaks the connection. In good order (`end`), the member takes no new calls, and those under way go on. When it
   * vanishes, the client hears nothing more, but messages that were sent before still arrive at the member.
   */
  cut(manner: CutManner): void {
    const ends = this.#ends;
    if (manner === 'end') return void this.#clock.schedule(() => ends?.goAway());
    if (this.#over) return;
    this.#over = true;
    this.#toClient.close();
    if (manner === 'vanish') return void this.#world.schedule(() => this.#hangUp(), NOTICED);
    this.#hangUp();
    this.#clock.schedule(() => ends?.lose());
  }

  #hangUp(): void {
    this.#toServer.close();
    this.#ends?.leave();
    this.#ended();
  }
}
