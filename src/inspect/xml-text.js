// Plain JavaScript because a program of its own reads it too: render-svg.js.

/** How much of a file is searched for its root element: the prolog of a drawing is seldom long. */
export const PROLOG_MAX_BYTES = 256 * 1024;

/**
 * XML as text without byte order mark and declaration, whatever its encoding; null for bytes that
 * are no text in it.
 * @param {Buffer} bytes the file, or its beginning
 * @returns {string | null}
 */
export function decodeXml(bytes) {
  try {
    // A beginning may end inside a character: `stream` leaves that one out.
    const decoder = new TextDecoder(encodingOf(bytes), { fatal: true });
    return decoder.decode(bytes, { stream: true }).replace(/^\s*<\?xml\s[^>]*\?>/, '');
  } catch {
    return null;
  }
}

/** @param {Buffer} bytes */
function encodingOf(bytes) {
  const start = bytes.toString('latin1', 0, 200);
  if (start.startsWith('\xff\xfe') || start.startsWith('<\0')) return 'utf-16le';
  if (start.startsWith('\xfe\xff') || start.startsWith('\0<')) return 'utf-16be';
  const named = /^\s*<\?xml\s[^>]*encoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1];
  // One that names UTF-16 and is read so far has bytes of one, whatever it says.
  return named === undefined || /^utf-?16/i.test(named) ? 'utf-8' : named;
}

/**
 * The name of the element that a document consists of, without its prefix: `svg`, `html`. Null
 * where none is found behind declarations, comments and the document type.
 * @param {string} text
 */
export function rootElementOf(text) {
  let at = 0;
  for (;;) {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    const end = endOfProlog(text, at);
    if (end === null) break;
    at = end;
  }
  return /^<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]/.exec(text.slice(at, at + 200))?.[1] ?? null;
}

/**
 * Where what may stand before the root element ends; null where there is nothing of the kind.
 * @param {string} text
 * @param {number} at
 */
function endOfProlog(text, at) {
  if (text.startsWith('<!--', at)) return endOf(text, '-->', at + 4);
  if (text.startsWith('<?', at)) return endOf(text, '?>', at);
  if (!/^<!doctype/i.test(text.slice(at, at + 9))) return null;
  const bracket = text.indexOf('[', at);
  const close = text.indexOf('>', at);
  return bracket !== -1 && bracket < close ? endOf(text, ']>', bracket) : endOf(text, '>', at);
}

/**
 * @param {string} text
 * @param {string} mark
 * @param {number} from
 */
function endOf(text, mark, from) {
  const at = text.indexOf(mark, from);
  return at === -1 ? null : at + mark.length;
}
