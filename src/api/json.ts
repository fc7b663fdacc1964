import { Fault } from '../../machines/model/fault.ts';

/** No attribute of the API is nested nearly as deep; deeper is an attack on whoever walks it. */
export const nestingMax = 32;

/** Parses a request's body; throws a Fault (400) that says where it stops being JSON. */
export function parseJson(text: string): unknown {
  checkNesting(text);
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault(400, `Request is not in valid JSON format: ${describe(text, errorAt(text))}`);
  }
}

/** By hand and in one pass: the parser itself would build what is to be refused. */
function checkNesting(text: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
      continue;
    }
    if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > nestingMax) {
      throw new Fault(400, `Request is nested deeper than ${nestingMax} levels.`);
    }
  }
}

function describe(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  const found = offset >= text.length ? 'the end' : JSON.stringify(text.slice(offset, offset + 1));
  return `unexpected ${found} at line ${line}, column ${column}`;
}

const space = /[ \t\n\r]*/y;
const mark = /[[\]{},:]/y;
const string = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;

/** The token at the offset: a mark itself, or which kind of value it is; null if it is none. */
function tokenAt(text: string, offset: number): { kind: string; end: number } | null {
  for (const [kind, expression] of [
    ['', mark],
    ['string', string],
    ['scalar', scalar],
  ] as const) {
    expression.lastIndex = offset;
    const match = expression.exec(text);
    if (match !== null) return { kind: kind === '' ? match[0] : kind, end: expression.lastIndex };
  }
  return null;
}

type Expecting = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

/**
 * Where a text that JSON.parse has refused goes wrong: the offset of the first token that can't
 * stand there. (The platform's own message leaves out the position for short texts.)
 */
function errorAt(text: string): number {
  const open: string[] = [];
  let expecting: Expecting = 'value';
  let offset = 0;
  for (;;) {
    space.lastIndex = offset;
    space.exec(text);
    const start = space.lastIndex;
    const found = tokenAt(text, start);
    const next: Expecting | null = found === null ? null : follow(expecting, found.kind, open);
    if (found === null || next === null) return start;
    expecting = next;
    offset = found.end;
  }
}

/** What may come after the token; null if the token itself may not come. */
function follow(expecting: Expecting, kind: string, open: string[]): Expecting | null {
  const value = expecting === 'value' || expecting === 'value or ]';
  const key = expecting === 'key' || expecting === 'key or }';
  if (kind === '{' && value) {
    open.push('}');
    return 'key or }';
  }
  if (kind === '[' && value) {
    open.push(']');
    return 'value or ]';
  }
  if (kind === ':') return expecting === ':' ? 'value' : null;
  if (kind === ',') {
    if (expecting !== ', or end' || open.length === 0) return null;
    return open.at(-1) === '}' ? 'key' : 'value';
  }
  if (kind === '}' || kind === ']') {
    const closes = expecting === ', or end' || expecting === `value or ${kind}`;
    if ((!closes && expecting !== `key or ${kind}`) || open.pop() !== kind) return null;
    return ', or end';
  }
  if (key) return kind === 'string' ? ':' : null;
  return value && (kind === 'string' || kind === 'scalar') ? ', or end' : null;
}
