// Who a request comes from, by its bearer token, and for whom it asks, by the headers of impersonation. Tokens are
// random, live in memory and end with the server.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Store } from './store.ts';
import { ANONYMOUS, type Attributes, isAllowed, refusal, type User } from './rbac.ts';

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

/**
 * For whom a user asks: himself, or whom the headers name.
 * @throws the 403 for who may not impersonate him, or one of the groups; in the words of 1.36, where the right to
 * impersonate may be had for one verb alone
 */
export function askingFor(store: Store, user: User, asked: Attributes, { headersDistinct }: IncomingMessage): User {
  const [name] = headersDistinct['impersonate-user'] ?? [];
  const groups = headersDistinct['impersonate-group'] ?? [];
  if (name === undefined) return user;
  for (const needed of [impersonation('users', name), ...groups.map((group) => impersonation('groups', group))])
    if (!isAllowed(store, user, needed))
      throw refusal(user, { ...asked, verb: `impersonate-on:user-info:${asked.verb}` });
  return { name, groups: [...groups, 'system:authenticated'] };
}

const impersonation = (resource: 'users' | 'groups', name: string): Attributes => ({
  verb: 'impersonate',
  group: '',
  resource,
  subresource: '',
  namespace: '',
  name,
});
