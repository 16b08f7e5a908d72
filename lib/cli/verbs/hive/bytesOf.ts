const UNITS = ['bytes', 'KiB', 'MiB', 'GiB'] as const;

/** A number of bytes, for a person: `3.4 MiB`. */
export function bytesOf(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return unit === 0 ? `${bytes} bytes` : `${(bytes / 1024 ** unit).toFixed(1)} ${UNITS[unit]}`;
}

/** How far a transfer is, for a person: `3.4 MiB of 12.0 MiB, 28 %, 5.1 MiB/s`. */
export function transferred(done: number, total: number | undefined, began: number): string {
  const seconds = (performance.now() - began) / 1000;
  const share = total === undefined || total === 0 ? '' : `, ${Math.floor((100 * done) / total)} %`;
  const whole = total === undefined ? '' : ` of ${bytesOf(total)}`;
  return `${bytesOf(done)}${whole}${share}, ${bytesOf(Math.round(done / Math.max(seconds, 0.001)))}/s`;
}
