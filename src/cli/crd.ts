// `crd`: prints the CustomResourceDefinition, for `kubectl apply --server-side -f -`.
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { crd } from '../api/crd.ts';
import type { Terminal } from './terminal.ts';

export function addCrd(program: Command, terminal: Terminal): void {
  program
    .command('crd')
    .description('print the CustomResourceDefinition')
    .option('-o, --output <format>', 'yaml or json', 'yaml')
    .addHelpText('after', '\nExample:\n  recognize-health crd | kubectl apply --server-side -f -')
    .action(({ output }: { output: string }) => {
      terminal.out(
        output === 'json'
          ? JSON.stringify(crd(), null, 2)
          : stringify(crd(), { lineWidth: 120, aliasDuplicateObjects: false }).trimEnd(),
      );
    });
}
