import { inspect } from 'node:util';
import { StatuscastError } from '../../src/errors.js';
import { ACCOUNT } from './sandbox-client.js';

/** So much of the token or the id in a row is no chance. */
const PIECE_LENGTH = 7;

/** The pieces of the token and of the idInstance that show in anything one may see of a value. */
export function secretsIn(value: unknown): readonly string[] {
  const shown = facesOf(value).join('\n').toLowerCase();
  return Object.values(ACCOUNT)
    .flatMap(piecesOf)
    .filter((piece) => shown.includes(piece));
}

/** All that a logger, a debugger or a reporter may show of a value. */
function facesOf(value: unknown): readonly string[] {
  const faces = [inspect(value, { depth: 20, showHidden: true, getters: true }), String(value)];
  for (let link = value; link instanceof Error; link = link.cause) {
    faces.push(link.message, link.stack ?? '');
    if (link instanceof StatuscastError) faces.push(JSON.stringify(link.facts));
  }
  return [...faces, JSON.stringify(value) ?? ''];
}

function piecesOf(secret: string): readonly string[] {
  const count = secret.length - PIECE_LENGTH + 1;
  return Array.from({ length: count }, (_, at) => secret.slice(at, at + PIECE_LENGTH));
}
