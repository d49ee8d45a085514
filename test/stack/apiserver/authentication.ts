// Bearer tokens: who a request comes from. Tokens are random, live in memory and end with the server.
import { randomBytes } from 'node:crypto';
import type { Store } from './store.ts';
import { ANONYMOUS, type User } from './rbac.ts';

export interface Tokens {
  /** Make a token for a user; `system:authenticated` is among its groups. */
  issue(name: string, groups?: readonly string[], expires?: Date): string;
  /** Make a token for a service account; it stops working when the account is gone. */
  issueFor(namespace: string, serviceAccount: string, expires?: Date): string;
  /** The user of an Authorization header: anonymous without one, undefined for a token that is not (or no longer) good. */
  userOf(header: string | undefined): User | undefined;
}

export function createTokens(store: Store): Tokens {
  const known = new Map<string, { user: User; expires?: Date | undefined; account?: [string, string] }>();
  return {
    issue(name, groups = [], expires) {
      const token = randomBytes(24).toString('base64url');
      known.set(token, { user: { name, groups: [...groups, 'system:authenticated'] }, expires });
      return token;
    },
    issueFor(namespace, serviceAccount, expires) {
      const token = randomBytes(24).toString('base64url');
      known.set(token, {
        user: {
          name: `system:serviceaccount:${namespace}:${serviceAccount}`,
          groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        },
        expires,
        account: [namespace, serviceAccount],
      });
      return token;
    },
    userOf(header) {
      if (header === undefined) return ANONYMOUS;
      const found = known.get(/^Bearer\s+(.+)$/i.exec(header)?.[1] ?? '');
      if (found === undefined) return undefined;
      if (found.expires !== undefined && found.expires.getTime() <= Date.now()) return undefined;
      if (found.account !== undefined && store.get('/serviceaccounts', ...found.account) === undefined)
        return undefined;
      return found.user;
    },
  };
}
