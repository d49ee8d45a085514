// `crd`: prints the CustomResourceDefinition, for `kubectl apply --server-side -f -`.
import type { Command } from 'commander';
import { crd } from '../api/crd.ts';
import { jsonText, yamlText, type Formats } from '../output/format.ts';
import { formatOption } from './options.ts';
import type { Terminal } from './terminal.ts';

const FORMATS = { yaml: yamlText, json: jsonText } as const satisfies Formats<object>;

export function addCrd(program: Command, terminal: Terminal): void {
  program
    .command('crd')
    .description('print the CustomResourceDefinition')
    .addOption(formatOption(FORMATS))
    .addHelpText('after', '\nExample:\n  recognize-health crd | kubectl apply --server-side -f -')
    .action(({ output }: { readonly output: keyof typeof FORMATS }) => {
      terminal.out(FORMATS[output](crd()));
    });
}
