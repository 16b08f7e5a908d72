import type { CoordinationError } from '../../../lib/index.js';
import type { Actor, Stage } from '../../../lib/testing/index.js';

/** The most that a reply may have in runs where clients take only small ones. */
export const SMALL_REPLY = 20_000;
/** Below the bound, above it, and such that two of them together are above it. */
const SIZES = [1, 15_000, 15_000, 30_000];
const LARGE = ['/large/a', '/large/b', '/large/c'];
const SMALL = '/small';

/** Writes values of which some are larger than clients may take. */
export const largeWriter: Actor = {
  name: 'large writer',
  start: (stage) => writes(stage, 300),
};

function writes(stage: Stage, often: number): void {
  const { zk } = stage;
  stage.follow(zk.create(SMALL, Buffer.from('small')));
  stage.every(often, () => {
    const path = stage.pick(LARGE);
    const data = Buffer.alloc(stage.pick(SIZES));
    stage.follow<unknown>(stage.random() < 0.5 ? zk.set(path, data) : zk.create(path, data, { parents: true }));
  });
}

/** Reads small values and large ones in one turn, and watches them. */
export const mixedReader: Actor = {
  name: 'mixed reader',
  start(stage) {
    const { zk } = stage;
    writes(stage, 1500);
    stage.every(300, () => {
      for (const path of [stage.pick(LARGE), SMALL, stage.pick(LARGE)])
        stage.follow(zk.get(path), { error: (error: CoordinationError) => suffers(stage, path, error) });
    });
    stage.every(3000, () => {
      for (const path of [SMALL, stage.pick(LARGE)]) {
        const subscription = stage.follow(zk.watch(path), {
          error: (error: CoordinationError) => suffers(stage, path, error),
        });
        stage.after(stage.between(0, 6000), () => subscription.unsubscribe());
      }
    });
  },
};

function suffers(stage: Stage, path: string, { code }: CoordinationError): void {
  if (path === SMALL && code === 'REPLY_TOO_LARGE') stage.violated('no read suffers from the size of another', path);
}
