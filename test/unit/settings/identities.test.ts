// Services that ask AWS by an identity of their pods: the operator asks with its own, and says whose rights it tested; what
// `init` drafts says as whom the pods ask, and prints the policy that the operator needs.
import { describe, expect, test } from 'vitest';
import { byWhom } from '../../../src/checks/by-whom.ts';
import { backendsOf, draftReport } from '../../../src/settings/index.ts';
import { TOPOLOGIES } from '../../../src/product/index.ts';
import { deployment, discover, type KubeObject } from './discover.ts';
import { env, settingsIn } from './templates.ts';

const STORES = env({ BUCKET_NAME: 'circuits-1', AWS_REGION: 'eu-west-1' });
const KMS = env({ AWS_KMS_KEY_ID: 'alias/jwt', AWS_REGION: 'eu-west-1' });

/** Their pods run as this ServiceAccount. */
function runningAs(object: KubeObject, serviceAccountName: string): KubeObject {
  const { spec } = object as unknown as { spec: { template: { spec: object } } };
  Object.assign(spec.template.spec, { serviceAccountName });
  return object;
}

const IDENTITIES = [
  ['a ServiceAccount with a role, which a webhook tells the pods', []],
  [
    'a web identity that the chart writes',
    env({
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/recognize',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
      AWS_STS_REGIONAL_ENDPOINTS: 'regional',
    }),
  ],
  [
    'a pod identity',
    env({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/token',
    }),
  ],
] as const;

describe.each(IDENTITIES)('%s', (_name, identity) => {
  const all = [
    runningAs(deployment('circuit-storage', [...STORES, ...identity]), 'storage'),
    runningAs(deployment('auth-vault', [...KMS, ...identity]), 'vault'),
  ];

  test('has the operator ask as itself, and say so', async () => {
    const { backends } = await discover(all);
    const accesses = backends.flatMap((one) =>
      one.kind === 'bucket' ? [one.access] : one.kind === 'key' && one.source.kind === 'kms' ? [one.source.access] : [],
    );
    expect(accesses).toMatchObject([
      { ok: true, value: { region: 'eu-west-1', credentials: { source: 'ambient' } } },
      { ok: true, value: { region: 'eu-west-1', credentials: { source: 'ambient' } } },
    ]);
    for (const access of accesses) expect(byWhom(access)).toContain("the operator's own identity was asked");
  });

  test('has init say as whom the pods ask, and print the policy', () => {
    const settings = settingsIn(all);
    const { text } = draftReport({
      name: 'recognize',
      namespace: 'recognize',
      backends: backendsOf(settings),
      settings,
      topology: TOPOLOGIES.Split,
    });
    for (const account of ['storage', 'vault']) expect(text).toContain(`its pods ask as ServiceAccount ${account}.`);
    expect(text).toContain('tests its rights, not those of the pods');
    expect(text).toContain('"Resource":"arn:aws:s3:::circuits-1"');
    expect(text).toContain('"kms:ResourceAliases":"alias/jwt"');
    expect(text).not.toContain('credentialsSecretRef');
  });
});
