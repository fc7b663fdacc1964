import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The five floors, lowest first. */
export const floors = ['machines', 'drivers', 'src', 'simulator', 'test'] as const;

/** Any node of the syntax tree, as ESTree has it. */
export interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `import('x')`: carried out when the code is reached, not when the file is loaded. */
  readonly isDynamic: boolean;
  /** The names that are imported; empty for `import *` and for whole modules. */
  readonly names: readonly string[];
}

export interface SourceFile {
  /** From the checkout's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: AstNode;
  readonly imports: readonly Import[];
  lineOf(node: { readonly start: number }): number;
}

/** Parses one file; throws with its first syntax error. */
export function parseSource(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text);
  const [broken] = parsed.errors;
  if (broken !== undefined) throw new SyntaxError(`${path}: ${broken.message}`);
  const program = parsed.program as unknown as AstNode;
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((found) => found.index + 1)];
  const lineOf = (node: { readonly start: number }) =>
    lineStarts.findLastIndex((start) => start <= node.start) + 1;
  return { path, text, program, lineOf, imports: importsOf(program, lineOf) };
}

/** Every source file of the given folders. */
export function readSources(folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => listFiles(folder))
    .filter((path) => /\.(ts|tsx|mts|js|mjs)$/.test(path))
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** Every file below a folder of the checkout, by its path from the root. */
export function listFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/** Calls `visit` for each node with the nodes around it, the innermost last. */
export function walk(
  node: AstNode,
  visit: (node: AstNode, ancestors: readonly AstNode[]) => void,
  ancestors: readonly AstNode[] = [],
): void {
  visit(node, ancestors);
  const around = [...ancestors, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) walk(child, visit, around);
    }
  }
}

export function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** The value of a string literal; null for everything else. */
export function stringOf(value: unknown): string | null {
  if (!isNode(value) || value.type !== 'Literal') return null;
  return typeof value['value'] === 'string' ? value['value'] : null;
}

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

function importsOf(program: AstNode, lineOf: SourceFile['lineOf']): Import[] {
  const imports: Import[] = [];
  walk(program, (node) => {
    if (!importing.has(node.type)) return;
    const specifier = stringOf(node['source']);
    if (specifier === null) return;
    const isDynamic = node.type === 'ImportExpression';
    imports.push({ specifier, line: lineOf(node), isDynamic, names: namesOf(node) });
  });
  return imports;
}

function namesOf(node: AstNode): string[] {
  const specifiers = Array.isArray(node['specifiers']) ? node['specifiers'].filter(isNode) : [];
  return specifiers.flatMap((each) => {
    const name = each['imported'] ?? each['local'];
    return isNode(name) && typeof name['name'] === 'string' ? [name['name']] : [];
  });
}
