// Bundles the command with esbuild: ESM with code splitting, so that pg, S3 and KMS are read from disk only when a
// target needs them. `module,main`: with esbuild's default main fields the AWS SDK's splitting breaks.
import { build } from 'esbuild';
import { chmod, readFile, rm } from 'node:fs/promises';

const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'));

await rm(new URL('dist', import.meta.url), { recursive: true, force: true });
await build({
  entryPoints: { 'recognize-health': 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  minifySyntax: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'globalThis.RECOGNIZE_HEALTH_VERSION': JSON.stringify(version) },
  // Some of the bundled CommonJS packages call require() for Node's own modules.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});
await chmod(new URL('dist/recognize-health.js', import.meta.url), 0o755);
