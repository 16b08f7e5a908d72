import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The links of a page of Markdown that lead nowhere: to a file that is not there, or to a heading that it has not. */
export function deadLinks(folder: string, page: string): string[] {
  const text = readFileSync(join(folder, page), 'utf8').replace(/^```.*?^```/gms, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^(https?|mailto):/.test(link) && !leadsSomewhere(folder, page, link))
    .map((link) => `${page}: ${link}`);
}

function leadsSomewhere(folder: string, page: string, link: string): boolean {
  const [file = '', heading] = link.split('#');
  const target = file === '' ? join(folder, page) : join(folder, dirname(page), file);
  if (relative(folder, target).startsWith('..') || !existsSync(target)) return false;
  return heading === undefined || headings(readFileSync(target, 'utf8')).has(heading);
}

/** The anchors of the headings, as GitHub and npm make them. */
function headings(text: string): ReadonlySet<string> {
  const titles = [...text.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, title]) => title!);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-')
    )
  );
}
