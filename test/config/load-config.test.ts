import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { writeConfigSchema } from '../../scripts/config-schema.js';
import { createSettings, loadConfig } from '../../src/index.js';
import { BUILT_IN_PROFILES } from '../../src/profiles.js';
import { listSettings } from '../../src/setting-names.js';
import { failureOf } from '../support/failure.js';
import { ROOT } from '../support/run-cli.js';
import { tempFolder } from '../support/temp-folder.js';

async function readmeConfig(): Promise<string> {
  const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');
  return /```yaml\n([^]*?)```/.exec(readme)?.[1] ?? '';
}

test('config.schema.json is what `npm run schema` writes', async () => {
  expect(await readFile(path.join(ROOT, 'config.schema.json'), 'utf8')).toBe(writeConfigSchema());
});

test('it describes every setting, and takes the config of the README', async () => {
  const schema = z
    .object({ properties: z.record(z.string(), z.looseObject({})) })
    .loose()
    .parse(JSON.parse(writeConfigSchema()));
  for (const { name, about } of listSettings()) {
    expect(schema.properties[name]?.['description']).toContain(about);
  }
  const validate = z.fromJSONSchema(schema);
  expect(validate.safeParse(parse(await readmeConfig())).error).toBeUndefined();
  expect(validate.safeParse({ fit: 'stretch' }).success).toBe(false);
  expect(validate.safeParse({ imageQualty: 80 }).success).toBe(false);
  expect(validate.safeParse({ profiles: { mine: { caption: 'x' } } }).success).toBe(false);
});

test("the library takes a file's settings on demand, and others over them", async () => {
  const folder = await tempFolder();
  const file = path.join(folder, 'statuscast.config.yaml');
  await writeFile(file, await readmeConfig());
  const settings = await loadConfig({ folder });
  expect(settings).toMatchObject({
    ...{ fit: 'blur', videoCrf: 20, loudness: true, imageQuality: 85 },
    participants: ['491701234567@c.us', '441632960001@c.us'],
  });
  expect(
    await loadConfig({ file, settings: { profile: 'small', participants: [] } }),
  ).toMatchObject({ ...BUILT_IN_PROFILES['small'], fit: 'crop', participants: [] });
});

test('without a file there are the defaults, but a file that is named must be there', async () => {
  const folder = await tempFolder();
  expect(await loadConfig({ folder })).toEqual(createSettings());
  const file = path.join(folder, 'none.json');
  expect((await failureOf(loadConfig({ file }))).message).toContain('there is no such file');
});
