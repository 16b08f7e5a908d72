import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { knownKeys, text } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { Terminal } from '../terminal/terminal.js';
import { SETTINGS, type Settings } from './settings.js';

/** A store with a name: its URL and its settings. */
export interface Profile extends Settings {
  readonly url: string;
}

type Profiles = Readonly<Record<string, Profile>>;

/** The profile that is used when neither an argument nor `QRX_URL` names a store. */
export const USUAL = 'default';

/** The profile of a name. Throws a `UsageError` if there is none. */
export function profileOf(name: string, terminal: Terminal): Profile {
  const file = fileOf(terminal.env);
  const profiles = read(file, terminal) ?? {};
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile === undefined) {
    const names = Object.keys(profiles);
    throw new UsageError(`@${name}`, `is no profile of ${file}${names.length > 0 ? `: there is ${names.join()}` : ''}`);
  }
  return profile;
}

/** The profile `default`, if there is one. */
export function usualProfile(terminal: Terminal): Profile | undefined {
  return read(fileOf(terminal.env), terminal)?.[USUAL];
}

function fileOf(env: Terminal['env']): string {
  return env.QRX_CONFIG ?? join(env.XDG_CONFIG_HOME ?? join(env.HOME ?? homedir(), '.config'), 'qrx.json');
}

function read(file: string, terminal: Terminal): Profiles | undefined {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(file, `cannot be read: ${(cause as Error).message}`, { cause });
  }
  const profiles = checked(file, content);
  const hasSecret = Object.values(profiles).some(({ password }) => password !== undefined);
  if (hasSecret && process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    terminal.note(`qrx: others may read ${file}, which has a password. Try: chmod 600 ${file}`);
  return profiles;
}

function checked(file: string, content: string): Profiles {
  let profiles: Profiles;
  try {
    profiles = JSON.parse(content) as Profiles;
  } catch {
    throw new UsageError(file, 'is no JSON'); // the message of the parser would show a part of it
  }
  for (const [name, profile] of Object.entries(knownKeys(file, profiles, Object.keys(profiles ?? {}))))
    text(`${file}: ${name}.url`, knownKeys(`${file}: ${name}`, profile, ['url', ...SETTINGS]).url);
  return profiles;
}
