import { isNode, walk, type AstNode, type SourceFile } from '../source-file.ts';

/** Files that may touch ambient time, timers, randomness and ids, each with the reason. */
const exceptions: readonly { readonly path: RegExp; readonly reason: string }[] = [
  { path: /^src\/adapters\/system-clock\.ts$/, reason: 'it is the real clock' },
  { path: /^src\/adapters\/system-random\.ts$/, reason: 'it is the real randomness' },
  {
    path: /^simulator\/world\/drain\.ts$/,
    reason: 'it gives real input and output a turn; virtual time does not pass by it',
  },
  {
    path: /^src\/inspector\/page\/clock\.ts$/,
    reason: 'it is the clock of a browser, which has no port of ours, and draws by its frames',
  },
  { path: /^src\/setup\/[^/]+\.mjs$/, reason: 'the set-up runs before there is a clock' },
];

/** Global functions that set timers. */
const timers = new Set(['setTimeout', 'setInterval', 'setImmediate']);

/** Members of ambient objects; `*` is any object, because a module may be imported under any name. */
const members: readonly { readonly object: string; readonly property: string }[] = [
  { object: 'Date', property: 'now' },
  { object: 'performance', property: 'now' },
  { object: 'performance', property: 'timeOrigin' },
  { object: 'Math', property: 'random' },
  { object: 'process', property: 'hrtime' },
  { object: 'process', property: 'uptime' },
  { object: 'AbortSignal', property: 'timeout' },
  { object: '*', property: 'randomUUID' },
  { object: '*', property: 'randomBytes' },
  { object: '*', property: 'randomInt' },
  { object: '*', property: 'getRandomValues' },
];

const timerModules = /^(node:)?timers(\/promises)?$/;
const bannedImports: readonly { readonly module: RegExp; readonly names: readonly string[] }[] = [
  {
    module: /^(node:)?crypto$/,
    names: ['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues'],
  },
  { module: /^(node:)?perf_hooks$/, names: ['performance'] },
  { module: /^(node:)?process$/, names: ['hrtime', 'uptime'] },
];

/** One sentence for each use of time, timers, randomness or ids that doesn't come from a port. */
export function ambientViolations(file: SourceFile): string[] {
  if (exceptions.some(({ path }) => path.test(file.path))) return [];
  const found: string[] = [];
  const report = (line: number, what: string) =>
    found.push(`${file.path}:${line} uses ${what}: take it from the Clock or Random port`);
  for (const { specifier, names, line } of file.imports) {
    if (timerModules.test(specifier)) report(line, specifier);
    const banned = bannedImports.filter(({ module }) => module.test(specifier));
    for (const name of banned.flatMap((each) => each.names)) {
      if (names.includes(name)) report(line, `${name} of ${specifier}`);
    }
  }
  walk(file.program, (node, ancestors) => {
    const what = ambientUse(node, ancestors.at(-1));
    if (what !== null) report(file.lineOf(node), what);
  });
  return found;
}

function ambientUse(node: AstNode, parent: AstNode | undefined): string | null {
  if (node.type === 'Identifier') return timerUse(node, parent);
  if (node.type === 'MemberExpression') return memberUse(node);
  return dateUse(node);
}

/** A timer's name where it is read as a variable; a property of that name is somebody's own. */
function timerUse(node: AstNode, parent: AstNode | undefined): string | null {
  const name = nameOf(node);
  if (!timers.has(name) || parent === undefined) return null;
  const isMember = parent.type === 'MemberExpression' && parent['property'] === node;
  if (isMember) return nameOf(parent['object']) === 'globalThis' ? `globalThis.${name}` : null;
  // `{ setTimeout }` has the name twice: as a key, and as the variable that is read.
  const isKey = parent['key'] === node && parent['computed'] !== true;
  // An import of that name is told by its module.
  return isKey || parent.type.startsWith('Import') ? null : name;
}

function memberUse(node: AstNode): string | null {
  const object = nameOf(node['object']);
  const property = nameOf(node['property']);
  const banned = members.find(
    (each) => each.property === property && (each.object === '*' || each.object === object),
  );
  return banned === undefined ? null : `${object}.${property}`;
}

/** `new Date()` and `Date()` read the clock; `new Date(number)` only formats. */
function dateUse(node: AstNode): string | null {
  if (nameOf(node['callee']) !== 'Date') return null;
  const takesArguments = Array.isArray(node['arguments']) && node['arguments'].length > 0;
  if (node.type === 'NewExpression') return takesArguments ? null : 'new Date()';
  return node.type === 'CallExpression' ? 'Date()' : null;
}

/** The last name of `a`, `b.a` or `b['a']`. */
function nameOf(value: unknown): string {
  if (!isNode(value)) return '';
  if (value.type === 'MemberExpression') return nameOf(value['property']);
  const name = value['name'] ?? value['value'];
  return typeof name === 'string' ? name : '';
}
