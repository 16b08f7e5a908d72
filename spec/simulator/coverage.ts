import { Session } from 'node:inspector';

/** Which of the library's code runs: for each file the share of its characters that ran at least once. */
export class Coverage {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** From the beginning until now, by file: from 0 to 1. */
  take(): Map<string, number> {
    const shares = new Map<string, number>();
    this.#session.post('Profiler.takePreciseCoverage', (error, coverage) => {
      if (error !== null) throw error;
      for (const { url, functions } of coverage.result) {
        const name =
          /\/lib\/((?:core|bytes|operators|client|lease|zookeeper|arakoon|etcd\/v3|etcd\/recipes|store)\/.*)\.js$/.exec(
            url
          )?.[1];
        if (name !== undefined) shares.set(name, shareOf(functions.flatMap(({ ranges }) => ranges)));
      }
    });
    return shares;
  }
}

/** Ranges are nested, and the innermost counts: later ones stand inside earlier ones. */
function shareOf(
  ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[]
): number {
  const size = Math.max(...ranges.map(({ endOffset }) => endOffset));
  const ran = new Uint8Array(size);
  for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  return ran.reduce((sum, each) => sum + each, 0) / size;
}
