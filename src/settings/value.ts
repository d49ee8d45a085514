// The value of a setting as far as it can be known without reading a Secret: pieces of text, references to Secrets, and
// what cannot be known with the reason why.

import type { Hole, Template, Within } from '../targets/configured.ts';
import type { KeyRef } from '../targets/references.ts';

export type { KeyRef } from '../targets/references.ts';

export type Part =
  | string
  | { readonly kind: 'secret'; readonly ref: KeyRef }
  /** Secrets that are environment or files as a whole may hold it. `why`: as of what is missing. */
  | { readonly kind: 'within'; readonly within: Within; readonly otherwise?: Value; readonly why: string }
  /** `why` is a whole sentence without its full stop, and repeats no value. */
  | { readonly kind: 'missing'; readonly why: string };

export type Value = readonly Part[];

/** A name with its value, and where it was written: `env DB_URL, ConfigMap core-daemon`. */
export interface Entry {
  readonly name: string;
  readonly value: Value;
  readonly origin: string;
  /** Of the environment, whose names know neither dots nor hyphens. */
  readonly isVariable?: true;
}

export function missing(why: string): Value {
  return [{ kind: 'missing', why }];
}

export function fromSecret(ref: KeyRef): Value {
  return [{ kind: 'secret', ref }];
}

/** The whole text, where every piece of it is known. */
export function textOf(value: Value): string | undefined {
  return value.every((part) => typeof part === 'string') ? value.join('') : undefined;
}

/** The Secret key that is the value, from its first to its last character. */
export function secretOf(value: Value): KeyRef | undefined {
  const [only, ...more] = value.filter((part) => part !== '');
  return typeof only === 'object' && only.kind === 'secret' && more.length === 0 ? only.ref : undefined;
}

/** What is looked for within Secrets, where that is the whole value. */
export function withinOf(value: Value): Extract<Part, { readonly kind: 'within' }> | undefined {
  const [only, ...more] = value.filter((part) => part !== '');
  return typeof only === 'object' && only.kind === 'within' && more.length === 0 ? only : undefined;
}

/** The text with its Secrets left open; undefined where something of it is nowhere. */
export function templateOf(value: Value): Template | undefined {
  const pieces = value.map((part): Template[number] | undefined => {
    if (typeof part === 'string') return part;
    if (part.kind === 'missing') return undefined;
    return part.kind === 'secret' ? part.ref : holeOf(part);
  });
  const known = pieces.filter((piece) => piece !== undefined);
  return known.length === pieces.length ? known : undefined;
}

function holeOf({ within, otherwise }: Extract<Part, { readonly kind: 'within' }>): Hole {
  const template = otherwise === undefined ? undefined : templateOf(otherwise);
  return template === undefined ? { within } : { within, otherwise: template };
}

/** Why the value is not known, where it is not and no Secret holds it. */
export function whyMissing(value: Value): string | undefined {
  return value.flatMap((part) => (typeof part === 'object' && part.kind !== 'secret' ? [part.why] : []))[0];
}

/** Private characters of Unicode: they hold a place for what is not text, and mean nothing to any parser. */
const [OPEN, CLOSE] = ['\ue000', '\ue001'];
const PLACE = /\ue000([0-9]+)\ue001/;

/** A value as one text, so that parsers of texts can take it apart. */
export interface Packed {
  readonly text: string;
  /** The value of a piece of `text`. */
  readonly unpack: (piece: string) => Value;
}

/** Packs a value. Private characters that somebody wrote are left out: nobody can name a place that is not theirs. */
export function pack(value: Value): Packed {
  const parts = value.filter((part) => typeof part !== 'string');
  let index = 0;
  const text = value
    .map((part) => (typeof part === 'string' ? part.replace(/[\ue000\ue001]/g, '') : `${OPEN}${index++}${CLOSE}`))
    .join('');
  const unpack = (piece: string): Value =>
    piece
      .split(PLACE)
      .map((text, at): Part => (at % 2 === 0 ? text : (parts[Number(text)] ?? '')))
      .filter((part) => part !== '');
  return { text, unpack };
}
