import path from 'node:path';

/** A file that says what is chosen for others, of its folder and below. */
export function isCaptionsFile(name: string): boolean {
  return /^captions\.(csv|ya?ml)$/i.test(name);
}

const TEXT = /\.txt$/i;

/** The tables among the files of a folder: one, or too many. */
export function findCaptionsFiles(files: Iterable<string>): readonly string[] {
  return [...files].filter(isCaptionsFile).toSorted();
}

/** A text, of which nobody knows yet whether a file will come that it is the caption of. */
export function isText(name: string): boolean {
  return TEXT.test(name);
}

/** Whether a change of it may change what is chosen for files. */
export function mayChoose(file: string): boolean {
  return isCaptionsFile(path.basename(file)) || isText(file);
}

/** `é` may be one character or two: a Mac writes two into names that its applications export. */
function fold(name: string): string {
  return name.normalize('NFC');
}

/**
 * The texts that hold the caption of a file beside them: `beach.txt` or `beach.jpg.txt` that of
 * `beach.jpg`.
 * @param names those of the files of one folder
 * @returns the text by the name of its file
 */
export function findCaptionTexts(names: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...names];
  const named = all
    .filter((name) => TEXT.test(name))
    .map((name) => [name.replace(TEXT, ''), name] as const);
  const texts = new Map([...named.map(([stem, name]) => [fold(stem), name] as const), ...named]);
  if (texts.size === 0) return texts;
  const others = all.filter((name) => !TEXT.test(name) && !isCaptionsFile(name));
  return new Map(
    others.flatMap((name) => {
      const stems = [name, path.parse(name).name];
      const [text] = [...stems, ...stems.map(fold)].flatMap((stem) => texts.get(stem) ?? []);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}
