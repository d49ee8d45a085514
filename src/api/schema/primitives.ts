// The bricks of the schema: texts with a limit, durations, names, references to Secrets, CEL rules.
// A rule is written once with both of its forms: CEL for the API server, a function for our own validation.
import * as z from 'zod';
import { DURATION_PATTERN, parseDuration } from '../../runtime/duration.ts';

/** One `x-kubernetes-validations` rule with its equivalent in TypeScript. `message` must not repeat a value. */
export interface Rule<T> {
  readonly cel: string;
  readonly message: string;
  readonly holds: (value: T) => boolean;
}

/** Attaches rules to a schema: CEL goes into the CRD, the function into validation here. */
export function withRules<S extends z.ZodType>(schema: S, rules: readonly Rule<z.output<S>>[]): S {
  let checked = schema;
  for (const rule of rules) checked = checked.refine((value) => rule.holds(value), { message: rule.message });
  return checked.meta({
    'x-kubernetes-validations': rules.map(({ cel, message }) => ({ rule: cel, message })),
  });
}

/** A bounded text. */
export const text = (maxLength: number): z.ZodString => z.string().min(1).max(maxLength);

/** A DNS label of up to 40 characters: part of check ids, so it stays short. */
export const label = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);

/** The name of an object of the same namespace. */
export const objectName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);

/** The key within a Secret. */
export const secretKey = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9._-]+$/);

/**
 * A key whose value goes out as it is (a user name, an access key id), so its name must say so: otherwise a report could
 * send any value of the Secret, a password too, to a server of its author's choosing. RE2 has no look-ahead.
 */
export function openSecretKey(pattern: string, notPattern: string, what: string): z.ZodString {
  // Spelled out: not every evaluator of CEL knows the flag for it.
  const anyCase = (text: string): string => text.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  const [says, saysMore] = [anyCase(pattern), anyCase(notPattern)];
  const [yes, no] = [new RegExp(says), new RegExp(saysMore)];
  return withRules(secretKey, [
    {
      cel: `self.matches('${says}') && !self.matches('${saysMore}')`,
      message: `must be the name of a key that says that it holds ${what}, because its value is sent as it is`,
      holds: (value) => yes.test(value) && !no.test(value),
    },
  ]);
}

/** A duration between two bounds, both given as texts. The pattern comes first, so that CEL's duration() cannot fail. */
export function durationBetween(min: string, max: string): z.ZodString {
  const [minMs, maxMs] = [parseDuration(min) ?? 0, parseDuration(max) ?? 0];
  return withRules(z.string().max(16).regex(new RegExp(DURATION_PATTERN)), [
    {
      cel: `duration(self) >= duration('${min}') && duration(self) <= duration('${max}')`,
      message: `must be between ${min} and ${max}`,
      holds: (value) => {
        const ms = parseDuration(value);
        return ms !== undefined && ms >= minMs && ms <= maxMs;
      },
    },
  ]);
}

/** An http or https URL without userinfo: credentials belong into a Secret. */
export const url = withRules(
  z
    .string()
    .max(2048)
    .regex(/^https?:\/\/[^\s]+$/),
  [
    {
      cel: "!self.matches('^https?://[^/?#]*@')",
      message: 'must not carry credentials (user:password@); put them into a Secret and refer to it',
      holds: (value) => !/^https?:\/\/[^/?#]*@/.test(value),
    },
  ],
);

/** One key of one Secret of the report's own namespace. */
export const secretKeyRef = z
  .object({
    name: objectName.describe("The Secret's name, in the report's own namespace."),
    key: secretKey.describe('The key within the Secret.'),
  })
  .describe("A key of a Secret in the report's own namespace.");

/**
 * Field names that must never hold a value. They are declared, because an undeclared field would be pruned in silence
 * with the credential still in the user's file and history, and refused by a rule on their parent.
 */
type Credential = 'password' | 'secretAccessKey' | 'accessKeyId' | 'sessionToken' | 'privateKey' | 'token';

/**
 * Declares on an object the names that people would try there, and refuses them with a sentence that does not repeat
 * the value.
 */
export function refusingCredentials<Shape extends z.core.$ZodLooseShape>(
  names: readonly Credential[],
  shape: Shape,
  rules: readonly Rule<z.output<z.ZodObject<Shape>>>[] = [],
): z.ZodObject<Shape> {
  const declared = Object.fromEntries(
    names.map((name) => [
      name,
      z.string().max(4096).optional().describe('Refused: a credential belongs into a Secret.'),
    ]),
  );
  const object = z.object({ ...shape, ...declared });
  return withRules(object as unknown as z.ZodObject<Shape>, [
    ...names.map((name) => ({
      cel: `!has(self.${name})`,
      message: `${name} must not be written here; put it into a Secret and refer to that`,
      holds: (value: unknown) => (value as Record<string, unknown>)[name] === undefined,
    })),
    ...rules,
  ]);
}
