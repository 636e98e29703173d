import { clean } from './format.js';

/** Text that is HTML already: made by `markup` alone. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = string | number | Html | null | readonly Value[];

/**
 * HTML of a template: whatever is put in is escaped, for text and for quoted attributes, unless it is
 * such HTML itself. Null is nothing, a list is its items.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const parts = strings.map((text, at) => text + textOf(values[at] ?? null));
  return new Html(parts.join(''));
}

function textOf(value: Value): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(textOf).join('');
  return escape(String(value));
}

/** Lines stay lines; no other control character, nor one that turns the text around, is let in. */
function escape(text: string): string {
  const cleaned = text.split('\n').map(clean).join('\n');
  return cleaned.replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
