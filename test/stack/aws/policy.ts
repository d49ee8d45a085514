// Decides whether a principal may do an action on a resource, in the order IAM documents:
// an explicit Deny anywhere wins, then an Allow by identity or by resource, else an implicit deny.
// Source: IAM user guide, "Policy evaluation logic". Conditions are not evaluated.
import type { Principal } from './principals.ts';

/** An action with `*` and `?` wildcards on every resource, or only on resources that match. */
export type Grant = string | { action: string; resource: string };

/** A statement of a bucket policy or key policy. `Principal` is `*` or ARNs (a whole account by its `:root`). */
export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal: '*' | { AWS: string | readonly string[] };
  Action: string | readonly string[];
  Resource: string | readonly string[];
}

export interface ResourcePolicy {
  Version?: string;
  Statement: readonly Statement[];
}

/** Why a request was not allowed, in the words that AWS appends to its message; undefined when it is allowed. */
export type Denial = string | undefined;

interface Question {
  principal: Principal;
  /** For example `s3:ListBucket`. */
  action: string;
  /** ARN. */
  resource: string;
  policy?: ResourcePolicy | undefined;
}

/**
 * Answers for S3 (and any service of one account): the identity or the resource may allow.
 * @returns undefined when allowed, else the reason.
 */
export function denial(question: Question): Denial {
  const denied = explicitDenial(question);
  if (denied !== undefined) return denied;
  const { principal, action, resource, policy } = question;
  if (grants(principal.allow, action, resource) || statementMatches(policy, 'Allow', question)) return undefined;
  return `because no identity-based policy allows the ${action} action`;
}

/**
 * Answers for KMS: the key policy is the primary authority. Without one of its own, a key has the default policy,
 * which hands the decision to IAM; with one, only what it allows is allowed.
 * Source: KMS developer guide, "Key policies in AWS KMS".
 */
export function keyDenial(question: Question): Denial {
  if (question.policy === undefined) return denial(question);
  const denied = explicitDenial(question);
  if (denied !== undefined) return denied;
  if (statementMatches(question.policy, 'Allow', question)) return undefined;
  return `because no resource-based policy allows the ${question.action} action`;
}

function explicitDenial(question: Question): Denial {
  if (grants(question.principal.deny, question.action, question.resource)) {
    return 'with an explicit deny in an identity-based policy';
  }
  if (statementMatches(question.policy, 'Deny', question)) return 'with an explicit deny in a resource-based policy';
  return undefined;
}

function grants(list: readonly Grant[], action: string, resource: string): boolean {
  return list.some((grant) =>
    typeof grant === 'string'
      ? wildcard(grant, action)
      : wildcard(grant.action, action) && wildcard(grant.resource, resource),
  );
}

function statementMatches(
  policy: ResourcePolicy | undefined,
  effect: Statement['Effect'],
  question: Question,
): boolean {
  return (policy?.Statement ?? []).some(
    (statement) =>
      statement.Effect === effect &&
      names(statement.Principal, question.principal) &&
      list(statement.Action).some((pattern) => wildcard(pattern, question.action)) &&
      list(statement.Resource).some((pattern) => wildcard(pattern, question.resource)),
  );
}

function names(who: Statement['Principal'], principal: Principal): boolean {
  if (who === '*') return true;
  const account = principal.arn.split(':')[4] ?? '';
  return list(who.AWS).some(
    (arn) => arn === '*' || arn === principal.arn || arn === account || arn === `arn:aws:iam::${account}:root`,
  );
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/** `*` is any run of characters, `?` is one; actions are compared without regard to case, as IAM does. */
function wildcard(pattern: string, value: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`, 'is').test(value);
}
