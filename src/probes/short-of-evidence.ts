// Answers of S3 and KMS that fall short of evidence: nobody signed the request, or the certificate is of an authority that
// the services trust and nobody has told us.
import type { Fault, Outcome } from '../facts/outcome.ts';
import type { AwsAccess } from '../facts/target.ts';
import { redact } from '../runtime/safe-text.ts';

/** The fault to be told in place of the first answer; undefined: go on. `origin`: where the target was found. */
export function shortOf(access: AwsAccess, first: Outcome<unknown>, origin: string | undefined): Fault | undefined {
  const { credentials, ca } = access;
  if (credentials.source === 'none') {
    // Whatever is open to everybody says nothing of what the services may do.
    if (first.ok) return withWhy('answers everybody', credentials.unread);
    return first.fault.code === 'SecretNotRead' ? withWhy(first.fault.detail, credentials.unread) : first.fault;
  }
  const isOfTls = !first.ok && (first.fault.code === 'BucketTlsFailed' || first.fault.code === 'KmsTlsFailed');
  if (first.ok || !isOfTls || origin === undefined || ca !== undefined) return undefined;
  const detail = redact(`${first.fault.detail}; the authority that its services trust is not known here`, [], 160);
  return { ...first.fault, code: 'BackendUntold', detail };
}

function withWhy(seen: string, unread: Fault): Fault {
  return { ...unread, detail: redact(`${seen}; ${unread.detail}`, [], 160) };
}
