/** Writes config.schema.json: the settings for editors, made of the one schema. */
import { writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { BUILT_IN_PROFILES } from '../src/profiles.js';
import { settingFacts } from '../src/setting-fields.js';
import { isOfOutputs, settingNames } from '../src/setting-names.js';
import { settingsSchema, type SettingName } from '../src/settings.js';

const FILE = new URL('../config.schema.json', import.meta.url);

/** The text of config.schema.json. */
export function writeConfigSchema(): string {
  const { properties = {} } = z.toJSONSchema(settingsSchema, {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const facts = zodSchema instanceof z.ZodType ? settingFacts.get(zodSchema) : undefined;
      if (facts === undefined) return;
      const unit = facts.type === 'number' ? ` (${facts.unit.toLowerCase()})` : '';
      jsonSchema.description = `${facts.about}${unit}`;
    },
  });
  const list = { type: ['array', 'string'], items: { type: 'string' } };
  const settings = new Map(settingNames.map((name) => [name, properties[name]]));
  const of = (name: SettingName) => z.record(z.string(), z.unknown()).parse(settings.get(name));
  // 65 or "1:05".
  settings.set('start', { ...of('start'), type: ['number', 'string'] });
  const ofOutputs = settingNames.filter(isOfOutputs).map((name) => {
    return [name, { ...of(name), default: undefined }] as const;
  });
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'statuscast.config',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(settings),
      // Numbers and audiences as people write them; what machines have differs.
      participants: { description: of('participants')['description'], ...list },
      concurrency: { ...of('concurrency'), default: undefined },
      profile: { ...of('profile'), examples: Object.keys(BUILT_IN_PROFILES) },
      audiences: {
        description: 'Lists of phone numbers by name, for participants',
        ...{ type: 'object', additionalProperties: { ...list, minItems: 1, minLength: 1 } },
      },
      profiles: {
        description: 'Settings of outputs by name, for profile',
        type: 'object',
        additionalProperties: {
          ...{ type: 'object', additionalProperties: false },
          properties: Object.fromEntries(ofOutputs),
        },
      },
    },
    additionalProperties: false,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (process.argv[1]?.endsWith('config-schema.ts') === true)
  await writeFile(FILE, writeConfigSchema());
