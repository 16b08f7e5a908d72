import type { JuteReader } from '../../zookeeper/protocol/juteReader.js';
import type { ZooKeeperServerSettings } from './zooKeeperServerOptions.js';
import type { Client, ServerState } from './serverState.js';
import type { ServerSession, SessionTable } from './session/sessionTable.js';
import type { ConnectionStats } from './session/connectionStats.js';
import type { Wire } from '../host/wire.js';

/** How a client was answered when it introduced itself. */
export interface Admission {
  /** `undefined`: the session that it asked for is over. */
  readonly session: ServerSession | undefined;
  /** A client from before read-only mode, which is answered without that field. */
  readonly old: boolean;
}

/** A connection, as the server sees it. */
export interface Guest extends Client {
  readonly wire: Wire;
  readonly session: ServerSession | undefined;
  readonly traffic: ConnectionStats;
  /** When it ends unless it is heard of, on the scheduler's clock. */
  readonly deadline: number;
  flush(): void;
}

/** The server, as its connections see it. */
export interface ZooKeeperHost {
  readonly settings: ZooKeeperServerSettings;
  readonly state: ServerState;
  readonly sessions: SessionTable;
  readonly readOnly: boolean;
  readonly paused: boolean;
  readonly startedAt: number;
  /** Where it listens. */
  readonly port: number;
  readonly connections: ReadonlySet<Guest>;
  /** Connections with something to send. */
  readonly unflushed: Set<Guest>;
  /** Answers a connect request; `undefined` is to hang up on it without a word. */
  admit(guest: Guest, input: JuteReader): Admission | undefined;
  /** The answer to a four-letter word, which `bytes` begin with; `undefined` for an unknown word. */
  command(word: string, bytes: Buffer): string | undefined;
  /** Ends a session for good. */
  close(session: ServerSession): void;
  /** Sends the events that wait. */
  flush(): void;
  /** A connection has ended. */
  left(guest: Guest): void;
}
