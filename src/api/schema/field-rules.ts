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
 * An http or https URL without userinfo. Also `https:///u:p@h` and `https://\u:p@h` are refused, which many programs
 * read as `https://u:p@h`.
 */
export const isUrl = (field: string): readonly Rule<unknown>[] => [
  hasForm(field, '^https?://[^/?#\\s\\\\][^\\s\\\\]*$', 'must be an http or https URL with a host'),
  rule(
    field,
    '^[^/?#\\\\]*[/\\\\]*[^/?#\\\\]*@',
    false,
    'must not carry credentials (user:password@); put them into a Secret and refer to it',
  ),
];

export const isHost = (field: string): Rule<unknown> =>
  hasForm(field, '^[^\\s/@]+$', 'must be a host name or address, without a port, a path or credentials');

export const isPath = (field: string): Rule<unknown> =>
  hasForm(field, '^/[^\\s?#]*$', 'must be a path that starts with / and has no query');

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
