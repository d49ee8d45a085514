// `npm run test:real`: builds the parts that others wrote, and runs tests on them in namespaces of their own.
// What stands behind `--` goes to vitest: file names, `-t`. Without it: test/real, and the suite on the real API server.
// `--build` builds what is not kept yet, and that is all. `--minio`, or RECOGNIZE_HEALTH_MINIO=1 as a nightly run has it,
// adds MinIO, which takes minutes to build.
import { join } from 'node:path';
import { runEnclosed } from './bed/enclosure.ts';
import { buildMissing } from './bed/keep.ts';
import { missingLine, missingTools, TOOLS, type Tool } from './bed/tools.ts';
import { canHaveImage, IMAGE_BUILDS, IMAGE_TOOLS, isImageWanted } from './parts/image.ts';
import { BUILDS, BUILDS_WITH_MINIO } from './parts/index.ts';

const given = process.argv.slice(2);
const wanted = given.filter((argument) => !['--minio', '--build'].includes(argument));
const withMinio = given.includes('--minio') || process.env['RECOGNIZE_HEALTH_MINIO'] === '1';

const tell = (line: string): void => void process.stderr.write(`test:real: ${line}\n`);

const withImage = isImageWanted(wanted) && canHaveImage;
if (isImageWanted(wanted) && !canHaveImage) {
  tell('the image is neither built nor run: debootstrap and chroot ask for root');
  // Its tests are skipped; where nothing may be, that is a failure.
  if (process.env['CI'] === 'true') process.exit(1);
}
const missing = missingTools((Object.keys(TOOLS) as Tool[]).filter((tool) => withImage || !IMAGE_TOOLS.includes(tool)));
if (missing.length > 0) {
  process.stderr.write(`${missingLine(missing)}\n`);
  process.exit(2);
}
try {
  await buildMissing([...(withMinio ? BUILDS_WITH_MINIO : BUILDS), ...(withImage ? IMAGE_BUILDS : [])], tell);
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
if (given.includes('--build')) process.exit(0);

process.exitCode = await runEnclosed(join(import.meta.dirname, 'inside.ts'), wanted, {
  RECOGNIZE_HEALTH_MINIO: withMinio ? '1' : '0',
});
