// Puts the figures into docs/performance.md, between markers, and leaves the rest of it alone.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { judged } from './targets.mjs';

const BEGIN = '<!-- figures: written by npm run bench -- --write -->';
const END = '<!-- end of figures -->';
const EMPTY = `# Performance\n\n${BEGIN}\n${END}\n`;

/** @param found rows of figures by workload; those of imports are under `import` */
export function writeReport(file, { found, titles, workloads, rounds, window, version, peers }) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : EMPTY;
  const [before, rest] = text.split(BEGIN);
  if (rest === undefined) throw new Error(`${file} has no ${BEGIN}`);
  const after = rest.slice(rest.indexOf(END) + END.length);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${before}${BEGIN}\n${figures()}\n${END}${after}`);

  function figures() {
    const when = new Date().toISOString().slice(0, 10);
    const lines = [
      `Measured on ${when}: Node ${process.version}, ZooKeeper ${version}, ${cpus().length} cores that all share; ` +
        `median of ${rounds}, ${window / 1000} s each.`,
    ];
    const results = judged(found, peers);
    lines.push('', '| target | wanted | measured | met |', '|---|---|---|---|');
    for (const { workload, text: what, bound, most, ratio, met } of results) {
      const wanted = `${most ? '≤' : '≥'} ${short(bound)} ×`;
      lines.push(`| \`${workload}\`: ${what} | ${wanted} | ${number(ratio)} × | ${met ? 'yes' : '**no**'} |`);
    }
    for (const [name, row] of found) {
      lines.push('', `**${workloads[name]?.title ?? titles[name] ?? 'import of the package'}** (\`${name}\`)`, '');
      lines.push(...table(row));
    }
    return lines.join('\n');
  }

  function table(row) {
    const timed = [...row.values()][0].rate === undefined;
    const best = Math.max(...peers.map((peer) => row.get(peer)?.rate ?? 0));
    const raw = row.get('raw')?.rate;
    const has = (field) => [...row.values()].some((figures) => figures[field] !== undefined);
    const [each, heap] = [has('bytesEach'), has('heapEach')];
    const head = timed
      ? ['contender', 'ms', 'lowest to highest', 'RSS, MB', ...(each ? ['bytes sent each'] : [])]
      : [
          'contender',
          'ops/s',
          'lowest to highest',
          '× raw',
          '× best peer',
          'CPU, µs/op',
          'RSS, MB',
          ...(each ? ['bytes each'] : []),
          ...(heap ? ['heap each'] : []),
        ];
    const body = [...row].map(([name, { rate, ms, low, high, cpu, rss, bytesEach, heapEach }]) => [
      name,
      ...(timed
        ? [number(ms), `${number(low)} to ${number(high)}`]
        : [
            number(rate),
            `${number(low)} to ${number(high)}`,
            number(rate / raw),
            best > 0 ? number(rate / best) : '',
            number(cpu),
          ]),
      Math.round(rss),
      ...(each ? [number(bytesEach)] : []),
      ...(heap ? [number(heapEach)] : []),
    ]);
    return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`);
  }
}

/** A bound that is a fraction has no end. */
const short = (bound) => Number(bound.toPrecision(3));

function number(value) {
  if (value === undefined || !Number.isFinite(value)) return '';
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
