// `version`: which version this is, and of what. An operator may be another one: `doctor` compares.
import type { Command } from 'commander';
import { SCHEMA_VERSION, VERSION } from '../api/names.ts';
import { GUIDE } from '../guide/index.ts';
import { plain, wrap } from '../output/columns.ts';
import { jsonText, yamlText, type Formats } from '../output/format.ts';
import { formatOption } from './options.ts';
import { ownVersion } from '../runtime/own-version.ts';
import type { Terminal } from './terminal.ts';

interface Versions {
  readonly version: string;
  /** Of the custom resource. */
  readonly api: string;
  /** Of its schema: an operator and a definition must have the same. */
  readonly schema: string;
  /** Of the vendor's guide. */
  readonly guide: string;
  readonly node: string;
  readonly platform: string;
}

const VERSION_FORMATS = {
  text: ({ version, api, schema, guide, node, platform }, _paint, width = Infinity) =>
    [
      `recognize-health ${version}`,
      ...wrap(`HealthReport ${api}, schema ${schema}; guide ${guide}; Node ${node} on ${platform}`, width),
    ].join('\n'),
  json: jsonText,
  yaml: yamlText,
} as const satisfies Formats<Versions>;

export function addVersion(program: Command, terminal: Terminal): void {
  program
    .command('version')
    .description('which version this is, of what schema and what guide')
    .addOption(formatOption(VERSION_FORMATS))
    .addHelpText(
      'after',
      `
Examples:
  recognize-health version
  recognize-health version -o json

doctor compares it with the operator's image and the installed definition.`,
    )
    .action(({ output }: { readonly output: keyof typeof VERSION_FORMATS }) => {
      const versions: Versions = {
        version: ownVersion(),
        api: VERSION,
        schema: SCHEMA_VERSION,
        guide: GUIDE.version,
        node: process.versions.node,
        platform: `${process.platform}/${process.arch}`,
      };
      terminal.out(VERSION_FORMATS[output](versions, plain, terminal.width));
    });
}
