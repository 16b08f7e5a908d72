import { describe, expect, it } from '@jest/globals';
import { JsonObjects } from '../../../../lib/testing/etcd/io/jsonObjects.js';

describe('a body of JSON objects', () => {
  it('is cut between them, wherever its chunks end', () => {
    const texts = ['{"a":"}{\\""}', ' {"b":{"c":{}}}', '\n{}'];
    const body = Buffer.from(texts.join(''));
    for (let size = 1; size <= body.length; size++) {
      const objects = new JsonObjects();
      const found: string[] = [];
      for (let at = 0; at < body.length; at += size)
        objects.push(body.subarray(at, at + size), (text) => found.push(text));
      expect(found).toEqual(texts);
      expect(objects.rest()).toBe('');
    }
  });

  it('keeps the rest', () => {
    const objects = new JsonObjects();
    objects.push(Buffer.from('{"a":1}{oops'), () => {});
    expect(objects.rest()).toBe('{oops');
  });
});
