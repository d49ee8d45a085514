// `--write FILE`: the answer once more as a file, while a person or the log of a job reads the other one. Its ending says
// in which format.
import { extname } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { plain } from '../output/columns.ts';
import { GATE_FORMATS, type Gated } from '../output/gate.ts';
import { writeWhole } from './write-whole.ts';

const FORMAT_OF: Readonly<Record<string, keyof typeof GATE_FORMATS>> = {
  '.html': 'html',
  '.json': 'json',
  '.md': 'markdown',
  '.xml': 'junit',
  '.yaml': 'yaml',
};

/** A file, and the format that its ending asks for. */
export interface WrittenDocument {
  readonly file: string;
  readonly format: keyof typeof GATE_FORMATS;
}

/** May be repeated. */
export function writeOption(): Option {
  return new Option(
    '--write <file>',
    'also write the answer to this file, by its ending: .html, .md, .xml, .json, .yaml',
  )
    .argParser((file: string, before: readonly WrittenDocument[]): readonly WrittenDocument[] => {
      const format = FORMAT_OF[extname(file)];
      if (format === undefined)
        throw new InvalidArgumentError(`Its ending is one of ${Object.keys(FORMAT_OF).join(', ')}.`);
      return [...before, { file, format }];
    })
    .default([], 'none');
}

/** Writes the answer to each of the files. The first that cannot be written ends the command with exit code 2. */
export async function writeDocuments(documents: readonly WrittenDocument[], gated: Gated): Promise<void> {
  for (const { file, format } of documents)
    await writeWhole(file, `${GATE_FORMATS[format](gated, plain, undefined)}\n`);
}
