import { isNode, stringOf, walk, type AstNode, type SourceFile } from '../source-file.ts';

const comparisons = new Set(['===', '!==', '==', '!=']);

/**
 * One sentence for each decision that is taken by a driver's name. Whatever differs between drivers
 * is a capability in the driver's descriptor, so that a new driver changes no code but its own.
 */
export function driverNameViolations(file: SourceFile, drivers: readonly string[]): string[] {
  const others = drivers.filter((name) => !file.path.startsWith(`drivers/${name}/`));
  const found: string[] = [];
  walk(file.program, (node) => {
    const name = comparedStrings(node).find((text) => others.includes(text));
    if (name === undefined) return;
    const place = `${file.path}:${file.lineOf(node)}`;
    found.push(`${place} decides by the driver's name '${name}': ask its descriptor instead`);
  });
  return found;
}

function comparedStrings(node: AstNode): string[] {
  if (node.type === 'BinaryExpression' && comparisons.has(String(node['operator']))) {
    return [stringOf(node['left']), stringOf(node['right'])].filter((text) => text !== null);
  }
  if (node.type === 'SwitchCase') return [stringOf(node['test'])].filter((text) => text !== null);
  if (node.type === 'CallExpression') return stringsOfIncludes(node);
  return [];
}

/** `['haproxy', 'memory'].includes(name)` is the same decision in other words. */
function stringsOfIncludes(node: AstNode): string[] {
  const callee = node['callee'];
  if (!isNode(callee) || callee.type !== 'MemberExpression') return [];
  const list = callee['object'];
  const property = callee['property'];
  const isIncludes = isNode(property) && property['name'] === 'includes';
  if (!isIncludes || !isNode(list) || list.type !== 'ArrayExpression') return [];
  const elements = Array.isArray(list['elements']) ? list['elements'] : [];
  return elements.map(stringOf).filter((text) => text !== null);
}
