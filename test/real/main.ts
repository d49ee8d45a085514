// `npm run test:real`: builds the parts that others wrote, and runs tests on them in namespaces of their own.
// What stands behind `--` goes to vitest: file names, `-t`. Without it: test/real, and the suite on the real API server.
// `--build` builds what is not kept yet, and that is all. `--minio`, or RECOGNIZE_HEALTH_MINIO=1 as a nightly run has it,
// adds MinIO, which takes minutes to build.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enclosed } from './bed/enclosure.ts';
import { buildMissing } from './bed/keep.ts';
import { missingLine, missingTools, TOOLS, type Tool } from './bed/tools.ts';
import { BUILDS, BUILDS_WITH_MINIO } from './parts/index.ts';

const given = process.argv.slice(2);
const wanted = given.filter((argument) => !['--minio', '--build'].includes(argument));
const withMinio = given.includes('--minio') || process.env['RECOGNIZE_HEALTH_MINIO'] === '1';

const tell = (line: string): void => void process.stderr.write(`test:real: ${line}\n`);

const missing = missingTools(Object.keys(TOOLS) as Tool[]);
if (missing.length > 0) {
  process.stderr.write(`${missingLine(missing)}\n`);
  process.exit(2);
}
try {
  await buildMissing(withMinio ? BUILDS_WITH_MINIO : BUILDS, tell);
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
if (given.includes('--build')) process.exit(0);

// Everything that a run writes stands in one folder, which goes with it.
const folder = mkdtempSync(join(tmpdir(), 'real-'));
// PostgreSQL runs as another user where we are root.
chmodSync(folder, 0o755);
const loader = createRequire(import.meta.url).resolve('tsx');
const [program, args] = enclosed(
  [process.execPath, '--import', loader, join(import.meta.dirname, 'inside.ts'), ...wanted],
  { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
);
const run = spawn(program, args, {
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
    TMPDIR: folder,
    RECOGNIZE_HEALTH_MINIO: withMinio ? '1' : '0',
  },
});
// PID 1 of a namespace does not hear a signal that it has no handler for; the kernel ends the rest with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => run.kill('SIGKILL'));
const code = await new Promise<number>((resolve) => {
  run.once('error', (error) => {
    tell(`no namespaces of our own here: ${error.message}`);
    resolve(2);
  });
  run.once('close', (ended) => resolve(ended ?? 1));
});
rmSync(folder, { recursive: true, force: true });
process.exitCode = code;
