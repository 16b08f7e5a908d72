import { formatEndpoint } from '../core/endpoint.js';
import { UsageError } from '../core/errors.js';
import type { Cluster } from './cluster.js';
import { type IniSection, type IniValue, iniFault, iniFile } from './iniFile.js';

/** The TLS part of a configuration. These are paths on the machine of the server or of the reader. */
export interface IniTls {
  readonly caCert: string;
  /** The one version that the servers speak. */
  readonly version: '1.0' | '1.1' | '1.2';
  /** The client's own certificate and its key. Present where the configuration names both. */
  readonly client?: { readonly cert: string; readonly key: string };
}

/** A cluster as its configuration describes it: the arguments of `connect`, and more that a client may need. */
export interface IniCluster extends Cluster {
  /** Present where the servers speak TLS; then `connect` wants its option `tls`. */
  readonly tls?: IniTls;
  /** The cluster that keeps the configuration of a nursery, where the file names one. */
  readonly keeper?: Cluster;
}

const VERSIONS: readonly string[] = ['1.0', '1.1', '1.2'] satisfies IniTls['version'][];
/** The values that servers need about a cluster, and about a node. */
const CLUSTER = ['cluster', 'cluster_id'];
const NODE = ['ip', 'client_port'];

/**
 * Reads the configuration of an Arakoon cluster: the text that its servers are given, learners included. The text may
 * come from a file, or from any other place; nothing is opened here.
 *
 * Every text that the servers accept is read as they read it. It is kinder than they are about the lines of Windows,
 * lines of blanks, empty sections and values, sections in several parts, and lists on several lines.
 *
 * @example
 * ```ts
 * import { connect, fromIni } from 'quorum-rx/arakoon';
 * import { readFileSync } from 'node:fs';
 *
 * const cluster = fromIni(readFileSync('/etc/arakoon/ricky.ini', 'utf8'));
 * const tls = cluster.tls && { ca: readFileSync(cluster.tls.caCert) };
 * connect(cluster, { ...(tls && { tls }) }).subscribe();
 * ```
 *
 * @throws UsageError that names the line at fault
 */
export function fromIni(text: string): IniCluster {
  const sections = iniFile(text);
  const global = sections.get('global')?.asRead(CLUSTER);
  if (global === undefined) throw new UsageError('text', 'has no section [global]');
  const learners = [...sections.values()]
    .filter((section) => section.asRead(NODE).flag('learner'))
    .map(({ name }) => name);
  const tls = tlsOf(global);
  const keeper = sections.get('nursery')?.asRead(CLUSTER);
  return {
    ...clusterOf(sections, global, learners),
    ...(tls && { tls }),
    ...(keeper && { keeper: clusterOf(sections, keeper, []) }),
  };
}

function clusterOf(
  sections: ReadonlyMap<string, IniSection>,
  section: IniSection,
  learners: readonly string[]
): Cluster {
  const id = needed(section, 'cluster_id').text;
  const names = new Set([...neededList(section, 'cluster'), ...learners]);
  const nodes = [...names].map((name) => {
    const node = sections.get(name)?.asRead(NODE);
    if (node === undefined)
      throw iniFault(section.line, `cluster of [${section.name}] names ${name}, which has no section`);
    return [name, addressesOf(node)] as const;
  });
  return { id, nodes: Object.fromEntries(nodes) };
}

function addressesOf(node: IniSection): readonly string[] {
  const hosts = neededList(node, 'ip');
  const { line } = needed(node, 'client_port');
  const port = node.int('client_port')!;
  if (port < 1 || port > 65535) throw iniFault(line, `client_port must be from 1 to 65535, not ${port}`);
  return hosts.map((host) => formatEndpoint({ host, port }));
}

/** Only with both a CA and a version do clients use TLS. */
function tlsOf(global: IniSection): IniTls | undefined {
  const caCert = global.scalar('tls_ca_cert');
  const version = global.scalar('tls_version');
  if (caCert === undefined || version === undefined) return undefined;
  if (!VERSIONS.includes(version.text))
    throw iniFault(
      version.line,
      `tls_version must be one of ${VERSIONS.join(', ')}, not ${JSON.stringify(version.text)}`
    );
  const cert = global.scalar('tls_cert');
  const key = global.scalar('tls_key');
  return {
    caCert: caCert.text,
    version: version.text as IniTls['version'],
    ...(cert && key && { client: { cert: cert.text, key: key.text } }),
  };
}

function needed(section: IniSection, name: string): IniValue {
  const value = section.scalar(name);
  if (value === undefined || value.text === '') throw missing(section, name);
  return value;
}

function neededList(section: IniSection, name: string): readonly string[] {
  const values = section.list(name);
  if (values.length === 0) throw missing(section, name);
  return values;
}

function missing(section: IniSection, name: string): UsageError {
  return iniFault(section.scalar(name)?.line ?? section.line, `[${section.name}] has no ${name}`);
}
