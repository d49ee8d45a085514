// A webhook that tells a real API server whose token it has been shown: users for tests, with groups, made at any time.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenAnywhere } from '../../stack/free-port.ts';

export interface TokenWebhook {
  readonly url: string;
  /** A bearer token for a user. */
  issue(name: string, groups: readonly string[]): string;
  /** Whose token it is, if it is one of these. */
  userOf(token: string): string | undefined;
  /** No token holds any longer. */
  forget(): void;
  close(): Promise<void>;
}

/** Starts it on a loopback port, for the API server of this process alone. */
export async function startTokenWebhook(): Promise<TokenWebhook> {
  const users = new Map<string, { username: string; groups: readonly string[] }>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { spec } = JSON.parse(body) as { spec: { token: string } };
      const user = users.get(spec.token);
      response.setHeader('content-type', 'application/json');
      const status = user === undefined ? { authenticated: false } : { authenticated: true, user };
      response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }));
    });
  });
  // The API server closes what it does not use. A connection that is closed as it asks anew is a token refused.
  server.keepAliveTimeout = 0;
  const port = await listenAnywhere(server);
  return {
    url: `http://127.0.0.1:${port}`,
    issue(username, groups) {
      const token = randomBytes(24).toString('base64url');
      users.set(token, { username, groups });
      return token;
    },
    userOf: (token) => users.get(token)?.username,
    forget: () => users.clear(),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
