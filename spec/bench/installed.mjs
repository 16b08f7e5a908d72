import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';

/** The packages to compare with are no dependencies of this one: they are installed beside it, once. */
export function installed(folder, packages) {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(`${folder}/package.json`))
    writeFileSync(
      `${folder}/package.json`,
      `${JSON.stringify({ private: true, allowScripts: Object.fromEntries(packages.map((name) => [name, true])) })}\n`
    );
  const missing = packages.filter((name) => !existsSync(`${folder}/node_modules/${name}/package.json`));
  if (missing.length === 0) return folder;
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', ...missing], {
      cwd: folder,
      stdio: 'ignore',
      timeout: 300_000,
    });
  } catch (error) {
    console.log(`cannot install ${missing.join(', ')}, goes on without: ${error.message}`);
  }
  return folder;
}
