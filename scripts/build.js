// Makes what runs in dist/, beside the declarations of the compiler: bundles of our own code, since
// its 190 files take a tenth of a second to load. They lie side by side: what is found by its place,
// as programs of their own and the page of the report are, is found there as it is in src/.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const DIST = 'dist';

const { metafile } = await build({
  entryPoints: [
    ...['src/cli.ts', 'src/index.ts'],
    ...['src/inspect/decode-heic.js', 'src/inspect/render-svg.js'],
  ],
  outdir: DIST,
  entryNames: '[name]',
  bundle: true,
  packages: 'external',
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  metafile: true,
});
// The names of chunks change with what is in them; who runs meanwhile finds what has stayed.
for (const name of readdirSync(DIST)) {
  const file = `${DIST}/${name}`;
  if (name.endsWith('.js') && metafile.outputs[file] === undefined) rmSync(file);
}

const PAGE = 'report/page';
mkdirSync(`${DIST}/page`, { recursive: true });
for (const name of ['report.css', 'viewer.js']) {
  copyFileSync(`src/${PAGE}/${name}`, `${DIST}/page/${name}`);
}
