// Access of our clients to the emulator, as a target would carry it.
import type { AwsAccess } from '../../../src/facts/target.ts';
import { systemClock, Stop } from '../../../src/runtime/clock.ts';
import { secret } from '../../../src/runtime/secret.ts';
import type { Principal } from '../../stack/aws/principals.ts';
import type { Aws } from '../../stack/aws/server.ts';

/** The principal's own credentials at the emulator. */
export function ownAccess(
  aws: Pick<Aws, 'url'>,
  principal: Pick<Principal, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>,
  more: Partial<AwsAccess> = {},
): AwsAccess {
  const { accessKeyId, secretAccessKey, sessionToken } = principal;
  return {
    region: 'us-east-1',
    endpoint: aws.url,
    credentials: {
      source: 'own',
      accessKeyId,
      secretAccessKey: secret(secretAccessKey),
      ...(sessionToken === undefined ? {} : { sessionToken: secret(sessionToken) }),
    },
    ...more,
  };
}

/** The operator's own identity, from the environment, which names the emulator as an administrator's own store. */
export function ambientAccess(aws: Pick<Aws, 'url'>): AwsAccess {
  process.env['AWS_ENDPOINT_URL'] = aws.url;
  return { region: 'us-east-1', endpoint: aws.url, credentials: { source: 'ambient' } };
}

/** Runs with a principal's credentials in the environment, where the SDK's default chain finds them first. */
export async function withAmbient<T>(
  principal: Pick<Principal, 'accessKeyId' | 'secretAccessKey'> | undefined,
  run: () => Promise<T>,
): Promise<T> {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE'] as const;
  const files = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'] as const;
  const before = [...names, ...files].map((name) => [name, process.env[name]] as const);
  for (const name of names) Reflect.deleteProperty(process.env, name);
  for (const name of files) process.env[name] = '/dev/null';
  if (principal !== undefined) {
    process.env['AWS_ACCESS_KEY_ID'] = principal.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = principal.secretAccessKey;
  }
  try {
    return await run();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}

/** A signal that nothing aborts. */
export const PATIENT = new AbortController().signal;

/** A deadline as the run would set it. */
export function within(ms: number): AbortSignal {
  return systemClock.deadline(ms, PATIENT).signal;
}

/** A deadline that comes half a second after this was asked: what was asked before it has its answer. */
export function soonAfter({ calls }: Pick<Aws, 'calls'>, operation: string): AbortSignal {
  const deadline = new AbortController();
  const look = (): void => {
    if (calls.some((call) => call.operation === operation))
      setTimeout(() => deadline.abort(new Stop({ kind: 'Deadline', ms: 500 })), 500);
    else setTimeout(look, 5);
  };
  look();
  return deadline.signal;
}

/** A run that is cancelled after `ms`. */
export function cancelledAfter(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Stop({ kind: 'Cancelled', why: 'superseded' })), ms);
  return controller.signal;
}
