// One request to one place of a service, in the scheme that answers: a port number does not say whether it speaks TLS.
import type { HttpClient, HttpRequest } from '../clients/clients.ts';
import type { HealthPlace, ServiceAddress, ServiceTarget } from '../facts/target.ts';

export interface At {
  readonly address: ServiceAddress;
  readonly target: ServiceTarget;
  readonly place: HealthPlace;
}

type Got = Awaited<ReturnType<HttpClient['get']>>;

/** What Tomcat, Jetty, Undertow, nginx and Go say to plain HTTP on a port with TLS. */
const NEEDS_TLS = /requires TLS|plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server/i;

/** The places of a target: at least the one that its path is. */
export function placesOf({
  health: { places = [], path, named },
}: Pick<ServiceTarget, 'health'>): readonly [HealthPlace, ...HealthPlace[]] {
  const [first, ...others] = places;
  if (first !== undefined) return [first, ...others];
  return [{ path, port: undefined, scheme: undefined, scope: 'all', from: named ? 'spec' : 'default' }];
}

/** Base URL of the place, without a path. */
export function originOf({ address, place }: At): string {
  const origin = address.origin.replace(/\/+$/, '');
  if (place.port === undefined && place.scheme === undefined) return origin;
  const url = new URL(origin);
  const port = place.port ?? (url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port));
  return `${place.scheme ?? url.protocol.slice(0, -1)}://${url.hostname}:${port}`;
}

/**
 * Asks a path there. Where the other side turns out to speak the other scheme it is asked in that one, unless the spec
 * says which.
 */
export async function requestAt(
  at: At,
  path: string,
  http: HttpClient,
  signal: AbortSignal,
  more: Pick<HttpRequest, 'alone' | 'stream'> = {},
): Promise<Got> {
  const { address, target, place } = at;
  // Joined as text: resolved as a reference, a path that begins with two slashes would name another host.
  const url = originOf(at) + path;
  const ask = (to: string): Promise<Got> => {
    const request: HttpRequest = {
      url: to,
      tls: target.tls,
      headers: place.headers,
      credentials: target.credentials,
      ...more,
    };
    return http.get(request, signal);
  };
  const got = await ask(url);
  if (address.schemeSaid === true) return got;
  if (url.startsWith('https:')) {
    const isPlain = !got.ok && got.fault.kind === 'tls' && got.fault.because === 'not-tls';
    return isPlain ? ask(url.replace(/^https:/, 'http:')) : got;
  }
  return got.ok && got.value.status === 400 && NEEDS_TLS.test(got.value.body)
    ? ask(url.replace(/^http:/, 'https:'))
    : got;
}
