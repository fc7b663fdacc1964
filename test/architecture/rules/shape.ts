import { posix } from 'node:path';
import { walk, type AstNode, type SourceFile } from '../source-file.ts';

export const fileLinesMax = 400;
export const functionLinesMax = 70;

const kebabFile = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const kebabFolder = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** File and folder names are words in lower case, joined by hyphens. */
export function nameViolations(path: string): string[] {
  const folders = posix.dirname(path).split('/');
  const isKebab =
    kebabFile.test(posix.basename(path)) && folders.every((folder) => kebabFolder.test(folder));
  return isKebab ? [] : [`${path} is not in kebab-case`];
}

export function fileLengthViolations({ path, text }: SourceFile): string[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines <= fileLinesMax ? [] : [`${path} has ${lines} lines; ${fileLinesMax} is the limit`];
}

/** Relative imports name the file as it is, because nothing resolves them before they run. */
export function extensionViolations(file: SourceFile): string[] {
  return file.imports
    .filter(
      ({ specifier }) => specifier.startsWith('.') && !/\.(ts|tsx|mjs|json|css)$/.test(specifier),
    )
    .map(
      ({ specifier, line }) => `${file.path}:${line} imports ${specifier} without its extension`,
    );
}

/**
 * A function's own lines: those of functions within it are theirs, so that a factory which
 * returns a record of small functions is not long.
 */
export function functionLengthViolations(file: SourceFile): string[] {
  const found: string[] = [];
  walk(file.program, (node) => {
    if (!isFunction(node)) return;
    const own = ownLines(file, node);
    if (own <= functionLinesMax) return;
    const line = file.lineOf(node);
    found.push(
      `${file.path}:${line} has a function of ${own} lines; ${functionLinesMax} is the limit`,
    );
  });
  return found;
}

function ownLines(file: SourceFile, outer: AstNode): number {
  const lines = linesOf(file, outer);
  walk(outer, (node) => {
    if (node === outer || !isFunction(node)) return;
    const inner = linesOf(file, node);
    // A function within one line shares it with its surroundings.
    if (inner.size > 1) for (const line of inner) lines.delete(line);
  });
  return lines.size;
}

function linesOf(file: SourceFile, node: AstNode): Set<number> {
  const first = file.lineOf(node);
  const last = file.lineOf({ start: node.end });
  return new Set(Array.from({ length: last - first + 1 }, (_, index) => first + index));
}

function isFunction(node: AstNode): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}
