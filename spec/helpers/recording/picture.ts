import type { Shown } from './story.js';

const [WIDTH, LINE, MARGIN, TITLE] = [720, 20, 16, 28];
/** Seconds for which the end stays, before it begins again. */
const REST = 4;
const PANES = [
  ['watching', 'a terminal that watches'],
  ['elsewhere', 'another one'],
] as const;

/** Classes of the styles that `qrx` prints, by their number. */
const STYLES: Readonly<Record<string, string>> = { 1: 'b', 2: 'd', 31: 'r', 32: 'g', 33: 'y', 34: 'u' };

/**
 * Draws a recording as an SVG that plays by itself, again and again. All lines stand there at once for readers who want
 * no motion.
 */
export function picture(title: string, shown: readonly Shown[]): string {
  const length = Math.max(...shown.map(({ at }) => at)) + REST;
  const times = [...new Set(shown.map(({ at }) => at))];
  const body: string[] = [];
  let y = MARGIN;
  for (const [where, name] of PANES) {
    const lines = shown.filter((line) => line.where === where);
    const height = TITLE + lines.length * LINE + MARGIN / 2;
    body.push(`<rect class="pane" x="${MARGIN}" y="${y}" width="${WIDTH - 2 * MARGIN}" height="${height}" rx="6"/>`);
    body.push(`<text class="d" x="${2 * MARGIN}" y="${y + 18}">${name}</text>`);
    for (const [i, { at, line }] of lines.entries()) {
      const place = `x="${2 * MARGIN}" y="${y + TITLE + i * LINE + 14}"`;
      body.push(`<text class="l t${times.indexOf(at)}" ${place} xml:space="preserve">${spans(line)}</text>`);
    }
    y += height + MARGIN;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${title}">`,
    '<style>text{font:14px ui-monospace,Menlo,Consolas,monospace;fill:#d8dee9}.pane{fill:#171b24}',
    '.b{font-weight:700}.d{fill:#8a93a3}.r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}.u{fill:#79c0ff}',
    `@media(prefers-reduced-motion:no-preference){.l{animation:${length}s step-end infinite}`,
    ...times.map((at, i) => motion(i, at / length)),
    '}</style>',
    ...body,
    '</svg>\n',
  ].join('\n');
}

/** Hides what comes at a time until then. */
function motion(i: number, part: number): string {
  if (part === 0) return '';
  return `.t${i}{animation-name:t${i}}@keyframes t${i}{0%{opacity:0}${(100 * part).toFixed(2)}%{opacity:1}}`;
}

/** The parts of a line, each in its style. */
function spans(line: string): string {
  const [plain = '', ...styled] = line.split('\u001b['); // each begins with the number of its style, and an m
  const parts = styled.map((part) => {
    const [number = '', text = ''] = part.split(/m(.*)/);
    const style = STYLES[number];
    return style === undefined || text === '' ? escaped(text) : `<tspan class="${style}">${escaped(text)}</tspan>`;
  });
  return escaped(plain) + parts.join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
