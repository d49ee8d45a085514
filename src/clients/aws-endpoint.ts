// To whom the operator's own AWS identity may be shown. A report names endpoints, and a signed request carries the
// access key id and the session token of whoever signs it: its author must not be able to send ours to a server of theirs.
import { isAwsEndpoint } from '../facts/aws-endpoint.ts';

/** What an administrator sets for a store of their own: the SDK's names, read from the operator's environment alone. */
const OWN_ENDPOINTS = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_KMS'] as const;

/** Whether a request signed with the operator's own identity may go to this endpoint of a spec. */
export function mayShowIdentity(endpoint: string | undefined, environment: NodeJS.ProcessEnv): boolean {
  // Without one the SDK goes to AWS, or to where the environment says.
  if (endpoint === undefined) return true;
  const origin = originOf(endpoint);
  if (origin === undefined) return false;
  if (OWN_ENDPOINTS.some((name) => originOf(environment[name] ?? '') === origin)) return true;
  return isAwsEndpoint(endpoint);
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/** Where the SDK goes without an endpoint of a spec, if the environment says so. Its own order. */
export function endpointOfEnvironment(service: 'S3' | 'KMS', environment: NodeJS.ProcessEnv): string | undefined {
  const named = [environment[`AWS_ENDPOINT_URL_${service}`], environment['AWS_ENDPOINT_URL']];
  return named.find((url) => url !== undefined && url !== '');
}
