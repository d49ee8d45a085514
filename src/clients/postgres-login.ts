// Which login may be answered: what the URL allows, and what must not go to a server that could pass it on, read it, or
// find the password by trying. Decided on pg's events, before pg can answer.
import type { Client as PgClient } from 'pg';
import type { FaultCode } from '../api/faults.ts';
import type { DatabaseConnection } from '../facts/target.ts';
import { type Handshaken, isMeant } from './postgres-handshake.ts';

/** RFC 7677, 4; PostgreSQL's default too. */
const LEAST_SCRAM_ROUNDS = 4096;

/** Tied to the server's certificate: a relay with a certificate of its own has no use for it (RFC 5929). */
const BOUND = 'SCRAM-SHA-256-PLUS';

/** What pg's connection emits and its types do not say. */
interface AuthenticationEvents {
  prependListener(
    event:
      | 'authenticationOk'
      | 'authenticationCleartextPassword'
      | 'authenticationMD5Password'
      | 'authenticationSASL'
      | 'authenticationSASLContinue',
    listener: (message: { readonly data?: unknown; readonly mechanisms?: unknown }) => void,
  ): unknown;
}

export type Refuse = (code: FaultCode, why: string) => void;

/** Only a login that is tied to the certificate will do: because the URL says so, or because nobody names the server. */
export function needsBinding(connection: DatabaseConnection, { encrypted, verified }: Handshaken): boolean {
  return connection.authentication?.channelBinding === 'require' || (encrypted && !isMeant(connection, verified));
}

/** Calls `refuse` with the fault and the end of a sentence before pg answers a login that must not be answered. */
export function watchLogin(client: PgClient, connection: DatabaseConnection, shaken: Handshaken, refuse: Refuse): void {
  const { connection: events } = client as unknown as { connection: AuthenticationEvents };
  const meant = isMeant(connection, shaken.verified);
  const mustBind = connection.authentication?.channelBinding === 'require';
  const allowed = connection.authentication?.methods;
  let asked = false;

  /** The driver itself would end the connection here. */
  const unwanted = (method: string, says: string): boolean => {
    asked = true;
    const why =
      allowed?.includes(method) === false
        ? `asks for ${says}, which requireAuth of the URL does not allow`
        : mustBind && method !== 'scram-sha-256'
          ? `asks for ${says}, and the URL asks for channel binding`
          : undefined;
    if (why !== undefined) refuse('DatabaseAuthenticationFailed', why);
    return why !== undefined;
  };
  const exposing = (method: string, says: string): void => {
    if (unwanted(method, says) || (meant && shaken.verified)) return;
    const lacks = shaken.verified ? 'and is not named by the Secret' : 'without verified TLS';
    refuse('DatabaseCleartextRefused', `asks for a cleartext or MD5 password ${lacks}; none was sent`);
  };

  events.prependListener('authenticationOk', () => {
    if (!asked) unwanted('none', 'no login at all');
  });
  events.prependListener('authenticationCleartextPassword', () => exposing('password', 'a cleartext password'));
  events.prependListener('authenticationMD5Password', () => exposing('md5', 'an MD5 password'));
  events.prependListener('authenticationSASL', ({ mechanisms }) => {
    if (unwanted('scram-sha-256', 'a SCRAM login')) return;
    const binds = shaken.encrypted && Array.isArray(mechanisms) && mechanisms.includes(BOUND);
    if (mustBind && !binds) refuse('DatabaseAuthenticationFailed', 'offers no channel binding, for which the URL asks');
    else if (!meant && !binds)
      refuse(
        'DatabaseLoginWithheld',
        'is named neither by the Secret nor by a workload that uses it; no login was sent',
      );
  });
  events.prependListener('authenticationSASLContinue', ({ data }) => {
    if (meant && shaken.verified) return;
    const rounds = typeof data === 'string' ? /(?:^|,)i=([0-9]{1,10})(?:,|$)/.exec(data)?.[1] : undefined;
    if (Number(rounds) < LEAST_SCRAM_ROUNDS)
      refuse(
        'DatabaseCleartextRefused',
        `asks for a SCRAM proof of ${rounds ?? ''} rounds without verified TLS; none was sent`,
      );
  });
}
