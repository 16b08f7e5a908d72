import type { Step } from '../../../arakoon/protocol/step.js';
import { adminCommands } from './adminCommands.js';
import { nurseryCommands } from './nurseryCommands.js';
import { readCommands } from './readCommands.js';
import type { Command } from './requestContext.js';
import { writeCommands } from './writeCommands.js';

/** Every command, by its number. */
const COMMANDS: ReadonlyMap<number, Command> = new Map(
  [...readCommands, ...writeCommands, ...nurseryCommands, ...adminCommands].map((command) => [command.op.tag, command])
);

/** Which version brought a command; the others were there in 1.4. */
const SINCE: Readonly<Record<number, number>> = {
  0x29: 10500,
  0x30: 10600,
  0x31: 10600,
  0x32: 10600,
  0x33: 10700,
  0x41: 10614,
  0x42: 10701,
  0x43: 10700,
  0x44: 10701,
  0x45: 10800,
};
const STEPS_SINCE: Readonly<Partial<Record<Step['kind'], number>>> = {
  assertExists: 10500,
  replace: 10700,
  assertRange: 10800,
};
const AT_LEAST_SINCE = 10701;

/** The command of this number; `undefined` if this version has none. */
export function commandOf(tag: number, version: number): Command | undefined {
  return version >= (SINCE[tag] ?? 0) ? COMMANDS.get(tag) : undefined;
}

/** Whether this version could have read a request, which this one has. */
export function understands(request: unknown, version: number): boolean {
  if (typeof request !== 'object' || request === null) return true;
  if (Array.isArray(request))
    return request.every(
      ({ kind, steps }: Step & { steps?: unknown }) =>
        version >= (STEPS_SINCE[kind] ?? 0) && understands(steps, version)
    );
  const { consistency, steps } = request as { readonly consistency?: unknown; readonly steps?: unknown };
  return (typeof consistency !== 'object' || version >= AT_LEAST_SINCE) && understands(steps, version);
}
