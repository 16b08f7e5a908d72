import type { SchedulerLike } from 'rxjs';

/** The way of messages between a client and a member in this process. Those of one direction arrive in order. */
export interface MemoryLine {
  /** Brings a message of so many bytes to the member. `arrive` is called there. */
  toServer(bytes: number, arrive: () => void): void;
  /** Brings a message to the client. */
  toClient(bytes: number, arrive: () => void): void;
  /** The member has accepted a connection over this line. */
  carries?(ends: LineEnds): void;
  /** The client has left. */
  leave?(): void;
  /** Runs a task of the client at the end of this turn. */
  soon(task: () => void): void;
}

/** The two ends of a connection, which a line may tell that it is broken. */
export interface LineEnds {
  /** The member notices that the connection has ended. */
  leave(): void;
  /** The client notices that the connection has ended. */
  lose(): void;
  /** The client notices that the member takes no new calls. */
  goAway(): void;
}

/** A line on which every message takes `latency` milliseconds. */
export function steadyLine(scheduler: SchedulerLike, latency: number): MemoryLine {
  const carry = (_bytes: number, arrive: () => void) => void scheduler.schedule(arrive, latency);
  return { toServer: carry, toClient: carry, soon: (task) => void scheduler.schedule(task, 0) };
}
