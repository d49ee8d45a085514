// `npm run bench -- --real`: the same measurements where a real API server can be had, in a network namespace of their own.
import { runEnclosed, POD_NETWORK } from '../../test/real/bed/enclosure.ts';
import { buildMissing } from '../../test/real/bed/keep.ts';
import { missingLine, missingTools } from '../../test/real/bed/tools.ts';
import { CONTROL_PLANE } from '../../test/real/parts/control-plane.ts';
import { ON_REAL } from './api-server.ts';

/** Runs the bench again, enclosed, without the option; builds the API server when it is not kept. */
export async function onRealApiServer(
  program: string,
  argv: readonly string[],
  err: (line: string) => void,
): Promise<number> {
  const missing = missingTools(['go', 'unshare', 'setpriv', 'flock', 'ip']);
  if (missing.length > 0) {
    err(missingLine(missing, 'npm run bench -- --real'));
    return 2;
  }
  try {
    await buildMissing([CONTROL_PLANE], err);
  } catch (error) {
    err(error instanceof Error ? error.message : String(error));
    return 3;
  }
  return runEnclosed(
    program,
    argv.filter((argument) => argument !== '--real'),
    { [ON_REAL]: '1', TEST_POD_NETWORK: POD_NETWORK },
  );
}
