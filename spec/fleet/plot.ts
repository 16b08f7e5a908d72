/** One line of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

const [WIDTH, HEIGHT] = [720, 300];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 16, 64, 44];
/** Colours that are told apart in light and dark, and by people who are colour-blind. */
const COLOURS = ['#d55e00', '#0072b2', '#009e73'];

/** Draws lines as an SVG that can be read on a light and on a dark page. */
export function plot({ title, x, y, series }: Plot): string {
  const all = series.flatMap(({ points }) => points);
  const [right, top] = [0, 1].map((axis) => roundUp(Math.max(...all.map((point) => point[axis]!), 1)));
  const atX = (value: number) => LEFT + (value / right!) * (WIDTH - LEFT - RIGHT);
  const atY = (value: number) => HEIGHT - BOTTOM - (value / top!) * (HEIGHT - TOP - BOTTOM);
  const path = ({ points }: Series) =>
    points.map(([px, py]) => `${atX(px).toFixed(1)},${atY(py).toFixed(1)}`).join(' ');
  const fifths = [0, 0.2, 0.4, 0.6, 0.8, 1];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    '<style>text{font:12px system-ui,sans-serif;fill:#333}.grid{stroke:#8884}line,polyline{fill:none}',
    '@media(prefers-color-scheme:dark){text{fill:#ddd}rect.page{fill:#16181d}}</style>',
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" style="font-weight:600;font-size:14px">${title}</text>`,
    ...series.map(({ name }, i) => legend(name, i)),
    ...fifths.flatMap((part) => [
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${atY(top! * part)}" y2="${atY(top! * part)}"/>`,
      label(LEFT - 8, atY(top! * part) + 4, 'end', format(top! * part)),
      label(atX(right! * part), HEIGHT - BOTTOM + 18, 'middle', format(right! * part)),
    ]),
    label(WIDTH - RIGHT, HEIGHT - 8, 'end', x),
    label(WIDTH - RIGHT, 20, 'end', y),
    ...series.map((each, i) => `<polyline points="${path(each)}" stroke="${COLOURS[i]}" stroke-width="2"/>`),
    '</svg>\n',
  ].join('\n');
}

function legend(name: string, i: number): string {
  const x = LEFT + i * 190;
  const line = `<line x1="${x}" x2="${x + 18}" y1="40" y2="40" stroke="${COLOURS[i]}" stroke-width="3"/>`;
  return line + label(x + 24, 44, 'start', name);
}

function label(x: number, y: number, anchor: 'start' | 'middle' | 'end', text: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${text}</text>`;
}

/** The next number that has one digit that is not 0, or begins with 1.5 or 2.5. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * unit).find((step) => step >= value)!;
}

function format(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US');
}
