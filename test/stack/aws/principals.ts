// Who may call: access keys with their secrets, optional session tokens with an end, and what each is allowed.
import { randomBytes } from 'node:crypto';
import { ACCOUNT } from './exchange.ts';
import type { Grant } from './policy.ts';

/** An IAM user, or a session when `sessionToken` is set. The lists may be changed while the emulator runs. */
export interface Principal {
  name: string;
  arn: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** From this moment (emulator's clock) the token is refused with ExpiredToken. */
  expiresAt?: Date;
  allow: Grant[];
  deny: Grant[];
}

export interface NewPrincipal {
  name: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
  expiresAt?: Date;
  /** Default: nothing is allowed. */
  allow?: readonly Grant[];
  deny?: readonly Grant[];
}

export interface Principals {
  /** Allowed everything; exists from the start. */
  readonly root: Principal;
  add(principal: NewPrincipal): Principal;
  /** After this its requests are refused with InvalidAccessKeyId (S3) or UnrecognizedClientException (KMS). */
  remove(accessKeyId: string): void;
  find(accessKeyId: string): Principal | undefined;
}

/** Makes a store of principals with `root` in it. Secrets are random, so none can be written down anywhere. */
export function createPrincipals(): Principals {
  const byKey = new Map<string, Principal>();

  function add(principal: NewPrincipal): Principal {
    const session = principal.sessionToken !== undefined;
    const made: Principal = {
      name: principal.name,
      arn: session
        ? `arn:aws:sts::${ACCOUNT}:assumed-role/${principal.name}/session`
        : `arn:aws:iam::${ACCOUNT}:user/${principal.name}`,
      // AKIA: a user's long-lived key, ASIA: temporary credentials (IAM user guide, "unique identifiers").
      accessKeyId:
        principal.accessKeyId ?? `${session ? 'ASIA' : 'AKIA'}${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: principal.secretAccessKey ?? randomBytes(30).toString('base64'),
      allow: [...(principal.allow ?? [])],
      deny: [...(principal.deny ?? [])],
    };
    if (principal.sessionToken !== undefined) made.sessionToken = principal.sessionToken;
    if (principal.expiresAt !== undefined) made.expiresAt = principal.expiresAt;
    byKey.set(made.accessKeyId, made);
    return made;
  }

  return {
    root: add({ name: 'root', allow: ['*'] }),
    add,
    remove: (accessKeyId) => void byKey.delete(accessKeyId),
    find: (accessKeyId) => byKey.get(accessKeyId),
  };
}
