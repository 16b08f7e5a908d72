import { type Observable, auditTime, combineLatest, map, merge, scan, startWith } from 'rxjs';
import type { ClientStats } from '../../client/clientStats.js';
import type { LinkEvent } from '../../client/channels.js';
import { type LogLine, lineOfEvent, serverOf, words } from '../../client/logLines.js';
import type { ClientEvents, ClientFeed } from './dashStore.js';
import { seen } from './seen.js';
import type { ClientState, Seen } from './types.js';

/** The events that are kept. */
const KEPT = 200;
/** The least milliseconds between two states. */
const PACE = 500;

/** The figures of the dashboard's own client, and its newest events. */
export function clientViews({ state$, diagnostics$, stats$ }: ClientFeed): Observable<Seen<ClientState>> {
  const states$ = state$.pipe(
    map(({ kind, cause }): LogLine => ({
      level: kind === 'connected' ? 'info' : 'warn',
      text: cause === undefined ? kind : `${kind}: ${words(cause)}`,
    }))
  );
  const lines$ = merge(states$, diagnostics$.pipe(map((event) => lineOf(event as LinkEvent))));
  const events$ = lines$.pipe(
    scan((events: ClientEvents, line) => [{ time: new Date(), ...line }, ...events.slice(0, KEPT - 1)], []),
    startWith([] as ClientEvents)
  );
  return combineLatest([events$, stats$ as Observable<ClientStats>]).pipe(
    auditTime(PACE),
    map(([events, stats]) => seen(stateOf(events, stats)))
  );
}

function lineOf(event: LinkEvent): LogLine {
  if (event.kind !== 'link-lost') return lineOfEvent(event);
  const text = event.established === true ? 'lost the connection to' : 'cannot connect to';
  return { level: 'warn', text: `${text} ${serverOf(event)}: ${words(event.error)}` };
}

function stateOf(events: ClientEvents, { requests, ...figures }: ClientStats): ClientState {
  const facts = Object.entries(figures).filter(([, figure]) => ['string', 'number'].includes(typeof figure));
  return {
    events,
    facts: Object.fromEntries(facts),
    requests: requests.map(({ operation, outcome, latency }) => ({
      operation,
      outcome,
      count: latency.count,
      'mean, ms': rounded(latency.mean),
      'p50, ms': rounded(latency.percentile(0.5)),
      'p99, ms': rounded(latency.percentile(0.99)),
    })),
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
