import { useRef, useState } from 'preact/hooks';
import { lineDiff } from './lineDiff.js';
import { count, size } from './format.js';
import { type Look, looksOf, shownAs } from './valueText.js';

interface NodeValueOptions {
  readonly value: Uint8Array | null | undefined;
  readonly bytes: number;
}

interface Known {
  readonly value: Uint8Array;
  readonly time: Date;
}

/** Beyond so many lines a value is cut: they would take too long to lay out. */
const MOST_LINES = 5000;

/** A value as JSON, text or hex, and the lines that have changed since it was shown first. */
export function NodeValue({ value, bytes }: NodeValueOptions) {
  const known = useRef<{ readonly last: Known | undefined; readonly now: Known | undefined }>({
    last: undefined,
    now: undefined,
  });
  const { now } = known.current;
  if (value instanceof Uint8Array && !(now !== undefined && isEqual(now.value, value)))
    known.current = { last: now, now: { value, time: new Date() } };
  const [chosen, setChosen] = useState<Look>();
  const [showsChange, setShowsChange] = useState(true);
  if (value === undefined) return <p class="note bad">Its value may not be read</p>;
  if (value === null) return <p class="note">It has no value</p>;
  const looks = looksOf(value);
  const look = chosen !== undefined && looks.includes(chosen) ? chosen : looks[0]!;
  const { last, now: newest } = known.current;
  const hasChanged = last !== undefined;
  return (
    <>
      <div class="valueHead">
        <h3>Value</h3>
        <span class="dim">{size(bytes)}</span>
        <span class="looks" role="group" aria-label="show as">
          {looks.map((each) => (
            <button aria-pressed={each === look} onClick={() => setChosen(each)}>
              {each}
            </button>
          ))}
          {hasChanged && (
            <button aria-pressed={showsChange} onClick={() => setShowsChange(!showsChange)}>
              changes
            </button>
          )}
        </span>
      </div>
      {bytes > value.length && <p class="note">Only the first {count(value.length)} bytes are shown</p>}
      {hasChanged && (
        <p class="note" role="status">
          Changed at {newest!.time.toLocaleTimeString('en-GB')}
        </p>
      )}
      {value.length === 0 ? (
        <p class="note">It is empty</p>
      ) : hasChanged && showsChange ? (
        <Changes before={shownAs(look, last.value)} after={shownAs(look, value)} />
      ) : (
        <Lines text={shownAs(look, value)} look={look} />
      )}
    </>
  );
}

function Lines({ text, look }: { readonly text: string; readonly look: Look }) {
  const lines = text.split('\n');
  return (
    <pre class={`value ${look === 'hex' ? 'hex' : ''}`} tabIndex={0} aria-label="value">
      {lines.length > MOST_LINES ? `${lines.slice(0, MOST_LINES).join('\n')}\n…` : text}
    </pre>
  );
}

const MARKS = { same: ' ', added: '+', removed: '−' } as const;

function Changes({ before, after }: { readonly before: string; readonly after: string }) {
  return (
    <pre class="value diff" tabIndex={0} aria-label="changes of the value">
      {lineDiff(before, after)
        .slice(0, MOST_LINES)
        .map(({ kind, text }) => (
          <div class={kind}>
            <span aria-hidden>{MARKS[kind]} </span>
            {kind !== 'same' && <span class="unseen">{kind}: </span>}
            {text}
          </div>
        ))}
    </pre>
  );
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
