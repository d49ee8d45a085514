// The bricks of the schema: texts with a limit, durations, names, references to Secrets, CEL rules.
// A rule is written once with both of its forms: CEL for the API server, a function for our own validation.
import * as z from 'zod';
import { DURATION_PATTERN, parseDuration } from '../../runtime/duration.ts';
import { isObjectName, isSecretKey, type Rule } from './field-rules.ts';

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

/** The name of a Secret. Its form is a rule of the object around it: see `field-rules.ts`. */
export const secretName = z.string().min(1).max(253).describe("The Secret's name, in the report's own namespace.");

/** The key within a Secret. Its form is a rule of the object around it: see `field-rules.ts`. */
export const secretKey = z.string().min(1).max(253);

/**
 * A duration between two bounds, both given as texts. An API server evaluates the rule of a value that its pattern
 * refuses: such a value passes the rule, so that it is refused once.
 */
export function durationBetween(min: string, max: string): z.ZodString {
  const [minMs, maxMs] = [parseDuration(min) ?? 0, parseDuration(max) ?? 0];
  return withRules(z.string().max(16).regex(new RegExp(DURATION_PATTERN)), [
    {
      cel: `!self.matches('${DURATION_PATTERN}') || (duration(self) >= duration('${min}') && duration(self) <= duration('${max}'))`,
      message: `must be between ${min} and ${max}`,
      holds: (value) => {
        const ms = parseDuration(value);
        return ms === undefined || (ms >= minMs && ms <= maxMs);
      },
    },
  ]);
}

/** An http or https URL. Its form is a rule of the object around it: see `field-rules.ts`. */
export const url = z.string().max(2048);

/** One key of one Secret of the report's own namespace. */
export const secretKeyRef = withRules(
  z.object({
    name: secretName,
    key: secretKey.describe('The key within the Secret.'),
  }),
  [isObjectName('name'), isSecretKey('key')],
).describe("A key of a Secret in the report's own namespace.");

/** A key of a ConfigMap, as `secretKeyRef` is one of a Secret. */
export const configMapKeyRef = withRules(
  z.object({
    name: secretName.describe("The ConfigMap's name, in the report's own namespace."),
    key: secretKey.describe('The key within it.'),
  }),
  [isObjectName('name'), isSecretKey('key')],
).describe("A key of a ConfigMap in the report's own namespace.");

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
