import { CREDENTIAL_VARIABLES } from '../green-api/credentials.js';
import { maskIdInstance } from '../green-api/redact.js';
import { BUILT_IN_PROFILES } from '../profiles.js';
import type { Streams } from '../report/write-events.js';
import { listSettings, type Setting } from '../setting-names.js';
import type { Settings } from '../settings.js';
import { EXIT } from './exit-codes.js';
import type { ReadCall } from './flags.js';

export interface ConfigRequest extends ReadCall {
  readonly json: boolean;
}

interface Row {
  readonly name: string;
  readonly value: string;
  readonly from: string;
}

/** `statuscast config`: what comes of all sources, and where each value is from. */
export function showConfig(request: ConfigRequest, { stdout }: Streams): number {
  const { settings, originOf, file, json } = request;
  const account = describeAccount(request);
  if (json) {
    const { audiences, profiles } = settings;
    const values = listSettings().map(({ name }) => {
      return [name, { value: settings[name], from: originOf(name) }] as const;
    });
    const shown = { file, settings: Object.fromEntries(values), audiences, profiles, account };
    stdout.write(`${JSON.stringify({ type: 'config', ...shown })}\n`);
    return EXIT.done;
  }
  const blocks = new Map<string, Row[]>();
  for (const setting of listSettings()) {
    const rows = blocks.get(setting.group) ?? [];
    rows.push(describeSetting(setting, request));
    blocks.set(setting.group, rows);
  }
  const audiences = Object.entries(settings.audiences).map(([name, contacts]) => {
    return { name, value: contacts.join(', '), from: '' };
  });
  if (audiences.length > 0) blocks.set('Audiences', audiences);
  blocks.set('The account', [...account]);
  const profiles = new Set([...Object.keys(BUILT_IN_PROFILES), ...Object.keys(settings.profiles)]);
  stdout.write(
    `Config file: ${file ?? 'none here (statuscast.config.ts, .js, .json or .yaml)'}\n` +
      `Profile: ${settings.profile} (there are ${[...profiles].join(', ')})\n`,
  );
  for (const [title, rows] of blocks) {
    const lines = rows.map(({ name, value, from }) =>
      `  ${name.padEnd(22)} ${value.padEnd(30)} ${from}`.trimEnd(),
    );
    stdout.write(`\n${[title, ...lines].join('\n')}\n`);
  }
  return EXIT.done;
}

function describeSetting(
  { name, type }: Setting,
  { settings, originOf, file }: ConfigRequest,
): Row {
  const origin = originOf(name);
  const places = { file: file ?? origin, profile: `profile ${settings.profile}` };
  const from = origin === 'file' || origin === 'profile' ? places[origin] : origin;
  return { name, value: describeValue(settings[name], type), from };
}

function describeValue(value: Settings[Setting['name']], type: Setting['type']): string {
  if (typeof value === 'object') return value.length === 0 ? 'all contacts' : value.join(', ');
  // Quoted: a text may be empty, or hold lines.
  return type === 'text' ? JSON.stringify(value) : String(value);
}

function describeAccount({ env, dotenv }: ConfigRequest): readonly Row[] {
  return CREDENTIAL_VARIABLES.map((name) => {
    const value = (env[name] ?? '').trim();
    if (value === '') return { name, value: 'not set', from: '' };
    const from = dotenv[name] === undefined ? 'environment' : '.env';
    return { name, value: mask(name, value), from };
  });
}

/** The token not at all, of the idInstance its end, of an address its host: people paste whole ones. */
function mask(name: string, value: string): string {
  if (name.endsWith('_URL')) return URL.canParse(value) ? new URL(value).origin : 'no address';
  return name.endsWith('_ID_INSTANCE') ? maskIdInstance(value) : '******';
}
