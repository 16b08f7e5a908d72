// Runs fleets of clients in virtual time, and prints what they cost the servers and how long they take.
//   --clients n     how many; 10000
//   --candidates n  for a leadership; 1000
//   --seed n        1
//   --write         puts the tables into docs/scale.md, and the plots into docs/images
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { succession } from './elections.js';
import { SLICE } from './ensemble.js';
import { CLIENTS, type ClientKind } from './fleet.js';
import { plot } from './plot.js';
import { type Story, commonChange, oneMemberDies, restart } from './scenarios.js';

const text = { type: 'string' } as const;
const { values: flags } = parseArgs({
  options: { clients: text, candidates: text, seed: text, write: { type: 'boolean', default: false } },
});
const seed = Number(flags.seed ?? 1);
const size = { clients: Number(flags.clients ?? 10_000), watches: 20, seed };
const kinds = Object.keys(CLIENTS) as ClientKind[];

const restarts = kinds.map((kind) => told(restart(kind, size)));
const deaths = kinds.map((kind) => told(oneMemberDies(kind, size)));
const changes = kinds.slice(0, 2).map((kind) => told(commonChange(kind, size)));
const candidates = Number(flags.candidates ?? 1000);
const successions = (['closes', 'dies'] as const).map((end) => ({ end, ...succession(candidates, end, seed) }));

const tables = [
  ...[restarts, deaths, changes].map(table),
  [
    row(`the leader of ${inEnglish(candidates)}`, 'candidates that send', 'their requests', 'another leader after'),
    row('---', '---', '---', '---'),
    ...successions.map(({ end, woken, requests, after }) => row(end, woken, requests, `${inEnglish(after)} ms`)),
  ].join('\n'),
];
console.log(tables.join('\n\n'));
if (flags.write) write();

function told(story: Story): Story {
  console.error(`${story.title}, ${story.kind}`);
  return story;
}

function table(stories: readonly Story[]): string {
  const columns = [
    stories[0]!.title,
    'whole after: median, 99 %, all',
    'attempts to connect',
    'requests',
    'bytes to and from servers',
    'most attempts and requests in 100 ms at one member',
  ];
  return [row(...columns), row(...columns.map(() => '---')), ...stories.map(rowOf)].join('\n');
}

function rowOf({ kind, whole, traffic, dials, requests }: Story): string {
  const concerned = traffic.filter((each) => each.requests > 0);
  const mean = (field: 'dials' | 'requests' | 'bytesOut' | 'bytesIn') =>
    concerned.reduce((sum, each) => sum + each[field], 0) / concerned.length;
  return row(
    kind,
    `${[0.5, 0.99, 1].map((part) => inEnglish(share(whole, part))).join(', ')} ms`,
    mean('dials').toFixed(1),
    mean('requests').toFixed(1),
    `${inEnglish(mean('bytesOut'))} and ${inEnglish(mean('bytesIn'))}`,
    `${inEnglish(Math.max(...dials))}, ${inEnglish(Math.max(...requests))}`
  );
}

function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function inEnglish(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

function share(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

function write(): void {
  const page = 'docs/scale.md';
  const filled = tables.reduce(
    (all, each, i) => {
      const [begin, end] = [`<!-- fleet ${i + 1} -->\n`, '<!-- end -->'];
      const from = all.indexOf(begin) + begin.length;
      return all.slice(0, from) + `${each}\n` + all.slice(all.indexOf(end, from));
    },
    readFileSync(page, 'utf8')
  );
  writeFileSync(page, filled);
  mkdirSync('docs/images', { recursive: true });
  writeFileSync(
    'docs/images/fleet-attempts.svg',
    plot({
      title: 'Attempts to connect at the busiest member, before and after it is back',
      x: 'seconds after the ensemble went away; it is back after 8',
      y: 'in 100 ms',
      series: restarts.map(({ kind, dials }) => ({
        name: kind,
        points: dials.map((count, i) => [(i * SLICE) / 1000, count] as const),
      })),
    })
  );
  writeFileSync(
    'docs/images/fleet-whole.svg',
    plot({
      title: 'Clients whose values are all true again',
      x: 'milliseconds after the ensemble is back',
      y: '%',
      series: restarts.map(({ kind, whole }) => ({
        name: kind,
        points: [[0, 0] as const, ...Array.from({ length: 101 }, (_, i) => [share(whole, i / 100), i] as const)],
      })),
    })
  );
}
