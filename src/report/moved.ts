// What moved since the last healthy run: the first thing that anybody asks of a failure. "Nothing moved" is said only of
// what was compared; what could not be is named.
import type { HealthReportStatus } from '../api/health-report.ts';
import { clip, redact } from '../runtime/safe-text.ts';
import { timestamp } from '../runtime/timestamp.ts';
import type { Watched } from './watched.ts';

export type LastHealthy = NonNullable<HealthReportStatus['lastHealthy']>;

/** A move while everything was well is told beside a later failure for so long. */
const RECENT_MS = 60 * 60_000;
/** How long such a move is kept. */
const KEPT_MS = 24 * 60 * 60_000;

/** Moves that the sentence names; more are counted. */
const MOST_NAMED = 6;
const SENTENCE_BYTES = 512;

/** What the next failure is compared with. `watched` is undefined where a run looked at nothing of the kind. */
export function lastHealthyOf(previous: LastHealthy | undefined, watched: readonly Watched[], now: Date): LastHealthy {
  const before = new Map((previous?.watched ?? []).map((one) => [one.id, one]));
  const time = timestamp(now);
  return {
    time,
    watched: watched.map(({ id, is, proof }) => {
      const was = before.get(id);
      const kept = { id, is, ...(proof === undefined ? {} : { proof }) };
      if (was === undefined) return kept;
      if (hasMoved(was, kept)) return { ...kept, was: was.is, movedAt: time };
      const isKept = was.movedAt !== undefined && Math.abs(now.getTime() - Date.parse(was.movedAt)) < KEPT_MS;
      return {
        ...kept,
        // A digest that nobody tells at the moment is still the last that was known.
        ...(kept.proof === undefined && was.proof !== undefined ? { proof: was.proof } : {}),
        ...(isKept && was.was !== undefined ? { was: was.was, movedAt: was.movedAt } : {}),
      };
    }),
  };
}

/** What a report says that has no healthy run to compare with: silence would look as if nothing had moved. */
export function neverHealthy(madeAt: string): string {
  const words = `No healthy run is on record since this report was made at ${madeAt}, so nobody knows what moved: one that was deleted and made again remembers nothing.`;
  return clip(redact(words, [], SENTENCE_BYTES), SENTENCE_BYTES);
}

/** One sentence or two about what moved between the last healthy run and this one. */
export function sinceHealthy(last: LastHealthy, watched: readonly Watched[], now: Date): string {
  const start =
    now.getTime() < Date.parse(last.time)
      ? `Healthy until ${last.time}, which the clock has not reached again: it was set back. Since that run`
      : `Healthy until ${last.time}; since then`;
  if (last.watched === undefined) return `${start}: not known what moved, the report had no room for it.`;
  const current = new Map(watched.map((one) => [one.id, one]));
  const known = new Set(last.watched.map(({ id }) => id));
  const both = last.watched.flatMap((was) => {
    const is = current.get(was.id);
    return is === undefined ? [] : [{ was, is }];
  });
  const moved = [
    ...together(both.filter(({ was, is }) => hasMoved(was, is))),
    ...watched
      .filter(({ id, is }) => !known.has(id) && is !== '' && NEWS.includes(kindOf(id)))
      .map(({ id }) => ({ id, words: `${titleOf(id)} is new` })),
  ]
    .sort((a, b) => rankOf(a.id) - rankOf(b.id))
    .map(({ words }) => words);
  const unsure = [
    ...last.watched.filter(({ id }) => !current.has(id)).map(({ id }) => titleOf(id)),
    ...both
      .filter(({ was, is }) => !hasMoved(was, is) && isUnproven(was, is))
      .map(({ was }) => `${titleOf(was.id)} (a tag without a digest)`),
  ];
  const doubt = unsure.length === 0 ? '' : ` Could not be compared: ${listed(unsure, 4)}.`;
  const recent = last.watched
    .filter(({ movedAt }) => movedAt !== undefined && Date.parse(last.time) - Date.parse(movedAt) < RECENT_MS)
    .toSorted((a, b) => rankOf(a.id) - rankOf(b.id))
    .map(({ id, is, was, movedAt }) => `${moveOf({ id, is: was ?? '' }, { id, is })} at ${movedAt ?? ''}`);
  const earlier = recent.length === 0 ? '' : ` Shortly before: ${listed(recent, 3)}.`;
  const said =
    moved.length > 0
      ? `${start}: ${listed(moved, MOST_NAMED)}.${earlier}`
      : `${start}: ${unsure.length === 0 ? `nothing moved of the ${both.length} things that are compared (images, replicas, limits, addresses, keys, versions, Secrets, ConfigMaps).` : 'nothing is known to have moved.'}${doubt}${earlier}`;
  return clip(redact(said, [], SENTENCE_BYTES), SENTENCE_BYTES);
}

interface Thing {
  readonly id: string;
  readonly is: string;
  readonly proof?: string | undefined;
}

/** True where it is certain. */
function hasMoved(was: Thing, is: Thing): boolean {
  if (was.is !== is.is) return true;
  return was.proof !== undefined && is.proof !== undefined && was.proof !== is.proof;
}

/** A tag may be moved: only a digest on both sides shows that it was not. */
function isUnproven(was: Thing, is: Thing): boolean {
  if (kindOf(was.id) !== 'image' || was.is.includes('@sha256:')) return false;
  return was.proof === undefined || is.proof === undefined;
}

const KINDS = ['image', 'migration', 'key', 'address', 'secret', 'configmap', 'version', 'limits', 'replicas'] as const;
type WatchedKind = (typeof KINDS)[number];

/** Kinds of which one that was not there before is worth telling; of the others it was only not seen. */
const NEWS: readonly WatchedKind[] = ['image', 'secret', 'configmap', 'address'];

function kindOf(id: string): WatchedKind {
  return KINDS.find((kind) => id.startsWith(`${kind}/`)) ?? 'version';
}

/** In the order of what usually is the cause. */
function rankOf(id: string): number {
  return KINDS.indexOf(kindOf(id));
}

interface Move {
  readonly was: Thing;
  readonly is: Thing;
}

/** More images than these are not named where all of them made the same step. */
const MOST_TOGETHER = 3;

/** An upgrade moves many images from one tag to another: told as one, so that what else moved has room. */
function together(moves: readonly Move[]): readonly { readonly id: string; readonly words: string }[] {
  const images = new Map<string, readonly string[]>();
  const others: { readonly id: string; readonly words: string }[] = [];
  for (const { was, is } of moves) {
    const words = moveOf(was, is);
    if (kindOf(was.id) === 'image') {
      const step = words.slice(titleOf(was.id).length);
      images.set(step, [...(images.get(step) ?? []), nameIn(was.id)]);
    } else others.push({ id: was.id, words });
  }
  const steps = [...images].map(([step, names]) => ({
    id: 'image/*',
    words: `${names.length === 1 ? 'image' : 'images'} of ${listed(names, MOST_TOGETHER)}${step}`,
  }));
  return [...steps, ...others];
}

/** What it is called, without its kind. */
function nameIn(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}

function titleOf(id: string): string {
  const name = nameIn(id);
  switch (kindOf(id)) {
    case 'secret':
      return `Secret ${name}`;
    case 'configmap':
      return `ConfigMap ${name}`;
    case 'key':
      return `public key of ${name}`;
    case 'migration':
      return `migration of ${name}`;
    case 'image':
    case 'address':
    case 'version':
    case 'limits':
    case 'replicas':
      return `${kindOf(id)} of ${name}`;
  }
}

function moveOf(was: Thing, is: Thing): string {
  const title = titleOf(was.id);
  const kind = kindOf(was.id);
  if (kind === 'secret' || kind === 'configmap') {
    if (is.is === '') return `${title} is gone`;
    // Whoever writes the same value again makes a new version: what is in a Secret is not kept.
    return was.is === '' ? `${title} is there again` : `${title} was written`;
  }
  if (was.is === is.is) return `${title} ${nameOf(is.is)} is another one under the same tag`;
  const [from, to] = kind === 'image' ? withoutCommon(was.is, is.is) : [was.is, is.is];
  return `${title} ${from} → ${to}`;
}

/** `registry/team/name:tag` → `name:tag` */
function nameOf(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1);
}

/** Tags alone where the repository is the same. */
function withoutCommon(from: string, to: string): readonly [string, string] {
  const split = (image: string): readonly [string, string] => {
    const at = image.indexOf('@');
    const colon = at === -1 ? image.lastIndexOf(':') : at;
    return colon > image.lastIndexOf('/') ? [image.slice(0, colon), image.slice(colon + 1)] : [image, 'latest'];
  };
  const [[fromName, fromTag], [toName, toTag]] = [split(from), split(to)];
  return fromName === toName ? [fromTag, toTag] : [from, to];
}

function listed(texts: readonly string[], most: number): string {
  const more = texts.length - most;
  return `${texts.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
