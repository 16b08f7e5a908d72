import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Plot } from '../../cli/dash/types.js';
import { colourOf } from './colours.js';
import { fact } from './format.js';

const HEIGHT = 170;

/** Figures over time. The cursors of all plots move together. */
export function PlotView({ plot, times }: { readonly plot: Plot; readonly times: readonly number[] }) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot | undefined>(undefined);
  const { title, unit, lines } = plot;
  const data = [times.map((time) => time / 1000), ...lines.map(({ figures }) => figures)] as uPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;
  const servers = lines.map(({ server }) => server).join();
  useEffect(() => {
    const box = place.current!;
    const draw = () => {
      drawn.current?.destroy();
      drawn.current = new uPlot(optionsOf(plot, box), latest.current, box);
    };
    draw();
    const resized = new ResizeObserver(() => drawn.current?.setSize({ width: box.clientWidth, height: HEIGHT }));
    resized.observe(box);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
      resized.disconnect();
      drawn.current?.destroy();
    };
  }, [servers]);
  useEffect(() => drawn.current?.setData(data), [times]);
  const newest = lines.map(({ server, figures }) => `${server}: ${fact(figures.at(-1) ?? undefined) || 'not known'}`);
  return (
    <figure class="card plot">
      <figcaption>
        {title} <span class="dim">{unit}</span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}: ${newest.join(', ')}`} />
    </figure>
  );
}

function optionsOf({ lines }: Plot, box: HTMLElement): uPlot.Options {
  const style = getComputedStyle(box);
  const [ink, grid] = [style.getPropertyValue('--dim'), style.getPropertyValue('--line')];
  const axis = {
    stroke: ink,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    cursor: { sync: { key: 'servers' }, y: false, points: { size: 6 } },
    legend: { show: false },
    scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [
      { ...axis, size: 26, space: 70, values: (_plot, ticks) => ticks.map(timeOf) },
      { ...axis, size: 46, space: 26, values: (_plot, ticks) => ticks.map(short) },
    ],
    series: [
      {},
      ...lines.map(({ server }, i) => ({
        label: server,
        stroke: colourOf(i),
        width: 1.5,
        spanGaps: false,
        points: { show: false },
      })),
    ],
  };
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}

function short(figure: number): string {
  if (figure >= 1e6) return `${Math.round(figure / 1e5) / 10}M`;
  return figure >= 1e4 ? `${Math.round(figure / 100) / 10}k` : `${figure}`;
}
