// Makes what runs in dist/, beside the declarations of the compiler: bundles of our own code, since
// its 190 files take a tenth of a second to load, and of what every call loads of others, since
// their 190 take as long. They lie side by side: what is found by its place, as programs of their
// own and the page of the report are, is found there as it is in src/.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const DIST = 'dist';

/** Plain JavaScript that every call needs. They stay dependencies: our declarations name types of theirs. */
const BUNDLED = new Set([
  ...[
    'async-mutex',
    'commander',
    'dataloader',
    'exif-reader',
    'file-type',
    'is-unicode-supported',
    'leven',
  ],
  ...['p-queue', 'p-retry', 'signal-exit', 'undici', 'zod'],
]);

/**
 * Of undici's 130 files those that make requests: what imitates a browser, mocks and caches take
 * 0.1 s to load. Our code calls no more than these.
 */
const REQUESTS_OF_UNDICI = `
import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
Dispatcher.prototype.request = request;
export { Agent };
`;

/** @type {import('esbuild').Plugin} */
const requestsOfUndici = {
  name: 'requests-of-undici',
  setup(bundle) {
    bundle.onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, namespace: 'requests' }));
    bundle.onLoad({ filter: /./, namespace: 'requests' }, () => ({
      contents: REQUESTS_OF_UNDICI,
      resolveDir: '.',
    }));
  },
};

/** @type {{ dependencies: Record<string, string> }} */
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

const { metafile } = await build({
  entryPoints: [
    ...['src/cli.ts', 'src/index.ts'],
    ...['src/inspect/decode-heic.js', 'src/inspect/render-svg.js'],
  ],
  outdir: DIST,
  entryNames: '[name]',
  bundle: true,
  external: Object.keys(dependencies).filter((name) => !BUNDLED.has(name)),
  // What is CommonJS among them asks for modules of Node.
  banner: {
    js: "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);",
  },
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  metafile: true,
  plugins: [requestsOfUndici],
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
// The last of all: by it `prepare.js` tells that the build was not broken off.
writeFileSync(`${DIST}/licenses.txt`, licensesOf(Object.keys(metafile.inputs)));

/**
 * What the licenses of the bundled packages ask to be passed on with them.
 * @param {readonly string[]} files
 */
function licensesOf(files) {
  const roots = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? '');
  return [...new Set(roots)]
    .filter((root) => root !== '')
    .toSorted()
    .map(licenseOf)
    .join('\n');
}

/** @param {string} root of a package */
function licenseOf(root) {
  /** @type {{ name: string, version: string, license: string }} */
  const { name, version, license } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  const file = readdirSync(root).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : `\n${readFileSync(`${root}/${file}`, 'utf8').trim()}\n`;
  return `${name} ${version}, ${license}\n${text}`;
}
