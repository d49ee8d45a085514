// The end of the certificate of an S3 or KMS endpoint, said alike of both. One that has ended fails the connection.
import type { FaultCode } from '../api/faults.ts';
import { found, pass, type Answer } from '../facts/answer.ts';
import { isAwsEndpoint } from '../facts/aws-endpoint.ts';
import type { Outcome } from '../facts/outcome.ts';
import type { AwsAccess } from '../facts/target.ts';
import { literal } from '../runtime/safe-text.ts';
import { endsWithin, SOON_MS } from '../facts/ends-soon.ts';
import { sentence } from '../facts/sentence.ts';

/** Asked where the spec names an endpoint over TLS. AWS renews its own, and nobody on call could. */
export function hasOwnCertificate(access: Outcome<AwsAccess>): boolean {
  const endpoint = access.ok ? access.value.endpoint : undefined;
  return endpoint?.startsWith('https:') === true && !isAwsEndpoint(endpoint);
}

/** Whether a certificate ends within 30 days: `expiring` is the fault then, or another one that `urgent` names. */
export function judgeEnd(
  access: Outcome<AwsAccess>,
  notAfter: string | undefined,
  now: Date,
  expiring: FaultCode,
  urgent?: { readonly withinMs: number; readonly code: FaultCode },
): Answer {
  if (notAfter === undefined)
    return found({ code: 'NotAsked', detail: literal('no certificate was seen, because the endpoint did not answer') });
  const endpoint = access.ok ? access.value.endpoint : undefined;
  const whose = endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint).host : 'the endpoint';
  const words = sentence(`the certificate of ${whose} ends on ${notAfter.slice(0, 10)}`);
  if (!endsWithin(notAfter, now, SOON_MS)) return pass(words);
  const code = urgent !== undefined && endsWithin(notAfter, now, urgent.withinMs) ? urgent.code : expiring;
  return found({ code, detail: words });
}
