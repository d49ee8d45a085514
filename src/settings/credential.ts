// Where the user names, passwords and keys of a backend stand. Their values are asked for nowhere.
import { canonical } from '../product/setting-name.ts';
import type { Credential } from './configured.ts';
import type { Setting, Settings } from './settings.ts';
import { placesOf } from './environment.ts';
import { putInLater } from './put-in-later.ts';
import { secretOf, textOf, whyMissing, withinOf } from './value.ts';

/** The first of these names (in canonical spelling) that is set; else what may set one of them. */
export function credentialOf(settings: Settings, names: readonly string[]): Credential | undefined {
  for (const name of names) {
    const setting = settings.get(name);
    if (setting !== undefined) return credentialIn(setting, names);
  }
  const [hidden] = settings.secrets;
  return hidden === undefined
    ? undefined
    : {
        kind: 'within',
        within: { secrets: placesOf(settings.secrets), names },
        why: `it may be in Secret ${hidden.name} (${hidden.how}), which is not read`,
      };
}

function credentialIn(
  { name: written, value, origin, under }: Setting,
  names: readonly string[],
): Credential | undefined {
  const ref = secretOf(value);
  if (ref !== undefined) return { kind: 'secret', ref, origin };
  const sought = withinOf(value);
  if (sought !== undefined) return { kind: 'within', within: sought.within, why: `${sought.why}, which is not read` };
  const [over] = under;
  if (over !== undefined)
    return {
      kind: 'within',
      within: { secrets: placesOf(under), names },
      why: `it may be in Secret ${over.name} (${over.how}), which is not read`,
    };
  const text = textOf(value);
  if (text !== undefined) {
    const name = /user(?:name)?$/.test(canonical(written)) ? { text } : {};
    const later = putInLater(text);
    if (later !== undefined) return { kind: 'unknown', why: `${written} ${later}` };
    return text === '' ? undefined : { kind: 'open', origin, ...name };
  }
  return { kind: 'unknown', why: whyMissing(value) ?? `${written} is put together from Secrets` };
}

/** Warns of a password or key that anybody who may read ConfigMaps and pods can read. */
export function openly(what: string, credential: Credential | undefined): readonly string[] {
  return credential?.kind === 'open'
    ? [`${what} stands in the open (${credential.origin}): put it into a Secret and change it`]
    : [];
}
