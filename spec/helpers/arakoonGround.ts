import type { Observable, Subscription } from 'rxjs';
import type { Arakoon } from '../../lib/arakoon/client/arakoon.js';
import { connect } from '../../lib/arakoon/connect.js';
import type { ConnectOptions } from '../../lib/arakoon/options.js';
import type { CoordinationError } from '../../lib/core/errors.js';
import { ArakoonPeer } from './arakoonPeer.js';
import { VirtualTime } from './virtualTime.js';

/** A client whose cluster follows scripts, in virtual time, and a log of what became of requests. */
export class ArakoonGround {
  readonly time = new VirtualTime();
  readonly peer: ArakoonPeer;
  readonly log: string[] = [];
  readonly arakoon: Arakoon;
  readonly connection: Subscription;

  constructor(options: ConnectOptions = {}, peer: Partial<{ names: readonly string[]; master: string | null }> = {}) {
    this.peer = new ArakoonPeer(this.time, peer.names, peer.master === undefined ? 'a' : peer.master);
    let client: Arakoon | undefined;
    this.connection = connect(this.peer.cluster, {
      transport: this.peer.transport,
      scheduler: this.time,
      random: () => 0.5,
      ...options,
    }).subscribe({
      next: (arakoon) => (client = arakoon),
      complete: () => this.log.push('client |'),
    });
    this.arakoon = client!;
  }

  /** Subscribes to a request, and logs what becomes of it. */
  ask<T>(name: string, request$: Observable<T>): Subscription {
    return request$.subscribe({
      next: (value) => this.log.push(`${name}: ${show(value)}`),
      error: ({ code, effect }: CoordinationError) => this.log.push(`${name}! ${code} ${effect}`),
    });
  }

  /** Lets time pass; enough for everything that needs none. */
  pass(ms = 1): void {
    this.time.advance(ms);
  }

  /** What was logged since this was last called, and what came to a node and was not in its script. */
  said(): string[] {
    return [...this.log.splice(0), ...this.peer.surprises.splice(0)];
  }
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return (
    JSON.stringify(value, (_, each: unknown) =>
      typeof each === 'bigint' ? `${each}n` : each instanceof Uint8Array ? Buffer.from(each).toString() : each
    ) ?? 'done'
  );
}
