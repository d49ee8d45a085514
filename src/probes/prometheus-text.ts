// Reads the samples of Prometheus' text format, as far as a few named families need it. Linear in the text; a line that
// is none is passed over. https://prometheus.io/docs/instrumenting/exposition_formats/

export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** NaN and infinities are values of this format. */
  readonly value: number;
}

export interface SampleReader {
  /** Takes the next piece of the text. */
  readonly push: (text: string) => void;
  /** The samples so far, in the order of the text. The last line counts whether or not it has an end. */
  readonly end: () => readonly Sample[];
}

/** A longer line is none of ours: nothing that we look for has labels of that size. In characters. */
const LONGEST_LINE = 64 * 1024;

/** Reads the samples with one of these names from a text that comes in pieces; of the rest nothing is kept. */
export function createSampleReader(names: ReadonlySet<string>): SampleReader {
  const samples: Sample[] = [];
  let rest = '';
  let isTooLong = false;
  const take = (line: string): void => {
    const sample = isTooLong ? undefined : sampleOf(line, names);
    isTooLong = false;
    if (sample !== undefined) samples.push(sample);
  };
  return {
    push(text) {
      const lines = text.split('\n');
      lines[0] = rest + (lines[0] ?? '');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
      if (rest.length > LONGEST_LINE) {
        rest = '';
        isTooLong = true;
      }
    },
    end() {
      take(rest);
      rest = '';
      return samples;
    },
  };
}

function sampleOf(line: string, names: ReadonlySet<string>): Sample | undefined {
  const [head = '', name = ''] = /^[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*/.exec(line) ?? [];
  if (!names.has(name)) return undefined;
  const read = line[head.length] === '{' ? readLabels(line, head.length + 1) : { labels: NONE, next: head.length };
  if (read === undefined) return undefined;
  // A time in ms may follow the value.
  const [word = ''] = line.slice(read.next).trim().split(/[ \t]/, 1);
  const value = numberOf(word);
  return value === undefined ? undefined : { name, labels: read.labels, value };
}

const NONE: ReadonlyMap<string, string> = new Map();

interface Labels {
  readonly labels: ReadonlyMap<string, string>;
  /** Where the line goes on after the closing brace. */
  readonly next: number;
}

/** `a="x",b="y\\"z"}` from a place in a line; undefined when it is not well-formed. */
function readLabels(line: string, from: number): Labels | undefined {
  const labels = new Map<string, string>();
  const name = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"/y;
  let at = from;
  for (;;) {
    at = afterBlanks(line, at);
    if (line[at] === '}') return { labels, next: at + 1 };
    name.lastIndex = at;
    const label = name.exec(line)?.[1];
    if (label === undefined) return undefined;
    let value = '';
    for (at = name.lastIndex; line[at] !== '"'; at++) {
      const character = line[at];
      if (character === undefined) return undefined;
      if (character !== '\\') value += character;
      else {
        at += 1;
        const escaped = line[at];
        if (escaped === undefined) return undefined;
        value += escaped === 'n' ? '\n' : escaped;
      }
    }
    labels.set(label, value);
    at = afterBlanks(line, at + 1);
    if (line[at] === ',') at += 1;
  }
}

/** Blanks may stand between any two parts of a line. */
function afterBlanks(line: string, from: number): number {
  let at = from;
  while (line[at] === ' ' || line[at] === '\t') at += 1;
  return at;
}

function numberOf(word: string): number | undefined {
  if (word === 'NaN') return Number.NaN;
  if (/^[+]?Inf$/.test(word)) return Number.POSITIVE_INFINITY;
  if (word === '-Inf') return Number.NEGATIVE_INFINITY;
  return /^[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?$/.test(word) && Number.isFinite(Number(word)) ? Number(word) : undefined;
}
