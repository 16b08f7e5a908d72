import type { Codec } from '../../core/codecs.js';
import type { Endpoint } from '../../core/endpoint.js';

/** Where every ensemble keeps its membership, whatever the chroot. */
export const CONFIG_PATH = '/zookeeper/config';

/** One server of an ensemble. */
export interface Member {
  readonly id: number;
  /** Host that the other servers reach it at. */
  readonly host: string;
  readonly quorumPort: number;
  readonly electionPort: number;
  readonly role: 'participant' | 'observer';
  /** Where clients reach it; `undefined` where the configuration does not tell. */
  readonly client?: Endpoint;
}

/** Who is in the ensemble. */
export interface EnsembleConfig {
  /** The version that `reconfig` can depend on. */
  readonly version: bigint;
  readonly members: readonly Member[];
}

const HOST = String.raw`(\[[^\]]+\]|[^:;\s]+)`;
const MEMBER = new RegExp(
  String.raw`^server\.(\d+)\s*=\s*${HOST}:(\d+):(\d+)(?::(participant|observer))?(?:;(?:${HOST}:)?(\d+))?`
);

/** Reads the configuration node. Lines that say nothing of members are passed over. */
export function parseConfig(data: Uint8Array | null): EnsembleConfig {
  const lines = new TextDecoder().decode(data ?? new Uint8Array()).split('\n');
  const version = lines.map((line) => /^version=([0-9a-f]+)/i.exec(line)?.[1]).find((hex) => hex !== undefined);
  return { version: BigInt(`0x${version ?? '0'}`), members: lines.flatMap(memberOf) };
}

/** {@link parseConfig} for a watch, which writes nothing. */
export const configCodec: Pick<Codec<EnsembleConfig>, 'decode'> = { decode: parseConfig };

function memberOf(line: string): Member[] {
  const [, id, host, quorum, election, role, clientHost, clientPort] = MEMBER.exec(line) ?? [];
  if (id === undefined || host === undefined) return [];
  const bare = (name: string) => name.replace(/^\[|\]$/g, '');
  const own = clientHost === undefined || clientHost === '0.0.0.0' || clientHost === '[::]' ? host : clientHost;
  const member: Member = {
    id: Number(id),
    host: bare(host),
    quorumPort: Number(quorum),
    electionPort: Number(election),
    role: role === 'observer' ? 'observer' : 'participant',
  };
  return [clientPort === undefined ? member : { ...member, client: { host: bare(own), port: Number(clientPort) } }];
}
