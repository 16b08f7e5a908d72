import { useState } from 'preact/hooks';
import { size } from './format.js';
import { WAYS, type Way, type Written, bytesOf, writtenAs } from './writtenValue.js';

interface ValueFieldOptions {
  readonly written: Written;
  readonly rows: number;
  readonly onWritten: (written: Written) => void;
}

/** A value to write: as text, as hex, as base64, or from a file. */
export function ValueField({ written, rows, onWritten }: ValueFieldOptions) {
  const [problem, setProblem] = useState('');
  const choose = (way: Way) => {
    setProblem('');
    try {
      const isNothing = written.way === 'file' && written.file === undefined;
      onWritten(writtenAs(way, isNothing ? new Uint8Array(0) : bytesOf(written)));
    } catch (error) {
      if (way === 'file') onWritten({ way, text: '' });
      else setProblem((error as Error).message);
    }
  };
  const take = async (file: File | undefined) => {
    setProblem('');
    try {
      const content = file && { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
      onWritten({ ...written, file: content });
    } catch (error) {
      setProblem(`The file cannot be read: ${(error as Error).message}`);
    }
  };
  return (
    <>
      <span class="looks" role="group" aria-label="write as">
        {WAYS.map((way) => (
          <button type="button" aria-pressed={way === written.way} onClick={() => choose(way)}>
            {way}
          </button>
        ))}
      </span>
      {written.way === 'file' ? (
        <label>
          File
          <input type="file" onChange={(event) => void take(event.currentTarget.files?.[0])} />
          {written.file !== undefined && <span class="dim">{size(written.file.bytes.length)}</span>}
        </label>
      ) : (
        <label>
          {written.way === 'text' ? 'Value' : `Value as ${written.way}`}
          <textarea
            rows={rows}
            spellcheck={false}
            value={written.text}
            onInput={(event) => onWritten({ ...written, text: event.currentTarget.value })}
          />
        </label>
      )}
      {problem !== '' && (
        <p class="note bad" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
