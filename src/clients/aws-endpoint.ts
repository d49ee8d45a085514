// To whom the operator's own AWS identity may be shown. A report names endpoints, and a signed request carries the
// access key id and the session token of whoever signs it: its author must not be able to send ours to a server of theirs.
import { isAwsEndpoint } from '../facts/aws-endpoint.ts';

/** What an administrator sets for a store of their own: the SDK's names, read from the operator's environment alone. */
const OWN_ENDPOINTS = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_KMS'] as const;

/** Why a request signed with the operator's own identity may not go where a spec says, or not on its authority's word. */
export type Withheld = 'another endpoint' | 'another authority';

/**
 * Whether a request signed with the operator's own identity may go to this endpoint; undefined: it may.
 *
 * @param endpoint of the spec, or of the environment; undefined: AWS
 * @param ca the authority of the spec. AWS names endpoints in a VPC after itself whoever made them, and they lead to
 *   addresses of his: only the system's roots tell AWS from somebody who is called so
 */
export function identityWithheld(
  { endpoint, ca }: { readonly endpoint: string | undefined; readonly ca?: string | undefined },
  environment: NodeJS.ProcessEnv,
): Withheld | undefined {
  const origin = endpoint === undefined ? undefined : originOf(endpoint);
  if (endpoint !== undefined && origin === undefined) return 'another endpoint';
  if (origin !== undefined && OWN_ENDPOINTS.some((name) => originOf(environment[name] ?? '') === origin))
    return undefined;
  if (endpoint !== undefined && !isAwsEndpoint(endpoint)) return 'another endpoint';
  return ca === undefined ? undefined : 'another authority';
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/** Where the SDK goes without an endpoint of a spec, if the environment says so. Its own order. */
export function endpointOfEnvironment(service: 'S3' | 'KMS', environment: NodeJS.ProcessEnv): string | undefined {
  const named = [environment[`AWS_ENDPOINT_URL_${service}`], environment['AWS_ENDPOINT_URL']];
  return named.find((url) => url !== undefined && url !== '');
}
