// Bundles the command with esbuild: ESM with code splitting, so that pg, S3 and KMS are read from disk only when a
// target needs them. `module,main`: with esbuild's default main fields the AWS SDK's splitting breaks.
import { build } from 'esbuild';
import { chmod, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'));

/**
 * What stands in for the index of a package that loads far more than we call. A name that is not here and is imported
 * all the same breaks the build.
 */
const INSTEAD = {
  // The dispatchers and their methods, as undici's index puts them together; without fetch, WebSocket, caches and mocks.
  undici: `
    import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
    import api from 'undici/lib/api/index.js';
    Object.assign(Dispatcher.prototype, api);
    export { default as Agent } from 'undici/lib/dispatcher/agent.js';
    export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';`,
  // kubeconfig and authentication; without the API's client, port-forward, copy and top.
  '@kubernetes/client-node': `export { KubeConfig } from '@kubernetes/client-node/dist/config.js';`,
  // node-fetch, which client-node asks for a class of headers, falls back to it where Node has no URL of its own.
  'whatwg-url': `export default { URL, URLSearchParams };`,
};

/** @type {import('esbuild').Plugin} */
const leaner = {
  name: 'leaner',
  setup({ onResolve, onLoad }) {
    const names = Object.keys(INSTEAD).join('|');
    onResolve({ filter: new RegExp(`^(${names})$`) }, ({ path }) => ({ path, namespace: 'leaner' }));
    onLoad({ filter: /./, namespace: 'leaner' }, ({ path }) => ({
      contents: INSTEAD[path],
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    }));
  },
};

const common = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [leaner],
  define: { 'globalThis.RECOGNIZE_HEALTH_VERSION': JSON.stringify(version) },
  // Some of the bundled CommonJS packages call require() for Node's own modules.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
};

// `--plugin FILE`: the whole command in one file, that works wherever it is copied to.
const [option, file] = process.argv.slice(2);
if (option === '--plugin') {
  const outfile = file ?? 'release/kubectl-recognize';
  await build({ ...common, entryPoints: ['src/main.ts'], outfile });
  await chmod(outfile, 0o755);
} else {
  await rm(new URL('dist', import.meta.url), { recursive: true, force: true });
  await build({ ...common, entryPoints: { 'recognize-health': 'src/main.ts' }, outdir: 'dist', splitting: true });
  await chmod(new URL('dist/recognize-health.js', import.meta.url), 0o755);
}
