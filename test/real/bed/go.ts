// Programs of Go, built from a module file of ours that pins every version by its sum.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBuild, versionOf, type Build } from './keep.ts';

export interface GoPrograms {
  readonly name: string;
  readonly version: string;
  /** The folder of the go.mod. */
  readonly module: string;
  /** Packages by the name that the program gets. */
  readonly programs: Readonly<Record<string, string>>;
  /** For the linker: `-X package.variable=value`. */
  readonly variables?: readonly string[];
}

/** A build of these programs. */
export function goBuild({ name, version, module, programs, variables = [] }: GoPrograms): Build {
  const flags = `-s -w ${variables.map((variable) => `-X ${variable}`).join(' ')}`.trim();
  const file = (of: string): string => readFileSync(join(module, of), 'utf8');
  return {
    name,
    version,
    sources: () => [file('go.mod'), file('go.sum'), JSON.stringify(programs), flags, versionOf('go', 'version')],
    make(folder) {
      for (const [program, of] of Object.entries(programs))
        runBuild(
          `${name} ${version}`,
          'go',
          ['build', '-mod=readonly', '-trimpath', `-ldflags=${flags}`, '-o', join(folder, program), of],
          { cwd: module, env: { CGO_ENABLED: '0' } },
        );
    },
  };
}
