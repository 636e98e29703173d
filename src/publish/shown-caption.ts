/**
 * Whether the journal may show a status of one caption as one of another. It may leave captions out:
 * then it may be any.
 */
export function mayShowAs(caption: string, shown: string): boolean {
  return plainCaption(shown) === '' || plainCaption(shown) === plainCaption(caption);
}

/** A caption as it may come back: in another form of Unicode, with other blanks around its lines. */
export function plainCaption(caption: string): string {
  return caption
    .normalize('NFC')
    .replace(/\s*\n\s*/g, '\n')
    .trim();
}
