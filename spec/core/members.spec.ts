import { describe, expect, it } from '@jest/globals';
import { type Members, hasMember, membersOf, someMember, withMember, withoutMember } from '../../lib/core/members.js';

const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
type Named = Members<{ name: string }>;

const all = (...members: { name: string }[]) => members.reduce<Named>(withMember, undefined);
const names = (members: Named) => membersOf(members).map(({ name }) => name);

describe('members', () => {
  it('are listed in the order in which they came, each once', () => {
    expect(names(undefined)).toEqual([]);
    expect(names(all(a))).toEqual(['a']);
    expect(names(all(a, a))).toEqual(['a']);
    expect(names(all(b, a, b, c))).toEqual(['b', 'a', 'c']);
  });

  it('take no memory of their own while there is one', () => {
    expect(all(a)).toBe(a);
  });

  it('leave, and leave the others as they are', () => {
    expect(names(withoutMember(all(a, b, c), b))).toEqual(['a', 'c']);
    expect(names(withoutMember(all(a), b))).toEqual(['a']);
    expect(names(withoutMember(all(a, b), c))).toEqual(['a', 'b']);
    expect(withoutMember(all(a), a)).toBeUndefined();
    expect(withoutMember(withoutMember(all(a, b), a), b)).toBeUndefined();
    expect(withoutMember(undefined, a)).toBeUndefined();
  });

  it('are found', () => {
    for (const members of [all(a), all(b, a)])
      expect([hasMember(members, a), hasMember(members, c)]).toEqual([true, false]);
    expect(hasMember(undefined, a)).toBe(false);
    for (const members of [all(a), all(b, a)])
      expect(['a', 'c'].map((wanted) => someMember(members, ({ name }) => name === wanted))).toEqual([true, false]);
    expect(someMember(undefined, () => true)).toBe(false);
  });

  it('may change while a list of them is walked', () => {
    let members = all(a, b);
    const seen: string[] = [];
    for (const member of membersOf(members)) {
      seen.push(member.name);
      members = withMember(withoutMember(members, b), c);
    }
    expect(seen).toEqual(['a', 'b']);
    expect(names(members)).toEqual(['a', 'c']);
  });
});
