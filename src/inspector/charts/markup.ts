/** Text that stays text in markup and in attributes; what XML can't carry at all becomes a question mark. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

type Attributes = Readonly<Record<string, string | number>>;

/** An element; the attributes' values are escaped here, what is within has to be markup already. */
export function element(name: string, attributes: Attributes, within = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeMarkup(String(value))}"`)
    .join('');
  return within === '' ? `<${name}${written}/>` : `<${name}${written}>${within}</${name}>`;
}

export function textElement(className: string, x: number, y: number, text: string): string {
  return element('text', { class: className, x, y }, escapeMarkup(text));
}
