import { describe, expect, it } from '@jest/globals';
import { LAST_NUMBER, worldThatCounts } from '../../helpers/numbered.js';

describe.each(['3.4.14', '3.5.9', '3.8.0'])('a parent that has no more numbers, on %s', (version) => {
  it('shows a child that was created while the link was gone, though the server does not tell of it', () => {
    const world = worldThatCounts({ '/p': LAST_NUMBER }, { version });
    const admin = world.client({ serverVersion: version });
    const reader = world.client({ serverVersion: version });
    world.after(10);
    admin.zk.create('/p/first-', null, { mode: 'persistentSequential' }).subscribe();
    world.after(10);
    world.watch('list', reader.zk.watchChildren('/p'), ({ names, stale }) => `${names.length}${stale ? '?' : ''}`);
    world.watch('tree', reader.zk.watchTree('/p'), ({ size, stale }) => `${size}${stale ? '?' : ''}`);
    expect(world.after(100).at(-1)).toBe('tree 2');
    reader.cut();
    world.after(100);
    admin.zk.create('/p/missed', null).subscribe();
    world.after(100);
    reader.heal();
    const shown = world.after(3000);
    expect(shown).toContain('list 2');
    expect(shown.at(-1)).toBe('tree 3');
  });
});
