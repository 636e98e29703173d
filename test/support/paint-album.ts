import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { tempFolder } from './temp-folder.js';

/** A folder `album` of tiny pictures, each of its own colour, in a folder of its own. */
export async function paintAlbum(files: number): Promise<string> {
  const cwd = await tempFolder();
  await mkdir(path.join(cwd, 'album'));
  for (let number = 1; number <= files; number++) {
    const background = { r: number * 10, g: 255 - number * 10, b: 90 };
    const picture = sharp({ create: { width: 45, height: 80, channels: 3, background } });
    await picture.png().toFile(path.join(cwd, 'album', `${number}.png`));
  }
  return cwd;
}
