// Rules about fields that people could write a credential into by mistake. They stand on the object around the field: a
// real API server quotes what a rule or pattern of the field itself refuses, into terminals and audit logs, and quotes
// nothing of an object.
import { OPEN_KEYS, type OpenKey } from './open-keys.ts';

/** One `x-kubernetes-validations` rule with its equivalent in TypeScript. `message` must not repeat a value. */
export interface Rule<T> {
  readonly cel: string;
  readonly message: string;
  readonly holds: (value: T) => boolean;
}

/** The field, where it is given, has the form (or has it not). RE2 and JavaScript read the form alike. */
function rule(field: string, form: string, wanted: boolean, message: string): Rule<unknown> {
  const pattern = new RegExp(form);
  return {
    cel: `!has(self.${field}) || ${wanted ? '' : '!'}self.${field}.matches('${form.replaceAll('\\', '\\\\')}')`,
    message: `${field} ${message}`,
    holds: (value) => {
      const text = (value as Readonly<Record<string, unknown>>)[field];
      return typeof text !== 'string' || pattern.test(text) === wanted;
    },
  };
}

const hasForm = (field: string, form: string, message: string): Rule<unknown> => rule(field, form, true, message);

/**
 * An http or https URL of a host, a port and a path, spelled in one way only. An `@` is refused wherever it stands, and
 * so are a query and a fragment: programs differ in what of `https:///u:p@h`, `http://u:1/p@h` or `http://h?k=p` they
 * take for a credential, and none of it belongs into a spec.
 */
export const isUrl = (field: string): readonly Rule<unknown>[] => [
  hasForm(
    field,
    // What has an @ is for the rule below: one mistake is one sentence.
    '@|^https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?(/[^\\s?#\\\\]*)?$',
    'must be an http or https URL of a host, with no more than a port and a path',
  ),
  rule(field, '@', false, 'must not carry credentials (user:password@); put them into a Secret and refer to it'),
];

/** A name or an id where people might paste the whole URL, credentials and all. */
export const isNoUrl = (field: string): Rule<unknown> =>
  rule(field, '://|@', false, 'must be a name, not a URL, and has no @');

export const isBucketName = (field: string): Rule<unknown> =>
  hasForm(field, '^[a-z0-9][a-z0-9._-]*[a-z0-9]$', 'must be the name of a bucket, not a URL');

export const isRegion = (field: string): Rule<unknown> => hasForm(field, '^[a-z0-9-]+$', 'must be a region');

export const isHost = (field: string): Rule<unknown> =>
  hasForm(field, '^[^\\s/@]+$', 'must be a host name or address, without a port, a path or credentials');

export const isPath = (field: string): Rule<unknown> =>
  hasForm(
    field,
    '^/([^/\\s?#@\\\\][^\\s?#@\\\\]*)?$',
    'must be a path that starts with one / and has no query and no @',
  );

export const isObjectName = (field: string): Rule<unknown> =>
  hasForm(field, '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$', 'must be the name of a Kubernetes object');

export const isSecretKey = (field: string): Rule<unknown> =>
  hasForm(field, '^[A-Za-z0-9._-]+$', 'must be a key of a Secret: letters, digits, dots, hyphens, underscores');

/**
 * A key whose value goes out as it is, so its name must be one of a list: otherwise a report could send any value of the
 * Secret, a password too, to a server of its author's choosing.
 */
export function isOpenKey(field: string, kind: OpenKey): Rule<unknown> {
  const { form, what, examples } = OPEN_KEYS[kind];
  // Spelled out: not every evaluator of CEL knows the flag for it.
  const anyCase = form.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  return hasForm(
    field,
    anyCase,
    `must be a usual name of a key with ${what} (${examples.join(', ')}), because its value is sent as it is`,
  );
}
