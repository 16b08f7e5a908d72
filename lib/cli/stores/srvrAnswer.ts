/** The answer of a ZooKeeper server to `srvr`. What it does not tell is `undefined`. */
export interface SrvrAnswer {
  readonly role: string | undefined;
  /** Without the build: `3.8.0`. */
  readonly version: string | undefined;
  /** Milliseconds: `0/0.5/31`. */
  readonly 'latency min/avg/max': string | undefined;
  readonly connections: number | undefined;
  readonly outstanding: number | undefined;
  readonly received: number | undefined;
  readonly nodes: number | undefined;
  readonly zxid: string | undefined;
  /** The first line: of an answer without a role it says why there is none. */
  readonly firstLine: string;
}

/** Reads an answer to `srvr`. */
export function srvrAnswer(answer: string): SrvrAnswer {
  const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(answer)?.[1];
  const number = (name: string) => (field(name) === undefined ? undefined : Number(field(name)));
  return {
    role: field('Mode'),
    version: versionIn(field('Zookeeper version')),
    'latency min/avg/max': field('Latency min/avg/max'),
    connections: number('Connections'),
    outstanding: number('Outstanding'),
    received: number('Received'),
    nodes: number('Node count'),
    zxid: field('Zxid'),
    firstLine: answer.trim().split('\n')[0] ?? '',
  };
}

/** The number of a version, without the build behind it. */
export function versionIn(text: string | undefined): string | undefined {
  return text?.split(/[-,]/)[0];
}
