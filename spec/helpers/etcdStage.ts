import { type Observable, firstValueFrom } from 'rxjs';
import { type Etcd, connect } from '../../lib/etcd/index.js';
import type { ConnectOptions } from '../../lib/etcd/v3/options.js';
import {
  type EtcdFault,
  type EtcdFaultRequest,
  type EtcdServerOptions,
  etcdInMemory,
} from '../../lib/testing/index.js';
import { VirtualTime } from './virtualTime.js';

/** An embedded etcd and clients of it in virtual time: the requests that reach it, and the faults of them. */
export function etcdStage(server: EtcdServerOptions = {}, options: ConnectOptions = {}) {
  const time = new VirtualTime();
  const calls: string[] = [];
  let faultOf: (request: EtcdFaultRequest) => EtcdFault | undefined = () => undefined;
  const cluster = etcdInMemory({
    scheduler: time,
    faults: (request) => {
      calls.push(request.operation);
      return faultOf(request);
    },
    ...server,
  });
  /** A client that is connected. */
  const client = () => {
    let etcd!: Etcd;
    const transport = cluster.transport({ latency: 1 });
    const life = connect(cluster.endpoints.join(), { transport, scheduler: time, random: seeded(), ...options });
    const subscription = life.subscribe((it) => (etcd = it));
    time.advance(10);
    return { etcd, leave: () => subscription.unsubscribe() };
  };
  return { time, calls, cluster, client, fail: (it: typeof faultOf) => void (faultOf = it) };
}

let seed = 0;

/** Numbers that differ from client to client: leases have ids of their own. */
function seeded(): () => number {
  let state = ++seed * 7919;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

/** Values and the end of a stream, as text. */
export function heardOf<T>(subscribe: (observer: object) => unknown, show: (value: T) => string = String): string[] {
  const heard: string[] = [];
  subscribe({
    next: (value: T) => heard.push(show(value)),
    error: ({ code, effect }: { code: string; effect: string }) => heard.push(`${code} ${effect}`),
    complete: () => heard.push('completed'),
  });
  return heard;
}

/** The argument that a mistake is about, or the code of another error; `none` if there is no error. */
export async function mistakeOf(value$: Observable<unknown>): Promise<string> {
  try {
    await firstValueFrom(value$);
    return 'none';
  } catch (error) {
    const { argument, code } = error as { readonly argument?: string; readonly code: string };
    return argument ?? code;
  }
}

/** The bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
/** The text of bytes. */
export const textOf = (bytes: Uint8Array | null | undefined): string => new TextDecoder().decode(bytes ?? undefined);
