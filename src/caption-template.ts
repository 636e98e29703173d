/** What stands in braces in a caption template, and what of a file it is. */
export const PLACEHOLDERS = ['name', 'folder', 'date', 'time'] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

export const TEMPLATE_PATTERN = new RegExp(`^([^{}]|\\{(${PLACEHOLDERS.join('|')})\\})*$`);

/** What is not said of a file is empty. */
export type CaptionFacts = Readonly<Record<Placeholder, string>>;

/** Whether it has to be known when a file was taken. */
export function wantsDate(template: string): boolean {
  return /\{(date|time)\}/.test(template);
}

/**
 * What stands between words: no letter, none of its marks, no digit, no placeholder, and no bracket
 * about another. Those that choose how an emoji is drawn belong to it.
 */
const EMOJI_MARKS = String.raw`\uFE0E\uFE0F\u20E3`;
const BEFORE = String.raw`(?:[^\p{L}\p{M}\p{N}{})\]]|[${EMOJI_MARKS}])*`;
const AFTER = String.raw`(?:[^\p{L}\p{M}\p{N}{}(\[]|[${EMOJI_MARKS}])*`;

/**
 * Fills a template in. Where there is nothing to put in, what separates it from the rest goes too:
 * `{name} — {date}` is the name alone then.
 */
export function fillTemplate(template: string, facts: CaptionFacts): string {
  const empty = PLACEHOLDERS.filter((name) => facts[name] === '').join('|');
  const gap = new RegExp(`(${BEFORE})(?:\\{(?:${empty})\\}(${AFTER}))+`, 'gu');
  const closed =
    empty === ''
      ? template
      : template.replaceAll(gap, (whole, before: string, after: string, at: number) => {
          const next = template[at + whole.length];
          if (at === 0 || next === undefined) return '';
          const one = /[([]/.test(next) ? '' : withoutBrackets(before);
          return one === '' ? withoutBrackets(after) : one;
        });
  return closed
    .replaceAll(/\{(\w+)\}/g, (word, given: string) => {
      const name = PLACEHOLDERS.find((known) => known === given);
      return name === undefined ? word : facts[name];
    })
    .trim();
}

function withoutBrackets(text: string): string {
  return text.replaceAll(/[()[\]]/g, '');
}
