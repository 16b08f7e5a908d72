import { command } from './command.mjs';

/** The time that all checks of a client may take together. */
const PATIENCE = 300_000;

/**
 * A program with the calls of a foreign client. It reads the servers from `ENDPOINTS`, and prints a line of JSON for
 * each check: `{"check":"put and get","ok":true}`, or `ok: false` with an `error`.
 *
 * @typedef {{ program: string, args: readonly string[], env?: Record<string, string> }} Client
 */

/**
 * Runs a client with an embedded server. The checks that fail are run with a real server too: then the fault is not
 * that of the embedded one.
 *
 * @param {Client} client
 * @param {() => Promise<{ endpoints: string, stop(): Promise<unknown> }>} startEmbedded
 * @param {() => Promise<{ endpoints: string, stop(): Promise<unknown> }>} startReal
 * @returns {Promise<import('./outcome.mjs').Outcome>}
 */
export async function runClient(client, startEmbedded, startReal) {
  const { passed, failed } = await checks(client, startEmbedded);
  if (failed.length === 0) return { passed, failed };
  const real = await checks(client, startReal);
  const isCommon = (name) => !real.passed.includes(name);
  return { passed, failed: failed.map((it) => ({ ...it, common: isCommon(it.name) })) };
}

async function checks({ program, args, env }, start) {
  const server = await start();
  try {
    const options = { env: { ...env, ENDPOINTS: server.endpoints }, timeout: PATIENCE, any: true };
    const { printed, warned, end } = await command(program, args, options);
    const lines = printed.split('\n').filter((line) => line.startsWith('{"check"'));
    const results = lines.map((line) => JSON.parse(line));
    const failed = results.filter(({ ok }) => !ok).map(({ check, error }) => ({ name: check, words: error ?? '' }));
    if (end !== 0) failed.push({ name: 'the program ends well', words: `${end}: ${warned.slice(-2000)}` });
    return { passed: results.filter(({ ok }) => ok).map(({ check }) => check), failed };
  } finally {
    await server.stop();
  }
}
