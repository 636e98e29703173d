import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { messageOf, StatuscastError } from '../errors.js';
import type { SettingsSource } from '../resolve-settings.js';
import { defineConfig } from './define-config.js';

const NAME = /^statuscast\.config\.([cm]?[jt]s|json|ya?ml)$/;

/**
 * The config file of a folder, or null.
 * @throws StatuscastError `bad-settings` where there are several
 */
export async function findConfig(folder: string): Promise<string | null> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  const [first = null] = names;
  if (names.length > 1) throw fault(`${names.join(' and ')} are both here: keep one of them`);
  return first === null ? null : path.join(folder, first);
}

/**
 * What a config file holds, not checked yet; its kind is told by its name.
 * @throws StatuscastError `bad-settings` where it cannot be read
 */
export async function readConfig(file: string): Promise<SettingsSource> {
  const shown = path.relative('', file);
  let content: unknown;
  try {
    content = await readContent(file);
  } catch (thrown) {
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    const why = isMissing
      ? 'there is no such file'
      : messageOf(thrown).replaceAll(/\s+/g, ' ').trim();
    throw fault(`${shown} cannot be read: ${why}`, thrown);
  }
  const values = z.record(z.string(), z.unknown()).safeParse(content);
  if (!values.success) throw fault(`${shown} must hold settings by name`);
  return { origin: 'file', naming: 'name', where: `${shown}: `, values: values.data };
}

async function readContent(file: string): Promise<unknown> {
  const extension = path.extname(file);
  if (/^\.[cm]?[jt]s$/.test(extension)) return runModule(file);
  const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  if (extension === '.json') return parseJson(text);
  if (/^\.ya?ml$/.test(extension)) return parseYaml(text);
  throw new Error('its name must end in .ts, .js, .json or .yaml');
}

/** TypeScript on any Node; `statuscast` means this one, wherever it is installed. */
async function runModule(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(import.meta.url, {
    ...{ fsCache: false, moduleCache: false, interopDefault: false },
    virtualModules: { statuscast: { defineConfig } },
  });
  const module: { default?: unknown } = await jiti.import(path.resolve(file));
  if ('default' in module) return module.default;
  // CommonJS exports the settings themselves.
  if (Object.keys(module).length === 0) throw new Error('it has no default export');
  return module;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    // Some messages quote the file, which may hold a secret.
    const [, why = 'it is no JSON', position] =
      /^(.+?)(?: in JSON at position (\d+)|, [^]* is not valid JSON)/.exec(messageOf(thrown)) ?? [];
    const line = text.slice(0, Number(position)).split('\n').length;
    throw new Error(position === undefined ? why : `${why} in line ${line}`, { cause: thrown });
  }
}

/** Every value as the text that is there: a phone number keeps its `+` and its zero. */
async function parseYaml(text: string): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { schema: 'failsafe' });
  const [error] = document.errors;
  if (error !== undefined) throw new Error(error.message.split(':\n')[0], { cause: error });
  return document.contents === null ? {} : document.toJS();
}

function fault(text: string, cause?: unknown): StatuscastError {
  return new StatuscastError({ code: 'bad-settings', faults: [text] }, { cause });
}
