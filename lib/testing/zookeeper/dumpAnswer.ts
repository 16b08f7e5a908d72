import type { ZooKeeperHost } from './zooKeeperHost.js';
import { hexId } from './hexId.js';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The answer to `dump`: sessions, ephemerals and connections, and when they end. */
export function dumpAnswer({
  sessions,
  state,
  connections,
  settings: { scheduler, now },
}: ZooKeeperHost): readonly string[] {
  const later = now() - scheduler.now();
  const owned = [...state.tree.ephemerals].flatMap(([id, paths]) => [
    `${hexId(id)}:`,
    ...[...paths].map((path) => `\t${path}`),
  ]);
  return [
    'SessionTracker dump:',
    ...expiring(
      'Session',
      [...sessions].map(({ id, deadline }) => [deadline + later, hexId(id)])
    ),
    'ephemeral nodes dump:',
    `Sessions with Ephemerals (${state.tree.ephemerals.size}):`,
    ...owned,
    'Connections dump:',
    ...expiring(
      'Connections',
      [...connections].map((it) => [
        it.deadline + later,
        `ip: /${it.wire.address}:${it.wire.port} sessionId: ${hexId(it.sessionId)}`,
      ])
    ),
  ];
}

function expiring(what: string, all: readonly (readonly [time: number, line: string])[]): readonly string[] {
  const times = [...new Set(all.map(([time]) => time))].sort((a, b) => a - b);
  const groups = times.flatMap((time) => {
    const group = all.filter((each) => each[0] === time);
    return [`${group.length} expire at ${javaDate(time)}:`, ...group.map(([, line]) => `\t${line}`)];
  });
  return [`${what} Sets (${times.length})/(${all.length}):`, ...groups];
}

/** As Java shows it: `Sat Nov 21 03:22:20 UTC 2026`. */
function javaDate(time: number): string {
  const date = new Date(time);
  const day = `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2, '0')}`;
  return `${day} ${date.toISOString().slice(11, 19)} UTC ${date.getUTCFullYear()}`;
}
