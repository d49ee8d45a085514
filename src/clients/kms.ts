// AWS KMS, read only: what the key is, its public half, and whether a signature would be allowed. No signature is ever
// made: Sign is only sent with DryRun. The only importer of @aws-sdk/client-kms.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { KMSClient as SdkKmsClient, SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { failed, ok, type Failed, type Fault } from '../facts/outcome.ts';
import type { KeyDescription } from '../facts/observed.ts';
import type { AwsAccess } from '../facts/target.ts';
import { literal, redact } from '../runtime/safe-text.ts';
import { awsFault, plainHost, refusesIdentity, type AwsQuestion } from './aws-fault.ts';
import type { AwsFailure } from './aws-failure.ts';
import { createAwsPool, placeOf, secretsOf, type AwsPoolOptions } from './aws-pool.ts';
import type { KmsClient } from './clients.ts';

/** What a dry run would sign: fixed, and nothing that could pass for a token. */
const DRY_RUN_MESSAGE = new TextEncoder().encode('recognize-health asks whether signing is permitted');

/** Key ids may be ARNs of 2048 characters; messages have 160 bytes. */
const SHOWN_KEY_ID = 60;

/** Loaded when first needed: it costs 20 MB and 300 ms, which a report without keys need not pay. */
const sdk = () => import('@aws-sdk/client-kms');

/** A KMS client. The SDK is loaded with the first call. `destroy` closes what is open. */
export function createKmsClient(options: AwsPoolOptions): KmsClient & { destroy(): void; readonly size: number } {
  const pool = createAwsPool<SdkKmsClient>(
    async (settings) => {
      return new (await sdk()).KMSClient(settings);
    },
    'KMS',
    options,
  );

  function fault(
    failure: AwsFailure,
    access: AwsAccess,
    keyId: string,
    action: string,
  ): { ok: false; fault: ReturnType<typeof awsFault> } {
    if (refusesIdentity(failure, 'kms')) pool.forget(access, '');
    return { ok: false, fault: elsewhere(awsFault(failure, questionAbout(access, keyId, action)), access, keyId) };
  }

  /** Where a dry run was answered with a real signature: by endpoint and key. */
  const signsForReal = new Set<string>();

  function garbage(access: AwsAccess, keyId: string, what: string): Failed {
    return failed('KmsAnswerInvalid', redact(`${subjectOf(access, keyId)}: ${what}`, secretsOf(access)));
  }

  return {
    async describe(access, keyId, signal) {
      const described = await pool.call(access, '', signal, async (client, sending) =>
        client.send(new (await sdk()).DescribeKeyCommand({ KeyId: keyId }), sending),
      );
      if (!described.ok) return fault(described.fault, access, keyId, 'kms:DescribeKey');
      const description = descriptionOf(described.value.value.KeyMetadata);
      if (description === undefined) return garbage(access, keyId, 'the answer describes no key');
      return ok({ ...description, ...shownIn(described.value.exchange) });
    },
    async publicKey(access, keyId, signal) {
      const given = await pool.call(access, '', signal, async (client, sending) =>
        client.send(new (await sdk()).GetPublicKeyCommand({ KeyId: keyId }), sending),
      );
      if (!given.ok) return unknownTo(given.fault) ?? fault(given.fault, access, keyId, 'kms:GetPublicKey');
      const parsed = PUBLIC_KEY.safeParse(given.value.value);
      const der = parsed.success ? parsed.data.PublicKey : undefined;
      // SubjectPublicKeyInfo is a SEQUENCE (RFC 5280, 4.1).
      if (der?.[0] !== 0x30) return garbage(access, keyId, 'the answer holds no public key');
      return ok({ fingerprint: createHash('sha256').update(der).digest('hex') });
    },
    async dryRunSign(access, keyId, algorithm, signal) {
      const place = `${access.endpoint ?? access.region} ${keyId}`;
      if (signsForReal.has(place)) return ignored();
      const asked = await pool.call(access, '', signal, async (client, sending) =>
        client.send(
          new (await sdk()).SignCommand({
            KeyId: keyId,
            Message: DRY_RUN_MESSAGE,
            MessageType: 'RAW',
            SigningAlgorithm: algorithm as SigningAlgorithmSpec,
            DryRun: true,
          }),
          sending,
        ),
      );
      // A dry run that would have succeeded is answered with this error; a success means that DryRun was ignored.
      if (asked.ok) {
        if (!SIGNATURE.safeParse(asked.value.value).success)
          return garbage(access, keyId, 'the answer to a dry run is neither a permission nor a signature');
        if (signsForReal.size >= PLACES_KEPT) signsForReal.clear();
        signsForReal.add(place);
        return ignored();
      }
      if (asked.fault.kind === 'answer' && asked.fault.code === 'DryRunOperationException')
        return ok({ algorithm, ...shownIn(asked.fault) });
      if (asked.fault.kind === 'answer' && /dry.?run/i.test(asked.fault.message))
        return failed('NotAsked', literal('what answers does not know a dry run of Sign; the state of the key tells'));
      const denied = fault(asked.fault, access, keyId, 'kms:Sign');
      if (denied.fault.code !== 'CheckerNotAuthorized' || asked.fault.kind !== 'answer') return denied;
      if (refusesIdentity(asked.fault, 'kms')) return denied;
      return { ok: false, fault: { ...denied.fault, code: 'KmsSignNotPermitted' } };
    },
    destroy: () => pool.destroy(),
    get size() {
      return pool.size;
    },
  };
}

/** Answers are another server's: every field is looked at before it is used. */
const text = z.string().optional().catch(undefined);
const day = z.date().optional().catch(undefined);
const KEY_METADATA = z.object({
  KeyId: z.string().min(1),
  KeyState: z.string().min(1),
  KeyUsage: text,
  KeySpec: text,
  CustomerMasterKeySpec: text,
  DeletionDate: day,
  ValidTo: day,
  SigningAlgorithms: z.array(z.string()).catch([]),
});
const PUBLIC_KEY = z.object({ PublicKey: z.instanceof(Uint8Array) });
const SIGNATURE = z.object({ Signature: z.instanceof(Uint8Array).refine(({ length }) => length > 0) });

/** How many keys with servers that ignore DryRun are remembered. */
const PLACES_KEPT = 1_000;

function ignored(): Failed {
  return failed(
    'KmsDryRunIgnored',
    literal('the server made a real signature when asked for a dry run, so it is not asked again; the state tells'),
  );
}

/** What stands for KMS elsewhere may have keys, and not give their public half. */
function unknownTo(failure: AwsFailure): Failed | undefined {
  const isUnknown =
    failure.kind === 'answer' &&
    failure.code !== undefined &&
    (failure.status === 501 || failure.code === 'UnknownOperationException');
  return isUnknown ? failed('NotAsked', literal('what answers does not know this question of KMS')) : undefined;
}

/** A key of another region is missing or denied here; the ARN says where it is. */
function elsewhere(fault: Fault, access: AwsAccess, keyId: string): Fault {
  const region = /^arn:[a-z-]+:kms:([a-z0-9-]{2,32}):/.exec(keyId)?.[1];
  const told = fault.code === 'KmsKeyMissing' || fault.code === 'KmsAccessDenied' || fault.code === 'TargetInvalid';
  if (!told || region === undefined || region === access.region) return fault;
  const detail = redact(`the ARN of the key names region ${region}, and the spec asks in ${access.region}`, [], 160);
  return { ...fault, detail };
}

function descriptionOf(metadata: unknown): KeyDescription | undefined {
  const parsed = KEY_METADATA.safeParse(metadata);
  if (!parsed.success) return undefined;
  const { KeyState, KeyUsage, KeySpec, CustomerMasterKeySpec, DeletionDate, ValidTo, SigningAlgorithms } = parsed.data;
  return {
    state: KeyState,
    usage: KeyUsage ?? '',
    // The name until 2021, and with older servers still.
    spec: KeySpec ?? CustomerMasterKeySpec ?? '',
    deletionDate: DeletionDate?.toISOString(),
    validTo: ValidTo?.toISOString(),
    signingAlgorithms: SigningAlgorithms,
  };
}

function shownIn({ certificateNotAfter }: { readonly certificateNotAfter?: string | undefined }): {
  readonly certificateNotAfter?: string | undefined;
} {
  return certificateNotAfter === undefined ? {} : { certificateNotAfter };
}

function subjectOf(access: AwsAccess, keyId: string): string {
  const shown = keyId.length > SHOWN_KEY_ID ? `…${keyId.slice(-SHOWN_KEY_ID)}` : keyId;
  return `key ${shown} at ${placeOf(access, 'KMS')}`;
}

function questionAbout(access: AwsAccess, keyId: string, action: string): AwsQuestion {
  return {
    service: 'kms',
    subject: subjectOf(access, keyId),
    region: access.region,
    action,
    source: access.credentials.source,
    addressing: { plainHost: plainHost(access), virtualHost: false },
    secrets: secretsOf(access),
  };
}
