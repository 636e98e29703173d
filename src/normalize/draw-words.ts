import { sharp, type OverlayOptions } from '../inspect/sharp.js';
import { LAYOUT_WIDTH } from './draw-layout.js';

const TITLE = { top: 744, height: 116, points: 44 } as const;
const ARTIST = { height: 44, points: 30 } as const;
const TEXT_WIDTH = 600;

/** What is written below the art. */
export interface Words {
  /** Pixels of the whole picture. */
  readonly width: number;
  readonly title: string;
  readonly artist: string | null;
}

const TITLE_MAX_LETTERS = 80;
const ARTIST_MAX_LETTERS = 60;

/** Title and artist below the art. Where the machine has no fonts the words are left out. */
export async function drawWords(words: Words): Promise<readonly OverlayOptions[]> {
  const scale = words.width / LAYOUT_WIDTH;
  const width = TEXT_WIDTH * scale;
  const title = await drawText(
    shorten(words.title, TITLE_MAX_LETTERS),
    'bold',
    TITLE.points * scale,
    { width, height: TITLE.height * scale },
  );
  const artist =
    words.artist === null
      ? null
      : await drawText(shorten(words.artist, ARTIST_MAX_LETTERS), 'normal', ARTIST.points * scale, {
          width,
          height: ARTIST.height * scale,
        });
  const placed: OverlayOptions[] = [];
  let top = Math.round(TITLE.top * scale);
  for (const text of [title, artist]) {
    if (text === null) continue;
    placed.push({ input: text.png, left: Math.round((words.width - text.width) / 2), top });
    top += text.height + Math.round(16 * scale);
  }
  return placed;
}

interface Drawn {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Words in any script, in white, made smaller where they do not fit; null where there is no way. */
async function drawText(
  words: string,
  weight: 'bold' | 'normal',
  points: number,
  room: { readonly width: number; readonly height: number },
): Promise<Drawn | null> {
  const text = `<span foreground="#ffffff" weight="${weight}">${escapeMarkup(words)}</span>`;
  try {
    const { data, info } = await sharp({
      text: {
        text,
        font: `sans ${Math.round(points)}`,
        dpi: 72,
        ...{ width: Math.round(room.width), align: 'centre', wrap: 'word-char', rgba: true },
      },
    })
      .resize(Math.round(room.width), Math.round(room.height), {
        fit: 'inside',
        withoutEnlargement: true,
      })
      .png()
      .toBuffer({ resolveWithObject: true });
    return { png: data, width: info.width, height: info.height };
  } catch {
    return null;
  }
}

/** So many letters as people count them, without control characters and half surrogates. */
function shorten(words: string, maxLetters: number): string {
  const plain = words.replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, ' ').trim();
  const letters = [...new Intl.Segmenter().segment(plain)].map(({ segment }) => segment);
  return letters.length <= maxLetters ? plain : `${letters.slice(0, maxLetters - 1).join('')}…`;
}

function escapeMarkup(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
