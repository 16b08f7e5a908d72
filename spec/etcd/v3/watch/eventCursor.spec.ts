import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Event, WatchResponse } from '../../../../lib/etcd/v3/protocol/watch.js';
import { EventCursor } from '../../../../lib/etcd/v3/watch/eventCursor.js';

const answer = (json: object): WatchResponse => WatchResponse.fromJson({ header: { revision: 100 }, ...json });
const changed = (revision: number, key = 'k') => ({ kv: { key: btoa(key), mod_revision: revision } });
const shown = (cursor: EventCursor, it: WatchResponse) =>
  cursor.take(it).map((step) => (step.kind === 'changes' ? `${step.revision}:${step.events.length}` : step.kind));

describe('a watcher of etcd', () => {
  it('begins after the revision at which it was created, when it did not ask for more', () => {
    const cursor = new EventCursor();
    expect(shown(cursor, answer({ created: true }))).toEqual([]);
    expect(cursor.next).toBe(101);
  });

  it('goes on after its last event, and not after the newest revision of the server', () => {
    const cursor = new EventCursor(10);
    cursor.take(answer({ created: true }));
    expect(cursor.next).toBe(10);
    expect(shown(cursor, answer({ events: [changed(10), changed(12), changed(12)] }))).toEqual(['10:1', '12:2']);
    expect(cursor.next).toBe(13);
  });

  it('shows a revision when it is whole, though it came in pieces', () => {
    const cursor = new EventCursor(10);
    expect(shown(cursor, answer({ events: [changed(10), changed(11)], fragment: true }))).toEqual(['10:1']);
    expect(cursor.next).toBe(11);
    expect(shown(cursor, answer({ events: [changed(11)], fragment: true }))).toEqual([]);
    expect(shown(cursor, answer({ events: [changed(11), changed(12)] }))).toEqual(['11:3', '12:1']);
  });

  it('refuses a revision that comes in pieces without end, and goes on with the next one', () => {
    const cursor = new EventCursor(10, 1000);
    const piece = answer({ events: [changed(10), changed(10)], fragment: true });
    const endless = () => {
      for (let i = 0; i < 10; i++) cursor.take(piece);
    };
    expect(endless).toThrow(expect.objectContaining({ code: 'REPLY_TOO_LARGE', layer: 'protocol' }));
    cursor.skipTo(10);
    for (let revision = 11; revision < 100; revision++)
      // none of them is too large
      expect(shown(cursor, answer({ events: [changed(revision), changed(revision + 1)], fragment: true }))).toEqual([
        `${revision}:${revision === 11 ? 1 : 2}`,
      ]);
  });

  it('forgets pieces of a stream that broke: the next one brings them again', () => {
    const cursor = new EventCursor(10);
    cursor.take(answer({ events: [changed(10), changed(11)], fragment: true }));
    cursor.restart();
    expect(cursor.next).toBe(11);
    expect(shown(cursor, answer({ events: [changed(11), changed(11)] }))).toEqual(['11:2']);
  });

  it('moves on with progress by itself, and not with progress that was asked for', () => {
    const cursor = new EventCursor(10);
    expect(shown(cursor, answer({ watch_id: -1 }))).toEqual([]);
    expect(cursor.next).toBe(10);
    expect(shown(cursor, answer({ watch_id: 3 }))).toEqual(['progress']);
    expect(cursor.next).toBe(101);
  });

  it('drops what a server repeats', () => {
    const cursor = new EventCursor(10);
    cursor.take(answer({ events: [changed(12)] }));
    expect(shown(cursor, answer({ events: [changed(11), changed(12), changed(13)] }))).toEqual(['13:1']);
    expect(shown(cursor, WatchResponse.fromJson({ header: { revision: 5 } }))).toEqual([]); // an old progress
    expect(cursor.next).toBe(14);
  });

  it('says that events were compacted away, and goes on after a snapshot', () => {
    const cursor = new EventCursor(10);
    expect(shown(cursor, answer({ canceled: true, compact_revision: 50 }))).toEqual(['compacted']);
    cursor.skipTo(60);
    expect(cursor.next).toBe(61);
  });

  it('says that the server refuses, and why', () => {
    const [step] = new EventCursor().take(
      answer({ created: true, canceled: true, cancel_reason: 'permission denied' })
    );
    expect(step).toEqual({ kind: 'refused', reason: 'permission denied' });
  });

  it('shows each event exactly once, wherever streams break and pieces end', () => {
    const history = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(history, fc.array(fc.nat({ max: 9 }), { minLength: 1 }), (counts, cuts) => {
        const events = counts.flatMap((count, i) =>
          Array.from({ length: count }, (_, n) => changed(10 + i, `${i}.${n}`))
        );
        const cursor = new EventCursor(10);
        const seen: string[] = [];
        const keysOf = (all: readonly Event[]) => all.map(({ kv }) => String(kv!.key));
        for (let turn = 0; turn < 200; turn++) {
          cursor.restart();
          cursor.take(answer({ created: true }));
          const left = events.filter(({ kv }) => kv.mod_revision >= cursor.next);
          const breaksAfter = turn > 100 ? 1000 : cuts[turn % cuts.length]!; // pieces, of which the last may be the end
          for (let at = 0, piece = 0; at < left.length && piece < breaksAfter; piece++) {
            const size = 1 + (cuts[(turn + piece) % cuts.length]! % 3);
            const fragment = at + size < left.length;
            for (const step of cursor.take(answer({ events: left.slice(at, at + size), fragment })))
              if (step.kind === 'changes') seen.push(...keysOf(step.events));
            at += size;
          }
        }
        expect(seen).toEqual(events.map(({ kv }) => atob(kv.key)));
      })
    );
  });

  it('shows the events of a captured catch-up, revision by revision', () => {
    const captured = readFileSync(join(__dirname, '../../../fixtures/etcd/v3-grpc.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"watch-history-1200"') || line.includes('"watch-fragment"'))
      .map(
        (line) => JSON.parse(line) as { log: { in?: object; out?: { create_request?: { start_revision: number } } }[] }
      );
    for (const { log } of captured) {
      const cursor = new EventCursor(log[0]!.out!.create_request!.start_revision);
      const revisions = log.flatMap((entry) => {
        const json = JSON.stringify(entry.in ?? {}, (key, it: unknown) =>
          key === 'events' // the capture leaves most of them out, with a note in their place
            ? (it as unknown[]).filter((event) => typeof event === 'object')
            : typeof it === 'string' && /^\d+n$/.test(it)
              ? it.slice(0, -1)
              : isBytes(it)
                ? it.b64
                : it
        );
        return entry.in === undefined ? [] : cursor.take(WatchResponse.fromJson(JSON.parse(json)));
      });
      const numbers = revisions.map((step) => (step.kind === 'changes' ? step.revision : -1));
      expect(numbers.length).toBeGreaterThan(2);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    }
  });
});

function isBytes(it: unknown): it is { b64: string } {
  return typeof it === 'object' && it !== null && 'b64' in it;
}
