import { copyFileSync, mkdirSync } from 'node:fs';

// The page of the report is put together from files that the compiler leaves alone.

const [from, to] = ['src/report/page', 'dist/report/page'];
mkdirSync(to, { recursive: true });
for (const name of ['report.css', 'viewer.js']) copyFileSync(`${from}/${name}`, `${to}/${name}`);
