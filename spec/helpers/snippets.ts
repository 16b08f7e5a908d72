import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import { ROOT, build, doors, node, runUntil, tsc } from './project.js';
import { sourceFacts } from './sourceFacts.js';

/** A block of TypeScript that a reader of the documentation may copy. */
export interface Snippet {
  readonly file: string;
  /** Line of its first line in the file, counted from 1. */
  readonly line: number;
  readonly code: string;
  /** Whether it is a whole program that the tests run: its fence says `ts run`. */
  readonly runs: boolean;
  /**
   * Whether the page shows the output in the `text` block after it, and it is the same each time, with a new server:
   * `ts run prints`.
   */
  readonly prints: boolean;
  /** The name under which the reader saves it, for others of its page to import: `file=service.ts`. */
  readonly saveAs: string | undefined;
  /** For a program that runs until it gets a SIGTERM: the text that it prints before that: `until="ready"`. */
  readonly until: string | undefined;
}

const PRELUDE = join(ROOT, 'spec/fixtures/docs-prelude.d.ts');
const FENCE = '```';
/** The end of the name of a folder that holds the snippets of one page, for the compiler alone. */
const PAGE = '.snippets';

/**
 * Every ```ts block of README.md, of docs/, and of the doc comments in lib/; in a comment, `@example` alone opens one
 * too.
 */
export function allSnippets(): Snippet[] {
  const pages = ['README.md', ...filesIn('docs', '.md')].flatMap((file) => fenced(file, read(file)));
  return [...pages, ...filesIn('lib', '.ts').flatMap((file) => fenced(file, comments(read(file))))];
}

/** Checks the types of all snippets in one program; the messages of each, in their order. */
export async function typeErrors(snippets: readonly Snippet[]): Promise<string[][]> {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache/documented-'));
  const options = {
    ...{ composite: false, incremental: false, declaration: false, declarationMap: false, noEmit: true },
    rootDir: ROOT,
    rootDirs: [ROOT, folder], // a snippet sees the files that are beside its page
    paths: Object.fromEntries(doors().map(({ name, source }) => [name, [join(ROOT, source)]])),
  };
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  try {
    const names = snippets.map(nameOf);
    snippets.forEach((snippet, i) => write(names[i]!, asModule(snippet)));
    const project = { extends: join(ROOT, 'tsconfig.json'), compilerOptions: options, files: [PRELUDE, ...names] };
    write('tsconfig.json', JSON.stringify(project));
    const found = await tsc(['-p', folder, '--pretty', 'false']).catch((error: Error) => error.message);
    const messages = found.split(/\n(?=\S)/).filter((text) => text.includes('error TS'));
    const inSnippet = (name: string) => messages.filter((text) => text.includes(`${name}(`));
    const general = messages.filter((text) => !names.some((name) => text.includes(`${name}(`)));
    return names.map((name) => [...general, ...inSnippet(name)].map(atPage));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let built: Promise<unknown> | undefined;

/**
 * Runs a snippet in a process of its own, in a folder of its own, beside the files of its page. `connectString` takes
 * the place of `127.0.0.1:2181`, and a server of the page listens on a free port. Gives the output.
 *
 * @param all the snippets of its page, or of all pages
 */
export async function runSnippet(snippet: Snippet, connectString: string, all: readonly Snippet[]): Promise<string> {
  await (built ??= build()); // the snippet imports the package by its name, which means dist/
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache/snippet-'));
  const save = ({ file, line, code, saveAs = `${basename(file)}.${line}.ts` }: Snippet) => {
    const program = join(folder, saveAs.replace(/\.ts$/, '.js'));
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const text = code.replaceAll('127.0.0.1:2181', connectString).replaceAll('port: 2181', 'port: 0');
    writeFileSync(program, ts.transpileModule(text, { compilerOptions }).outputText);
    return program;
  };
  try {
    for (const other of all) if (other.file === snippet.file && other.saveAs !== undefined) save(other);
    const program = save(snippet);
    if (snippet.until === undefined) return await node([program], { timeout: 60_000, cwd: folder });
    return await runUntil(process.execPath, [program], snippet.until, { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where a snippet stands for the compiler: files of one page stand in one folder. */
function nameOf({ file, line, saveAs }: Snippet): string {
  return join(`${file}${PAGE}`, saveAs ?? `${line}.ts`);
}

/** A message of the compiler, with the place in the page instead of that in the file that was compiled. */
function atPage(message: string): string {
  return message.replace(/^\.cache\/documented-\w+\/(.*)\.snippets\/.*?\((\d+),(\d+)\)/, '$1:$2:$3');
}

/** The same number of lines, with nothing left but the text of doc comments; an `@example` without fences gets them. */
function comments(source: string): string {
  const lines = docLines(source);
  let open = false; // inside an @example that has no fences of its own
  return lines
    .map((text, i) => {
      const ends = text === undefined || /^@\w/.test(text);
      if (open && ends) {
        open = false;
        return FENCE;
      }
      if (open || !text?.startsWith('@example')) return text ?? '';
      const after = lines.findIndex((line, j) => j > i && (line === undefined || /^@\w/.test(line)));
      open = !lines.slice(i, after).some((line) => line!.startsWith(FENCE));
      return open ? `${FENCE}ts` : text;
    })
    .join('\n');
}

/** Line for line the text of the doc comments; `undefined` for the lines outside, and for the last of each. */
function docLines(source: string): (string | undefined)[] {
  let inside = false;
  return source.split('\n').map((line) => {
    inside ||= /^\s*\/\*\*/.test(line);
    const text = inside ? line.replace(/^\s*\/?\*+(?!\/) ?/, '') : undefined;
    inside &&= !line.includes('*/');
    return inside ? text : undefined;
  });
}

function fenced(file: string, text: string): Snippet[] {
  const found: Snippet[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [, indent, language] = /^(\s*)```(.*)$/.exec(lines[at]!) ?? [];
    if (language === undefined) continue;
    const end = lines.findIndex((line, i) => i > at && line.trim() === FENCE);
    if (end < 0) throw new Error(`${file}:${at + 1} opens a block that nothing closes`);
    const [kind, ...marks] = language.trim().split(/\s+/);
    const code = lines
      .slice(at + 1, end)
      .map((line) => line.slice(indent!.length))
      .join('\n');
    const saveAs = /\bfile=(\S+)/.exec(language)?.[1];
    const until = /\buntil="(.*?)"/.exec(language)?.[1];
    if (kind === 'ts' || kind === 'typescript')
      found.push({
        ...{ file, line: at + 2, code, saveAs, until },
        ...{ runs: marks.includes('run'), prints: marks.includes('prints') },
      });
    at = end;
  }
  return found;
}

/**
 * A module whose line numbers are those of the file the snippet stands in. A snippet without an import is a fragment:
 * the names of its own file, of the package and of RxJS are imported for it.
 */
function asModule({ file, line, code }: Snippet): string {
  const scope = /^import\b/m.test(code) ? '' : scopeOf(file, code);
  return `${scope}${'\n'.repeat(line - 1)}${code}\nexport {};\n`;
}

function scopeOf(file: string, code: string): string {
  const own = file.startsWith('lib') ? [{ name: `../${basename(file, '.ts')}.js`, source: file }] : [];
  const scope = [...own, ...doors()].map(({ name, source }) => ({ module: name, names: exportsOf(source) }));
  const wanted = new Set([...code.matchAll(/(?<![.\w$])[A-Za-z_$][\w$]*/g)].map(([name]) => name));
  for (const [, name] of code.matchAll(/\b(?:const|let|using|function|class|interface|type) ([\w$]+)/g))
    wanted.delete(name!);
  const imports = [...scope, { module: 'rxjs', names: Object.keys(rxjs) }].map(({ module, names }) => {
    const used = names.filter((name) => wanted.delete(name));
    return used.length === 0 ? '' : `import { ${used.join(', ')} } from '${module}'; `;
  });
  return imports.join('');
}

const known = new Map<string, readonly string[]>();

/** The names that a file of lib/ exports, and those that it passes on. */
function exportsOf(source: string): readonly string[] {
  let names = known.get(source);
  if (names === undefined) known.set(source, (names = readExports(source)));
  return names;
}

function readExports(source: string): string[] {
  if (!ts.sys.fileExists(join(ROOT, source))) return [];
  return sourceFacts(source, read(source)).exports.flatMap((name) => {
    const [, all] = /^\* (.*)\.js$/.exec(name) ?? [];
    return all === undefined ? [name] : exportsOf(join(dirname(source), `${all}.ts`));
  });
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function filesIn(folder: string, end: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith(end))
    .map((file) => join(folder, file))
    .sort();
}
