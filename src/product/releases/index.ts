// The releases of which the vendor has said what an upgrade to them needs. A new one is a file and a line here.
import { isAtLeast } from '../release.ts';
import { RELEASE_1_3_0 } from './1-3-0.ts';
import { RELEASE_1_4_0 } from './1-4-0.ts';
import type { ReleaseNotes } from './release-notes.ts';

export type { ReleaseNotes } from './release-notes.ts';

/** In order. */
export const RELEASES: readonly ReleaseNotes[] = [RELEASE_1_3_0, RELEASE_1_4_0];

/** The notes of a release; undefined of one that we do not know. A pre-release of a known one is not known. */
export function notesOf(release: string): ReleaseNotes | undefined {
  return RELEASES.find((one) => one.release === release);
}

/** Releases whose changes an upgrade to this one brings along, itself included: where it begins nobody knows. */
export function releasesUpTo(release: string): readonly ReleaseNotes[] {
  return RELEASES.filter((one) => isAtLeast(release, one.release));
}
