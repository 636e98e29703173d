// Loaded before a program that is measured: leaves its highest resident memory, in kilobytes.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const file = process.env['NOTE_PEAK'];
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS));
});
